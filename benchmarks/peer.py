"""The peer's side: django-import-export with its own ODS and CSV formats, at its best.

What its documentation offers for speed is on: bulk writes, no diff, no look for an existing
contact, members joined on export and looked up in a dict on import. Its check of each contact
asks the database several questions a row; here it asks none, see `validate_instance`.
"""

from collections import Counter
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from import_export.fields import Field
from import_export.formats.base_formats import CSV, ODS
from import_export.resources import ModelResource
from import_export.widgets import CharWidget, ForeignKeyWidget, IntegerWidget

from contacts.models import Contact
from members.models import Member

_FORMATS = {"ods": ODS, "csv": CSV}


def export_file(path: str, format: str) -> None:
    dataset = _ContactResource().export()
    content = _FORMATS[format]().export_data(dataset)
    if isinstance(content, str):
        content = content.encode()
    Path(path).write_bytes(content)


def import_file(path: str, format: str) -> int:
    """Add the contacts of the file; return how many."""
    # As the peer's own import view reads an upload: the CSV format takes text, the ODS one bytes.
    content = Path(path).read_bytes()
    dataset = _FORMATS[format](encoding="utf-8" if format == "csv" else None).create_dataset(
        content
    )
    result = _ContactResource().import_data(dataset, raise_errors=True)
    if result.has_errors() or result.has_validation_errors():
        raise ValueError("the peer found errors in its own file")
    return int(result.totals["new"])


class _MemberWidget(ForeignKeyWidget):
    """Finds members by their reference, all of them fetched once."""

    def __init__(self) -> None:
        super().__init__(Member, "reference")
        self._members: dict[str, Member] = {}

    def clean(self, value: Any, row: Any = None, **_: Any) -> Member:  # noqa: ARG002
        """Return the member; raise ValueError where there is none."""
        if not self._members:
            self._members = {member.reference: member for member in Member.objects.all()}
        try:
            return self._members[value]
        except KeyError:
            raise ValueError(f"{value} is no member's reference") from None


class _ContactResource(ModelResource):
    """The ten columns of contact files."""

    member = Field("member", "Référence", _MemberWidget())
    member_name = Field("member__name", "Libellé membre", readonly=True)
    name = Field("name", "Dénomination", CharWidget())
    note = Field("note", "Note", CharWidget())
    job_title = Field("job_title", "Fonction", CharWidget())
    email = Field("email", "Mail", CharWidget())
    phones = Field("phones", "Tel", CharWidget())
    fax = Field("fax", "Fax", CharWidget())
    type = Field("type", "Type", IntegerWidget(coerce_to_string=False))
    type_label = Field("get_type_display", "Libellé type", readonly=True)

    class Meta:
        model = Contact
        fields = (
            "member",
            "member_name",
            "name",
            "note",
            "job_title",
            "email",
            "phones",
            "fax",
            "type",
            "type_label",
        )
        import_id_fields = ()
        force_init_instance = True
        use_bulk = True
        batch_size = 1000
        chunk_size = 2000
        use_transactions = True
        skip_diff = True
        skip_html_diff = True
        report_skipped = False
        clean_model_instances = True

    def __init__(self) -> None:
        super().__init__()
        self._positions: Counter[int] = Counter()

    def get_queryset(self) -> QuerySet[Contact]:
        """Return all contacts in the order of the file, their members joined."""
        contacts = Contact.objects.select_related("member")
        return contacts.order_by("member__reference", "position")

    def validate_instance(
        self,
        instance: Contact,
        import_validation_errors: dict[str, Any] | None = None,
        validate_unique: bool = True,  # noqa: ARG002 (its own signature)
    ) -> None:
        """Check the fields without a query a row.

        As it stands, `full_clean` looks each member up again, and has the database evaluate each
        constraint; the member comes from a dict, and bulk_create holds the constraints anyway.
        """
        errors = dict(import_validation_errors or {})
        exclude = {"member", "position", *errors}
        try:
            instance.full_clean(exclude=exclude, validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def before_save_instance(self, instance: Contact, row: Any, **_: Any) -> None:  # noqa: ARG002
        """Put the contact below those of its member that the file has so far."""
        self._positions[instance.member_id] += 1
        instance.position = self._positions[instance.member_id]
