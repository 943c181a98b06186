"""The database functions that generated columns call."""

from django.db import migrations

# base/text.py in SQL; SQLite calls the Python functions themselves. Each function is whole, though
# parts come twice: a restore of a dump finds no function of ours by its name alone. In plpgsql, as
# nested functions in SQL take several times as long. What is slow is done only where it is needed.

# The collation is named so that letters outside ASCII fold whatever the database's own collation.
_PLAIN = r"""
    IF words ~ '[^\u0001-\u007f]' THEN
        words := normalize(replace(words, '´', ''''), NFKD);
        words := regexp_replace(
            words,
            '[\u00ad\u0300-\u036f\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e'
            '\u2060-\u206f\ufe00-\ufe0f\ufeff]+',
            '', 'g'
        );
        IF words ~ '[^\u0001-\u007f]' THEN
            words := translate(
                lower(words COLLATE "und-x-icu"),
                '’‘‛ʼʹ′' || '‐‑‒–—―⁃−' || '«»“”„‟″' || 'ø°łđðħıς',
                repeat('''', 6) || repeat('-', 8) || repeat('"', 7) || 'oolddhiσ'
            );
            words := replace(replace(words, 'ß', 'ss'), 'æ', 'ae');
            words := replace(replace(words, 'œ', 'oe'), 'þ', 'th');
        END IF;
    END IF;
    words := replace(lower(words COLLATE "C"), '`', '''');
"""

_FOLD = (
    _PLAIN
    + r"""
    words := translate(
        replace(words, '&', ' et '),
        E'-\u0009\u000a\u000b\u000c\u000d\u001c\u001d\u001e\u001f\u0085\u1680\u2028\u2029',
        repeat(' ', 14)
    );
    IF position('  ' in words) > 0 THEN
        words := regexp_replace(words, '  +', ' ', 'g');
    END IF;
    words := trim(words);
    IF words ~ '(^|[^a-z0-9])[a-z][.][a-z]([^a-z0-9]|$)' THEN
        words := regexp_replace(
            words,
            '(?<![a-z0-9][a-z])(?<=[a-z])[.](?=[a-z]([^a-z0-9]|\Z))'
            '|(?<![a-z0-9][a-z][.][a-z])(?<=[a-z][.][a-z])[.]',
            '', 'g'
        );
    END IF;
"""
)

_DIGITS = (
    r"""
    IF words ~ '^[0-9 .]+(;[0-9 .]+)*$' AND words !~ '(^|;)[ .]*(0[ .]*0[ .]*)?3[ .]*3' THEN
        words := regexp_replace(translate(words, '; .', ' '), '  +', ' ', 'g');
    ELSIF words <> '' THEN
"""
    + _PLAIN
    + r"""
        IF position('33' in words) > 0 THEN
            words := regexp_replace(
                words,
                '(\+ *33|(^|[^0-9 .()-]| - )[ .(]*'
                '(00 *33|33(?=([ .-]?[0-9]){9}(?![ .-]?[0-9]))))'
                '[ .-]*(\( *0 *\)|0)?',
                ';\20', 'g'
            );
        END IF;
        words := regexp_replace(words, '(\+ *[0-9]{1,3} *)\( *0 *\)', '\1', 'g');
        words := regexp_replace(translate(words, E'\t ./()_,-', ''), '[^0-9]+', ' ', 'g');
    END IF;
    words := trim(words);
"""
)

_BY_VALUE = r"""
    IF words ~ '[0-9]' THEN
        SELECT string_agg(
            part[1] || CASE part[2] WHEN '' THEN '' ELSE
                lpad(length(ltrim(part[2], '0'))::text, 3, '0') || ltrim(part[2], '0')
            END, '' ORDER BY place
        )
        INTO words
        FROM regexp_matches(words, '([^0-9]*)([0-9]*)', 'g') WITH ORDINALITY AS found(part, place);
    END IF;
"""


def _function(name: str, work: str) -> str:
    return f"""
CREATE FUNCTION {name}(words text) RETURNS text LANGUAGE plpgsql
IMMUTABLE STRICT PARALLEL SAFE AS $function$
BEGIN
    {work}
    RETURN words;
END
$function$;
"""


POSTGRESQL_FUNCTIONS = (
    _function("fold_text", _FOLD)
    + _function("sort_key", _FOLD + _BY_VALUE)
    + f"""
CREATE FUNCTION searchable_text(VARIADIC parts text[]) RETURNS text LANGUAGE plpgsql
IMMUTABLE STRICT PARALLEL SAFE AS $function$
DECLARE
    words text := array_to_string(trim_array(parts, 1), ' ');
    folded text;
BEGIN
    {_FOLD}
    folded := words;
    words := parts[cardinality(parts)];
    {_DIGITS}
    RETURN folded || ' ' || words;
END
$function$;
"""
)


def add_functions(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_FUNCTIONS)


def remove_functions(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in ("searchable_text(text[])", "sort_key(text)", "fold_text(text)"):
            schema_editor.execute(f"DROP FUNCTION {name}")


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [migrations.RunPython(add_functions, remove_functions)]
