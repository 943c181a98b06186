"""The database functions that generated columns call."""

from django.db import migrations

# base/text.py in SQL; SQLite calls the Python functions themselves.
# The collation is named so that letters outside ASCII fold whatever the database's own collation.
POSTGRESQL_FUNCTIONS = r"""
CREATE FUNCTION fold_text(words text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
    replace(replace(replace(
        lower(regexp_replace(normalize(words, NFD), '[\u0300-\u036f]', '', 'g')
            COLLATE "und-x-icu"),
    'œ', 'oe'), 'æ', 'ae'), '’', '''');

CREATE FUNCTION searchable_text(VARIADIC parts text[]) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
    fold_text(array_to_string(trim_array(parts, 1), ' ')) || ' ' || coalesce((
        SELECT string_agg(
            replace(regexp_replace(
                regexp_replace(number, '[^0-9+]', '', 'g'), '^(\+|00)33', '0'
            ), '+', ''), ' ' ORDER BY place)
        FROM unnest(string_to_array(parts[cardinality(parts)], ';'))
            WITH ORDINALITY AS part(number, place)
    ), '');
"""


def add_functions(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_FUNCTIONS)


def remove_functions(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "DROP FUNCTION searchable_text(text[]); DROP FUNCTION fold_text(text);"
        )


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [migrations.RunPython(add_functions, remove_functions)]
