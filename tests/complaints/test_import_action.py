"""Taking over a batch: what is written, what is not, and nothing twice."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from complaints.actions.categories import add_categories
from complaints.actions.import_rows import MOST_ROWS, import_rows
from complaints.importing.rows import ImportedRow, NewCategory
from complaints.intake import Intake
from complaints.models import Category, Complaint, ExternalReference
from complaints.search import COMPLAINTS
from core.errors import DomainError, PermissionDenied
from customers.models import Customer
from deadlines.models import Deadline
from events.models import Event, EventHead, Notification
from policies.actions import set_policy
from tests.house import House, lodge


def make_row(external_id: str = "1", at: datetime | None = None, **fields) -> ImportedRow:
    row_fields: dict[str, Any] = {
        "department": "",
        "category": "",
        "state": "closed",
        "outcome": "unknown",
        "relief": "",
    }
    row_fields |= {name: fields.pop(name) for name in tuple(fields) if name in row_fields}
    if row_fields["state"] == "open":
        row_fields["outcome"] = ""
    answers = {"description": "发动机异响，多次维修无果", "channel": "web", "is_anonymous": True, "received_at": at}
    return ImportedRow(line=2, external_id=external_id, intake=Intake(**{**answers, **fields}), **row_fields)


@pytest.fixture
def take(house: House, at_work: datetime):
    def one(**fields) -> Complaint:
        import_rows("old", [make_row(**fields)], by=None)
        return Complaint.objects.get(external_references__external_id=fields.get("external_id", "1"))

    return one


def test_imported_closed_with_everything_that_belongs_to_it(take, house, at_work):
    received = at_work - timedelta(days=400)
    complaint = take(at=received, category="product_quality", relief="monetary")
    assert (complaint.state, complaint.outcome, complaint.relief) == ("closed", "unknown", "monetary")
    assert (complaint.is_imported, complaint.is_anonymous, complaint.recorded_by) == (True, True, None)
    assert (complaint.received_at, complaint.recorded_at, complaint.ended_at) == (received, at_work, received)
    assert (complaint.department, complaint.category) == (house.office, house.product)
    assert complaint.number.startswith("C-2026-")
    event = Event.objects.get(subject_type="complaint", subject_id=complaint.pk)
    assert (event.type, event.seq, event.actor) == ("complaint.imported", 1, None)
    assert event.data["source"] == "old"
    assert list(COMPLAINTS.match("异响")) == [complaint.pk]


def test_nobody_is_told_and_nothing_is_promised_about_what_is_closed(take):
    complaint = take(channel="regulator", is_danger=True)
    assert complaint.severity_class == 2
    assert complaint.suggests_crisis
    assert [reason["rule"] for reason in complaint.triage] == ["danger", "outside"]
    assert not Notification.objects.exists()
    assert not Deadline.objects.exists()


@pytest.mark.parametrize(
    ("fields", "severity_class", "state"),
    [
        ({}, 1, "listen"),
        ({"description": "行驶中起火"}, 2, "act"),
        ({"amount_claimed": Decimal(6000), "currency": "CNY"}, 2, "act"),
        ({"amount_claimed": Decimal(6000), "currency": "USD"}, 1, "listen"),
        ({"category": "over_promising"}, 2, "act"),
    ],
)
def test_what_arrives_open_begins_at_the_beginning_of_its_class(take, fields, severity_class, state):
    complaint = take(state="open", **fields)
    assert (complaint.severity_class, complaint.state, complaint.ended_at) == (severity_class, state, None)


def test_only_open_and_young_ones_get_deadlines_counted_from_the_import(take, at_work):
    young = take(state="open", external_id="young", at=at_work - timedelta(days=6, hours=23))
    deadlines = Deadline.objects.of(young)
    assert {row.kind for row in deadlines} == {"owned", "first_response", "answer", "resolved", "oral_report"}
    assert {row.started_at for row in deadlines} == {at_work}
    assert young.next_due_at == min(row.due_at for row in deadlines) > at_work
    old = take(state="open", external_id="old", at=at_work - timedelta(days=7))
    assert not Deadline.objects.of(old).exists()
    assert old.next_due_at is None


def test_how_young_is_a_policy(take, at_work):
    set_policy("import.deadline_days", 30, by=None)
    assert Deadline.objects.of(take(state="open", at=at_work - timedelta(days=20))).exists()


def test_danger_makes_the_first_response_run_around_the_clock(take, at_work):
    complaint = take(state="open", is_danger=True, at=at_work)
    assert Deadline.objects.of(complaint).get(kind="first_response").clock == "24x7"


def test_recurring_is_never_asked_of_imported_rows(house, at_work):
    rows = [make_row(str(n), at_work, category="product_quality", product_name="Song", state="open") for n in range(9)]
    import_rows("old", rows, by=None)
    assert set(Complaint.objects.values_list("severity_class", flat=True)) == {1}


def test_imported_ones_do_not_make_a_frequent_complainer(house, at_work):
    rows = [make_row(str(n), at_work, name="Emily Carter", phone="138 0571 6620", is_anonymous=False) for n in range(5)]
    import_rows("old", rows, by=None)
    assert Customer.objects.count() == 1
    assert lodge(house.clerk, name="Emily Carter", phone="13805716620").severity_class == 1


def test_who_can_be_reached_becomes_a_customer_and_a_name_alone_does_not(take):
    complaint = take(name="王芳", phone="138 0571 6620", is_anonymous=False)
    assert complaint.customer is not None
    assert complaint.customer.name == "王芳"
    named = take(external_id="2", name="李娜", is_anonymous=False)
    assert (named.customer, named.contact_name) == (None, "李娜")


def test_the_same_id_comes_in_once(house, at_work):
    rows = [make_row("a"), make_row("b"), make_row("a", description="again")]
    first = import_rows("old", rows, by=None)
    second = import_rows("old", rows, by=None)
    assert (first.added, first.present) == (2, 1)
    assert (second.added, second.present) == (0, 3)
    assert import_rows("other system", rows[:1], by=None).added == 1
    assert Complaint.objects.count() == Event.objects.filter(type="complaint.imported").count() == 3


def test_one_row_that_does_not_fit_leaves_nothing_of_the_batch(house, at_work):
    rows = [make_row("a"), make_row("b", phone="call me", is_anonymous=False)]
    with pytest.raises(DomainError):
        import_rows("old", rows, by=None)
    for model in (Complaint, ExternalReference, Event, EventHead, Customer):
        assert not model.objects.exists()
    assert not COMPLAINTS.match("异响")


def test_a_restricted_category_is_read_by_the_people_named_for_it(take, house):
    complaint = take(category="integrity", department="west-store")
    assert complaint.is_restricted
    assert list(complaint.named_readers.all()) == [house.director]
    seen_by = [user for user in house.everybody if Complaint.objects.visible_to(user).exists()]
    assert seen_by == [house.director, house.auditor]


def test_rules_about_a_category_hold_for_what_is_below_it(take, house):
    add_categories([NewCategory("over_promising_x", "over_promising", "变更价格", "Changed the price")], by=None)
    assert take(category="over_promising_x").severity_class == 2


def test_a_whole_batch_needs_few_statements(house, at_work, django_assert_max_num_queries):
    rows = [make_row(str(n), at_work, category="product_quality", state="open") for n in range(MOST_ROWS)]
    with django_assert_max_num_queries(60):
        import_rows("old", rows, by=None)
    assert Deadline.objects.count() == MOST_ROWS * 5


def test_no_more_than_fifty_at_once(house):
    with pytest.raises(ValueError, match="up to 50 rows"):
        import_rows("old", [make_row(str(n)) for n in range(MOST_ROWS + 1)], by=None)


def test_who_may_not_lodge_may_not_import(house):
    with pytest.raises(PermissionDenied):
        import_rows("old", [make_row()], by=house.auditor)
    assert not Complaint.objects.exists()
    assert import_rows("old", [make_row()], by=house.clerk).added == 1
    assert Complaint.objects.get().recorded_by == house.clerk


def test_sub_categories_are_made_once_under_their_parent(house):
    wanted = [
        NewCategory("product_quality_1", "product_quality", "发动机", "Engine"),
        NewCategory("product_quality_2", "product_quality", "Brakes", "Brakes"),
    ]
    assert add_categories(wanted, by=None) == 2
    assert add_categories(wanted, by=None) == 0
    engine = Category.objects.get(code="product_quality_1")
    assert (engine.name_en, engine.name_zh, engine.parent) == ("Engine", "发动机", house.product)
    assert Event.objects.filter(type="category.created").count() == 2
