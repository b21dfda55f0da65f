"""One customer's record in the browser: who may look, who may change what, and two people at once."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from zeal import zeal_ignore

from core.errors import Blocked, PermissionDenied
from customers.actions import change_customer, create_customer, make_main_contact, mark_vip, record_sale, unmark_vip
from customers.models import ContactPoint, Customer
from deadlines import health
from events.log import timeline
from events.models import Event, TextRevision

# Who was not the first to save tries again, on the record as it is then.
AGAIN = [{"model": "customers.Customer", "field": "get()"}]
SOLD = datetime(2025, 11, 12, 2, tzinfo=UTC)


@pytest.fixture
def fang(house):
    return create_customer("王芳", phones=["13805716620", "12315"], emails=["Fang@example.com"], by=None)


@pytest.fixture
def clerk(client: Client, house):
    client.force_login(house.clerk)
    return client


@pytest.fixture
def supervisor(house):
    client = Client()
    client.force_login(house.supervisor)
    return client


def url(name: str, customer: Customer, *more: int) -> str:
    return reverse(f"customers:{name}", args=[customer.pk, *more])


def answers(customer: Customer, **changed: str) -> dict[str, str]:
    """What the form sends: each field with what it showed."""
    facts = {name: str(getattr(customer, name)) for name in (
        "name", "kind", "company", "address", "language", "temperament", "preferred_contact", "preferred_hours",
    )}  # fmt: skip
    shown = {f"initial-{name}": value for name, value in facts.items()}
    shown["initial-do_not_call"] = str(customer.do_not_call)
    ticked = {"do_not_call": "on"} if customer.do_not_call else {}
    return {**shown, **facts, **ticked, "version": str(customer.version), **changed}


def words(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


# ---------------------------------------------------------------- looking


def test_the_page_tells_who_this_is(clerk, fang, house):
    change_customer(fang.pk, company="Lake Ltd", address="1 Lake Road", temperament="analytical", by=house.clerk)
    sold: dict[str, Any] = {"product_name": "Tang EV", "amount": Decimal(612000), "sold_at": SOLD, "by": None}
    record_sale("dms", "S-88213", customer_id=fang.pk, **sold)
    mark_vip(fang.pk, "journalist", by=None)
    text = words(clerk.get(fang.get_absolute_url()))
    for shown in ("王芳", "138 0571 6620", "Fang@example.com", "12315", "Lake Ltd", "1 Lake Road", "analytical",
                  "Tang EV", "S-88213", "¥612,000", "journalist", "Address, Company, Type",
                  "No complaint that you may see"):  # fmt: skip
        assert shown in text


def test_complaints_are_those_the_reader_may_see(make_complaint, client, house):
    seen = make_complaint()
    hidden = make_complaint(by=house.east_clerk, description="The east store’s matter")
    assert seen.customer_id == hidden.customer_id
    client.force_login(house.clerk)
    text = words(client.get(seen.customer.get_absolute_url()))
    assert seen.number in text
    assert hidden.number not in text
    assert "east store’s" not in text


def test_linked_from_the_complaint_and_from_the_search(make_complaint, client, house):
    complaint = make_complaint()
    client.force_login(house.clerk)
    link = f'href="{complaint.customer.get_absolute_url()}"'
    assert words(client.get(complaint.get_absolute_url())).count(link) == 2
    assert link in words(client.get(reverse("complaints:desk", args=[complaint.number])))
    assert link in words(client.get(reverse("complaints:search"), {"q": "Emily"}))
    client.force_login(house.auditor)
    assert words(client.get(complaint.get_absolute_url())).count(link) == 2
    assert link in words(client.get(reverse("complaints:search"), {"q": "Emily"}))


def test_statements_stay_few_however_much_there_is(
    make_complaint, client, house, django_assert_max_num_queries, monkeypatch
):
    # The banner's look at the sweeps is remembered for some seconds only, and this machine may be slow.
    monkeypatch.setattr(health, "REMEMBERED_SECONDS", 3600.0)
    complaint = make_complaint()
    customer = complaint.customer
    client.force_login(house.supervisor)
    client.get(customer.get_absolute_url())
    with django_assert_max_num_queries(14) as asked:
        client.get(customer.get_absolute_url())
    few = len(asked)
    for at in range(25):
        make_complaint()
        record_sale(
            "dms", f"S-{at}", customer_id=customer.pk, product_name="Tang", amount=Decimal(1), sold_at=SOLD, by=None
        )
        change_customer(customer.pk, address=f"{at} Lake Road", by=house.clerk)
    with django_assert_max_num_queries(few):
        text = words(client.get(customer.get_absolute_url()))
    assert text.count("The newest 20 are shown.") == 2


def test_rights(client, house, fang):
    point = fang.contact_points.first()
    pages = [url(name, fang) for name in ("record", "edit", "add_contact", "vip")]
    presses = [url("remove_contact", fang, point.pk), url("main_contact", fang, point.pk)]
    for address in (*pages, *presses):
        assert client.post(address).status_code == 302
    for user, reads in ((house.auditor, 200), (house.administrator, 403)):
        client.force_login(user)
        assert [client.get(address).status_code for address in pages] == [reads, 403, 403, 403]
        assert {client.post(address).status_code for address in (*pages[1:], *presses)} == {403}
    client.force_login(house.clerk)
    assert [client.get(address).status_code for address in pages] == [200, 200, 200, 403]
    assert client.post(pages[3], {"is_vip": "True", "vip_reason": "x"}).status_code == 403
    assert {client.get(address).status_code for address in presses} == {405}
    assert url("vip", fang) not in words(client.get(pages[0]))
    assert Event.objects.filter(subject_type="customer").count() == 1


@pytest.mark.parametrize("pk", [0, 999_999, 10**30])
def test_a_record_that_is_not_there(supervisor, fang, pk):
    for name in ("record", "edit", "add_contact", "vip"):
        assert supervisor.get(reverse(f"customers:{name}", args=[pk])).status_code == 404
    for name in ("remove_contact", "main_contact"):
        assert supervisor.post(reverse(f"customers:{name}", args=[fang.pk, pk])).status_code == 404


def test_another_customers_phone_is_not_reached_from_here(clerk, fang):
    other = create_customer("Tom", phones=["13900001111"], by=None).contact_points.get()
    for name in ("remove_contact", "main_contact"):
        assert clerk.post(url(name, fang, other.pk)).status_code == 404
    assert ContactPoint.objects.filter(pk=other.pk).exists()


def test_nobody_keeps_a_copy(clerk, fang):
    for name in ("record", "edit", "add_contact"):
        assert "no-store" in clerk.get(url(name, fang))["Cache-Control"]


# ---------------------------------------------------------------- changing


def test_every_fact_is_changed(clerk, fang, house):
    changed = {
        "name": "王 芳", "kind": "partner", "company": "Lake Ltd", "address": "1 Lake Road", "language": "zh-hans",
        "temperament": "stubborn", "preferred_contact": "e-mail", "preferred_hours": "after 18:30", "do_not_call": "on",
    }  # fmt: skip
    answer = clerk.post(url("edit", fang), answers(fang, **changed))
    assert (answer.status_code, answer["Location"]) == (302, fang.get_absolute_url())
    fang.refresh_from_db()
    assert {name: getattr(fang, name) for name in changed} == {**changed, "do_not_call": True}
    event = timeline(fang).first()
    assert (event.type, event.actor, event.data["fields"]) == ("customer.changed", house.clerk, sorted(changed))
    assert "Lake" not in event.data_text


def test_a_tick_is_taken_away(clerk, fang):
    fang = change_customer(fang.pk, do_not_call=True, temperament="stubborn", by=None)
    sent = answers(fang, temperament="")
    del sent["do_not_call"]
    assert clerk.post(url("edit", fang), sent).status_code == 302
    fang.refresh_from_db()
    assert (fang.do_not_call, fang.temperament) == (False, "")


def test_nothing_touched_changes_nothing(clerk, fang):
    assert clerk.post(url("edit", fang), answers(fang)).status_code == 302
    assert timeline(fang).count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", " \u3000\u200b"), ("name", "a\0b"), ("name", "a\x07b"), ("name", "x" * 121),
     ("address", "x" * 100_000), ("company", "\0"), ("kind", "robot"), ("kind", ""), ("language", "xx"),
     ("temperament", "bored"), ("version", "x"), ("version", "-1"), ("preferred_hours", "y" * 81)],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_kept(clerk, fang, field, value):
    answer = clerk.post(
        url("edit", fang),
        answers(fang, **{"company": "Lake Ltd", field: value}),
    )
    assert answer.status_code == 422
    assert "There is a problem" in words(answer)
    assert timeline(fang).count() == 1


def test_an_unknown_tick_of_theirs_is_passed_over(clerk, fang):
    sent = {**answers(fang, company="Lake"), "theirs": ["version", "pk", "\0", "is_vip"]}
    assert clerk.post(url("edit", fang), sent).status_code == 302


def test_names_are_text(clerk, fang):
    bad = '"><script>alert(1)</script>{{ 7|add:7 }}'
    fang = change_customer(fang.pk, name=bad, company=bad, address=bad, preferred_contact=bad[:80], by=None)
    for name in ("record", "edit", "add_contact"):
        assert "<script>alert" not in words(clerk.get(url(name, fang)))


# ---------------------------------------------------------------- two people at once


def test_different_facts_of_two_people_both_stand(clerk, fang):
    sent = answers(fang, address="1 Lake Road")
    change_customer(fang.pk, company="Lake Ltd", by=None)
    with zeal_ignore(AGAIN):
        assert clerk.post(url("edit", fang), sent).status_code == 302
    fang.refresh_from_db()
    assert (fang.company, fang.address) == ("Lake Ltd", "1 Lake Road")


def test_the_same_fact_shows_both_texts_and_either_may_stay(clerk, fang, house):
    sent = answers(fang, address="1 Lake Road", company="Mine Ltd")
    change_customer(fang.pk, address="2 Hill Street", by=house.colleague)
    answer = clerk.post(url("edit", fang), sent)
    assert answer.status_code == 409
    text = words(answer)
    for shown in ("Colleague changed 1 of these facts", "2 Hill Street", "1 Lake Road", "Mine Ltd"):
        assert shown in text
    fang.refresh_from_db()
    assert fang.address == "2 Hill Street"
    again = answers(fang, address="1 Lake Road", company="Mine Ltd")
    assert clerk.post(url("edit", fang), {**again, "theirs": "address"}).status_code == 302
    fang.refresh_from_db()
    assert (fang.address, fang.company) == ("2 Hill Street", "Mine Ltd")


def test_mine_may_stay_too(clerk, fang):
    sent = answers(fang, address="1 Lake Road")
    change_customer(fang.pk, address="2 Hill Street", by=None)
    assert clerk.post(url("edit", fang), sent).status_code == 409
    fang.refresh_from_db()
    assert clerk.post(url("edit", fang), answers(fang, address="1 Lake Road")).status_code == 302
    fang.refresh_from_db()
    assert fang.address == "1 Lake Road"


def test_a_tick_both_set_is_no_clash(clerk, fang):
    sent = answers(fang, do_not_call="on")
    change_customer(fang.pk, do_not_call=True, by=None)
    with zeal_ignore(AGAIN):
        assert clerk.post(url("edit", fang), sent).status_code == 302


# ---------------------------------------------------------------- VIP


def test_marked_and_unmarked_with_a_reason(supervisor, fang, house):
    page = url("vip", fang)
    assert "Mark as VIP" in words(supervisor.get(page))
    assert supervisor.post(page, {"is_vip": "True", "vip_reason": "plays golf"}).status_code == 302
    fang.refresh_from_db()
    assert (fang.is_vip, fang.vip_reason) == (True, "plays golf")
    assert "Take the mark away" in words(supervisor.get(page))
    assert supervisor.post(page, {"is_vip": "False", "vip_reason": "moved to Chengdu"}).status_code == 302
    fang.refresh_from_db()
    assert (fang.is_vip, fang.vip_reason) == (False, "")
    event = timeline(fang).first()
    assert (event.type, event.actor) == ("customer.unmarked_vip", house.supervisor)
    kept = dict(TextRevision.objects.filter(event=event).values_list("field", "text"))
    assert kept == {"vip_reason": "plays golf", "unmarked_because": "moved to Chengdu"}
    assert "Chengdu" not in event.data_text
    assert "moved to Chengdu" in words(supervisor.get(fang.get_absolute_url()))


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "a\0b", "a\x07b", "\u200b"])
@pytest.mark.parametrize("is_vip", ["True", "False"])
def test_no_mark_comes_or_goes_without_a_reason(supervisor, fang, is_vip, reason):
    if is_vip == "False":
        mark_vip(fang.pk, "journalist", by=None)
    before = timeline(fang).count()
    assert supervisor.post(url("vip", fang), {"is_vip": is_vip, "vip_reason": reason}).status_code == 422
    assert timeline(fang).count() == before


def test_a_mark_that_is_gone_already(supervisor, fang):
    assert supervisor.post(url("vip", fang), {"is_vip": "False", "vip_reason": "moved"}).status_code == 409


def test_the_action_asks_for_the_reason_and_the_right(fang, house):
    mark_vip(fang.pk, "journalist", by=house.supervisor)
    with pytest.raises(Blocked):
        unmark_vip(fang.pk, " ", by=house.supervisor)
    with pytest.raises(PermissionDenied):
        unmark_vip(fang.pk, "moved", by=house.clerk)


# ---------------------------------------------------------------- phones and e-mails


def test_added_as_people_write_it(clerk, fang):
    page = url("add_contact", fang)
    assert clerk.get(page).status_code == 200
    answer = clerk.post(page, {"kind": "phone", "typed": "139 0000 1111", "is_primary": "on"})
    assert answer["Location"] == f"{fang.get_absolute_url()}#contacts"
    main = fang.contact_points.get(kind="phone", is_primary=True)
    assert main.normalized == "+8613900001111"
    event = timeline(fang).first()
    assert event.type == "customer.contact_added"
    assert "1390000" not in event.data_text


@pytest.mark.parametrize(
    ("kind", "typed"),
    [("phone", ""), ("phone", "none"), ("phone", "1" * 300), ("phone", "12\0"), ("email", "fang@"), ("fax", "1"),
     ("email", f"{'x' * 300}@example.com"), ("", "12315"), ("email", "a\0@example.com")],
)  # fmt: skip
def test_no_such_phone_or_address(clerk, fang, kind, typed):
    answer = clerk.post(url("add_contact", fang), {"kind": kind, "typed": typed})
    assert answer.status_code == 422
    assert fang.contact_points.count() == 3


def test_another_one_becomes_the_main_one(clerk, fang, house):
    second = fang.contact_points.get(normalized="12315")
    assert clerk.post(url("main_contact", fang, second.pk)).status_code == 302
    assert [point.typed for point in fang.contact_points.filter(is_primary=True)] == ["12315", "Fang@example.com"]
    event = timeline(fang).first()
    assert (event.type, event.data) == ("customer.contact_made_main", {"contact_id": second.pk, "kind": "phone"})
    assert clerk.post(url("main_contact", fang, second.pk)).status_code == 302
    assert timeline(fang).count() == 2
    with pytest.raises(PermissionDenied):
        make_main_contact(second.pk, by=house.auditor)


def test_removed_and_the_next_one_takes_its_place(clerk, fang):
    first = fang.contact_points.get(kind="phone", is_primary=True)
    assert clerk.post(url("remove_contact", fang, first.pk)).status_code == 302
    assert fang.contact_points.get(kind="phone").is_primary
    assert clerk.post(url("remove_contact", fang, first.pk)).status_code == 404
    text = words(clerk.get(fang.get_absolute_url()))
    assert "138 0571 6620" not in text


def test_who_does_not_want_to_be_called_has_no_link_to_call(clerk, fang):
    assert "tel:" in words(clerk.get(fang.get_absolute_url()))
    change_customer(fang.pk, do_not_call=True, by=None)
    text = words(clerk.get(fang.get_absolute_url()))
    assert "tel:" not in text
    assert "Write instead" in text


def test_in_chinese(clerk, fang):
    for name in ("record", "edit", "add_contact"):
        assert clerk.get(url(name, fang), headers={"accept-language": "zh-hans"}).status_code == 200
