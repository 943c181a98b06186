"""Draw how an old export is merged with the site, into docs/pictures/merge.svg."""

from pathlib import Path
from typing import NamedTuple

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "pictures" / "merge.svg"
TITLE = "Un export ancien est fusionné avec ce qui a changé sur le site"
DESCRIPTION = (
    "L'export a trois champs d'un contact : Fonction, Tel et Type. Dans le fichier, le Tel et le "
    "Type sont changés ; sur le site, la Fonction et le Type. Après l'import, la Fonction est "
    "celle du site, le Tel celui du fichier, et le Type celui que la personne choisit."
)
_WIDTH, _HEIGHT = 860, 330
_BOX_WIDTH, _BOX_HEIGHT, _LINE = 240, 120, 26
_STYLE = """
text { font: 15px system-ui, sans-serif; fill: #1b2a21; }
.heading { font-weight: 700; }
.changed { font-weight: 700; fill: #14532d; }
.choice { font-weight: 700; fill: #8a3b00; }
.box { fill: #ffffff; stroke: #56605a; stroke-width: 1.5; }
.ground { fill: #f5f8f6; }
.arrow { fill: none; stroke: #56605a; stroke-width: 2; marker-end: url(#head); }
.head { fill: #56605a; }
"""


class Box(NamedTuple):
    """A box with a heading and lines; each line has a class, "" for a plain one."""

    x: int
    y: int
    heading: str
    lines: tuple[tuple[str, str], ...]


_EXPORT = Box(
    *(20, 105, "L'export"),
    lines=(("", "Fonction : Gérante"), ("", "Tel : 06 01 02 03 04"), ("", "Type : 4")),
)
_FILE = Box(
    *(310, 20, "Votre fichier"),
    lines=(
        ("", "Fonction : Gérante"),
        ("changed", "Tel : 06 99 99 99 99 ✎"),
        ("changed", "Type : 2 ✎"),
    ),
)
_SITE = Box(
    *(310, 190, "Le site, depuis"),
    lines=(
        ("changed", "Fonction : Directrice ✎"),
        ("", "Tel : 06 01 02 03 04"),
        ("changed", "Type : 1 ✎"),
    ),
)
_RESULT = Box(
    *(600, 105, "Après l'import"),
    lines=(
        ("changed", "Fonction : Directrice"),
        ("changed", "Tel : 06 99 99 99 99"),
        ("choice", "Type : vous choisissez"),
    ),
)
_ARROWS = ((_EXPORT, _FILE), (_EXPORT, _SITE), (_FILE, _RESULT), (_SITE, _RESULT))


def drawing() -> str:
    """Return the picture as SVG."""
    arrows = "\n".join(_arrow(*ends) for ends in _ARROWS)
    boxes = "\n".join(_box(box) for box in (_EXPORT, _FILE, _SITE, _RESULT))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" \
role="img" aria-labelledby="title description">
<title id="title">{TITLE}</title>
<desc id="description">{DESCRIPTION}</desc>
<style>{_STYLE}</style>
<marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" \
orient="auto"><path class="head" d="M0 0L10 5L0 10z"/></marker>
<rect class="ground" width="{_WIDTH}" height="{_HEIGHT}"/>
{arrows}
{boxes}
</svg>
"""


def _arrow(start: Box, end: Box) -> str:
    x, y = start.x + _BOX_WIDTH, start.y + _BOX_HEIGHT // 2
    return f'<path class="arrow" d="M{x} {y}L{end.x - 3} {end.y + _BOX_HEIGHT // 2}"/>'


def _box(box: Box) -> str:
    size = f'width="{_BOX_WIDTH}" height="{_BOX_HEIGHT}"'
    words = [("heading", box.heading), *box.lines]
    texts = "".join(
        f'\n<text class="{kind}" x="{box.x + 16}" y="{box.y + _LINE * number}">{words}</text>'
        for number, (kind, words) in enumerate(words, start=1)
    )
    return f'<rect class="box" x="{box.x}" y="{box.y}" rx="8" {size}/>{texts}'


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(drawing(), encoding="utf-8")
