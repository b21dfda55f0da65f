"""Changing the record: what was touched and nothing else; two people see both texts."""

from decimal import Decimal

import pytest

from complaints.actions.record import change_complaint
from complaints.intake import PromiseMade
from complaints.models import Complaint
from events.models import Event
from tests.complaints.pages import client_of, text_of, url

FULL = {
    "title": "Panoramic roof promised",
    "description": "全景天窗承诺未兑现。",
    "happened_where": "Binjiang store",
    "people_involved": "The seller Tom",
    "demands": ["exchange", "refund"],
    "amount_claimed": Decimal(20_000),
    "cost_of_waiting": "A rented car",
    "upset": "angry",
    "threats": ["regulator"],
    "product_name": "Song Plus",
    "product_symptom": "No roof",
    "product_before": "A Corolla",
    "representative_name": "Lawyer Wu",
    "promises": [PromiseMade("The roof is standard", "Tom", "brochure")],
    "company": "Wang & Sons",
    "preferred_time": "after 18:30",
}

END = {"reason": "Moved away", "outcome": "settled", "relief": "explanation"}


def posted(form, **changes):
    """What a browser sends: each field with what it shows, and with what it showed at first."""
    data = {}
    for field in form:
        value = field.value()
        values = [str(one) for one in value] if isinstance(value, list) else ["" if value is None else str(value)]
        if field.name != "version":
            data[f"initial-{field.name}"] = values
        if value is not False:
            data[field.name] = values
    return {**data, **changes}


@pytest.fixture
def edit():
    def open_page(user, complaint):
        client = client_of(user)
        form = client.get(url("edit", complaint)).context["form"]
        return lambda **changes: client.post(url("edit", complaint), posted(form, **changes))

    return open_page


def test_saving_changes_what_was_touched_and_nothing_else(make_complaint, edit, house):
    complaint = make_complaint(**FULL)
    before = Complaint.objects.filter(pk=complaint.pk).values().get()
    answer = edit(house.clerk, complaint)(title="The roof", amount_claimed="２万", happened_on="2026-11-17")
    assert answer.url == complaint.get_absolute_url()
    after = Complaint.objects.filter(pk=complaint.pk).values().get()
    assert {name for name in after if after[name] != before[name]} == {"title", "happened_on", "version"}
    assert Event.objects.get(type="complaint.changed").data["changed"] == {"happened_on": "2026-11-17"}


def test_saving_nothing_writes_nothing(make_complaint, edit, house):
    complaint = make_complaint(**FULL)
    before = Event.objects.count()
    assert edit(house.clerk, complaint)().status_code == 302
    assert Event.objects.count() == before


def test_lists_and_ticks_are_changed_too(make_complaint, edit, house):
    complaint = make_complaint(**FULL, category_id=house.product.pk)
    save = edit(house.clerk, complaint)
    answer = save(
        demands=["refund"],
        threats=[],
        is_danger="on",
        category=str(house.attitude.pk),
        further_categories=[str(house.product.pk)],
        subjects=[str(house.colleague.pk)],
    )
    assert answer.status_code == 302
    complaint.refresh_from_db()
    assert (complaint.demands, complaint.threats, complaint.is_danger) == (["refund"], [], True)
    assert complaint.category == house.attitude
    assert list(complaint.further_categories.all()) == [house.product]
    assert list(complaint.subjects.all()) == [house.colleague]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"description": "  "}, "description"),
        ({"description": "x" * 20_001}, "description"),
        ({"amount_claimed": "a lot"}, "amount_claimed"),
        ({"contact_phone": "no idea"}, "contact_phone"),
        ({"contact_email": "wang"}, "contact_email"),
        ({"happened_on": "2026-13-40"}, "happened_on"),
        ({"category": "999999"}, "category"),
        ({"subjects": ["999999"]}, "subjects"),
        ({"demands": ["the moon"]}, "demands"),
        ({"upset": "sad"}, "upset"),
        ({"language": ""}, "language"),
        ({"title": "a\0b"}, "title"),
        ({"group_size": "-1"}, "group_size"),
    ],
)
def test_a_refused_record_keeps_what_was_typed(make_complaint, edit, house, changes, field):
    complaint = make_complaint(**FULL)
    before = Complaint.objects.filter(pk=complaint.pk).values().get()
    answer = edit(house.clerk, complaint)(cost_of_waiting="Typed with care", **changes)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert "Typed with care" in text_of(answer)
    assert Complaint.objects.filter(pk=complaint.pk).values().get() == before


def change(complaint, by, **changes):
    complaint.refresh_from_db()
    change_complaint(complaint.pk, expected_version=complaint.version, changes=changes, by=by)


def test_two_people_with_different_facts_both_succeed(make_complaint, edit, house):
    complaint = make_complaint()
    save = edit(house.clerk, complaint)
    change(complaint, house.supervisor, happened_where="Till 3")
    assert save(title="Mine").status_code == 302
    complaint.refresh_from_db()
    assert (complaint.happened_where, complaint.title) == ("Till 3", "Mine")


def test_two_people_with_the_same_fact_the_second_sees_both_texts(make_complaint, edit, house):
    complaint = make_complaint(title="At first")
    save = edit(house.clerk, complaint)
    change(complaint, house.supervisor, title="Hers", happened_where="Till 3")
    answer = save(title="Mine", cost_of_waiting="A day off")
    page = text_of(answer)
    assert answer.status_code == 409
    assert [(clash.theirs, clash.yours) for clash in answer.context["clashes"]] == [("Hers", "Mine")]
    assert "Supervisor changed 1 of these facts at 10:00" in page
    assert "Nothing was saved." in page
    complaint.refresh_from_db()
    assert (complaint.title, complaint.cost_of_waiting) == ("Hers", "")
    # What was typed stands in the form, on top of the present record.
    form = answer.context["form"]
    assert (form["title"].value(), form["happened_where"].value()) == ("Mine", "Till 3")

    def again(**extra):
        data = {name: form.data.getlist(name) for name in form.data} | extra
        return client_of(house.clerk).post(url("edit", complaint), data)

    assert again().status_code == 302
    complaint.refresh_from_db()
    assert (complaint.title, complaint.happened_where, complaint.cost_of_waiting) == ("Mine", "Till 3", "A day off")


def test_the_second_may_keep_the_others_text(make_complaint, edit, house):
    complaint = make_complaint(title="At first")
    save = edit(house.clerk, complaint)
    change(complaint, house.supervisor, title="Hers", is_danger=False)
    form = save(title="Mine", cost_of_waiting="A day off").context["form"]
    data = {name: form.data.getlist(name) for name in form.data} | {"theirs": ["title"]}
    assert client_of(house.clerk).post(url("edit", complaint), data).status_code == 302
    complaint.refresh_from_db()
    assert (complaint.title, complaint.cost_of_waiting) == ("Hers", "A day off")


def test_naming_the_own_head_leads_back_to_the_queue(make_complaint, edit, house):
    house.west.head = house.supervisor
    house.west.save()
    complaint = make_complaint()
    assert edit(house.clerk, complaint)(subjects=[str(house.supervisor.pk)]).url == "/"


def test_only_recorder_owner_and_supervisor_open_it(make_complaint, house):
    complaint = make_complaint()
    assert client_of(house.colleague).get(url("edit", complaint)).status_code == 403
    assert client_of(house.supervisor).get(url("edit", complaint)).status_code == 200
    client_of(house.clerk).post(url("withdraw", complaint), END)
    assert client_of(house.clerk).get(url("edit", complaint)).status_code == 409
