"""Pages that are counted from the nearer end."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from base.paging import FlatPaginator
from directory.listing import SORTABLE_COLUMNS, members_page, sort_members
from members.models import Member
from tests.factories import ContactFactory, MemberFactory

pytestmark = pytest.mark.django_db
SORTS = [sign + column.key for column in SORTABLE_COLUMNS for sign in ("", "-")]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 12])
def test_the_pages_are_the_list_cut_in_order(sort, count):
    for number in range(count):
        kind = ("individual", "professional")[number % 2]
        member = MemberFactory(name=f"N{number % 3}", city=f"V{number % 2}", kind=kind)
        if kind == "professional":
            ContactFactory.create_batch(number % 4, member=member)
    members = sort_members(Member.objects.all(), sort)
    paginator = FlatPaginator(members, 3)
    pages = [list(paginator.page(number)) for number in paginator.page_range]
    assert [member for page in pages for member in page] == list(members)
    assert all(len(page) == 3 for page in pages[:-1])


def test_the_last_page_is_counted_from_the_end():
    Member.objects.bulk_create(MemberFactory.build_batch(160))
    with CaptureQueriesContext(connection) as captured:
        page = members_page({}, "", "4")
        assert len(page.object_list) == 10
    assert not any("OFFSET" in query["sql"] for query in captured.captured_queries)
