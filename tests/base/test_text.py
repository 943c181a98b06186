import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from base.text import fold, phone_digits, search_terms, searchable

PARTS = st.text(
    st.characters(codec="utf-8", max_codepoint=0x24F, exclude_characters="\0İ"), max_size=40
)


def test_accents_and_case_do_not_count():
    assert fold("Éric Çelik, Œuvre") == "eric celik, oeuvre"


def test_composed_and_decomposed_accents_are_the_same():
    assert fold("Re\u0301f") == fold("R\u00e9f") == "ref"


def test_a_phone_is_its_digits_however_typed():
    assert phone_digits("+33 6 12-34;04.78") == "061234 0478"
    assert search_terms(" 04 78.12 ;06") == [("04 78.12", "047812"), ("06",)]
    assert search_terms("+33 6 12") == [("+33 6 12", "0612")]


def test_words_are_looked_for_one_by_one():
    assert search_terms("  Épicerie DU 1.2 ") == [("epicerie",), ("du",), ("1.2", "12")]


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(words=PARTS, numbers=PARTS)
def test_the_database_computes_the_same_text_as_python(words, numbers):
    with connection.cursor() as cursor:
        cursor.execute("SELECT searchable_text(%s, %s)", [words, numbers])
        assert cursor.fetchone()[0] == searchable(words, numbers)
