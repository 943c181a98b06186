"""Telephone numbers reserved for fiction, in the forms that people write."""

from random import Random

# The ranges that ARCEP reserves for fiction, in the French numbering plan.
_AREAS = {"1": "019900", "2": "026191", "3": "035301", "4": "046571", "5": "053649"}
_MOBILE = "063998"
# The digit after the first 0 of a landline number, by department; elsewhere it is 4.
_AREA_OF_DEPARTMENT = {
    **dict.fromkeys(("75", "77", "78", "91", "92", "93", "94", "95"), "1"),
    **dict.fromkeys(("22", "29", "35", "44", "49", "53", "56", "72", "85"), "2"),
    **dict.fromkeys(("21", "25", "39", "54", "57", "67", "68", "70", "71", "88"), "3"),
    **dict.fromkeys(("31", "32", "33", "40", "47", "64", "65", "81", "82"), "5"),
}


def draw_landline(rng: Random, postal_code: str) -> str:
    area = _AREA_OF_DEPARTMENT.get(postal_code[:2], "4")
    return _written(rng, f"{_AREAS[area]}{rng.randrange(10_000):04}")


def draw_mobile(rng: Random) -> str:
    return _written(rng, f"{_MOBILE}{rng.randrange(10_000):04}")


def draw_list(rng: Random, postal_code: str, count: int) -> str:
    """Return `count` numbers in the form that the site stores: semicolons, no spaces."""
    numbers: list[str] = []
    for place in range(count):
        is_mobile = rng.random() < (0.65 if place == 0 else 0.4)
        numbers.append(draw_mobile(rng) if is_mobile else draw_landline(rng, postal_code))
    return ";".join(numbers)


def _written(rng: Random, digits: str) -> str:
    pairs = [digits[start : start + 2] for start in range(0, 10, 2)]
    chance = rng.random()
    if chance < 0.65:
        return " ".join(pairs)
    if chance < 0.80:
        return ".".join(pairs)
    if chance < 0.93:
        return " ".join([f"+33 {digits[1]}", *pairs[1:]])
    return digits
