"""The database functions that generated columns call."""

from django.db import migrations

# base/text.py in SQL; SQLite calls the Python functions themselves.
# The collation is named so that letters outside ASCII fold whatever the database's own collation.
POSTGRESQL_FUNCTIONS = r"""
CREATE FUNCTION plain_text(words text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
    CASE WHEN words ~ '[^\u0001-\u007f]' THEN
        replace(replace(replace(replace(
            translate(
                lower(
                    regexp_replace(
                        normalize(replace(words, '´', ''''), NFKD),
                        '[\u00ad\u0300-\u036f\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e'
                        '\u2060-\u206f\ufe00-\ufe0f\ufeff]',
                        '', 'g'
                    ) COLLATE "und-x-icu"
                ),
                '’‘‛ʼʹ′`' || '‐‑‒–—―⁃−' || '«»“”„‟″' || 'ø°łđðħıς',
                repeat('''', 7) || repeat('-', 8) || repeat('"', 7) || 'oolddhiσ'
            ),
        'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th')
    ELSE replace(lower(words COLLATE "und-x-icu"), '`', '''')
    END;

CREATE FUNCTION fold_text(words text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
    regexp_replace(
        trim(regexp_replace(
            replace(plain_text(words), '&', ' et '),
            '[-\u0009-\u000d\u001c-\u0020\u0085\u1680\u2028\u2029]+', ' ', 'g'
        )),
        '(?<![a-z0-9][a-z])(?<=[a-z])[.](?=[a-z]([^a-z0-9]|\Z))'
        '|(?<![a-z0-9][a-z][.][a-z])(?<=[a-z][.][a-z])[.]',
        '', 'g'
    );

CREATE FUNCTION sort_key(words text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN (
    SELECT string_agg(
        part[1] || CASE part[2] WHEN '' THEN '' ELSE
            lpad(length(ltrim(part[2], '0'))::text, 3, '0') || ltrim(part[2], '0')
        END, '' ORDER BY place
    )
    FROM regexp_matches(fold_text(words), '([^0-9]*)([0-9]*)', 'g')
        WITH ORDINALITY AS found(part, place)
);

CREATE FUNCTION phone_digits(numbers text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
    trim(regexp_replace(
        translate(
            regexp_replace(
                regexp_replace(
                    plain_text(numbers),
                    '(\+ *33|(^|[^0-9 .()-]| - )[ .(]*'
                    '(00 *33|33(?=([ .-]?[0-9]){9}(?![ .-]?[0-9]))))'
                    '[ .-]*(\( *0 *\)|0)?',
                    ';\20', 'g'
                ),
                '(\+ *[0-9]{1,3} *)\( *0 *\)', '\1', 'g'
            ),
            E'\t ./()_,-', ''
        ),
        '[^0-9]+', ' ', 'g'
    ));

CREATE FUNCTION searchable_text(VARIADIC parts text[]) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
    fold_text(array_to_string(trim_array(parts, 1), ' '))
    || ' ' || phone_digits(parts[cardinality(parts)]);
"""

_NAMES = (
    "searchable_text(text[])",
    "phone_digits(text)",
    "sort_key(text)",
    "fold_text(text)",
    "plain_text(text)",
)


def add_functions(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_FUNCTIONS)


def remove_functions(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in _NAMES:
            schema_editor.execute(f"DROP FUNCTION {name}")


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [migrations.RunPython(add_functions, remove_functions)]
