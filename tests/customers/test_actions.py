"""Recording and changing customers: what is kept, what is told, what is refused and leaves nothing behind."""

from datetime import date

import pytest

from core.errors import Blocked, Conflict, PermissionDenied
from customers.actions import (
    add_contact,
    change_customer,
    create_customer,
    find_or_create_customer,
    mark_vip,
    remove_contact,
    unmark_vip,
)
from customers.models import ContactPoint, Customer
from customers.search import CUSTOMERS, find_customers
from events.log import timeline
from events.models import Event, TextRevision


def codes(refusal) -> list[str]:
    return [blocker.code for blocker in refusal.value.blockers]


def links(refusal) -> list[str]:
    return [blocker.link for blocker in refusal.value.blockers]


def test_create(house):
    customer = create_customer(
        "  王 芳\u3000",
        phones=["138 0571 6620", "+8613805716620", "12315"],
        emails=["Fang@Example.com"],
        external_ids={"dms": "K-17"},
        language="zh-hans",
        birthday=date(1990, 5, 1),
        by=house.clerk,
    )
    assert customer.name == "王 芳"
    points = [(p.kind, p.typed, p.normalized, p.is_primary) for p in customer.contact_points.all().order_by("pk")]
    assert points == [
        ("phone", "138 0571 6620", "+8613805716620", True),
        ("phone", "12315", "12315", False),
        ("email", "Fang@Example.com", "fang@example.com", True),
    ]
    assert customer.external_ids.get().external_id == "K-17"
    event = timeline(customer).get()
    assert (event.type, event.data, event.actor) == ("customer.created", {"kind": "person"}, house.clerk)
    assert CUSTOMERS.match("王") == [customer.pk]


def test_events_hold_no_personal_text(house):
    customer = create_customer("Emily Carter", phones=["13805716620"], emails=["e@example.com"], by=house.clerk)
    change_customer(customer.pk, name="Emma Carter", address="1 Lake Road", by=house.clerk)
    add_contact(customer.pk, "phone", "12315", by=house.clerk)
    mark_vip(customer.pk, "plays golf with the mayor", by=house.supervisor)
    told = " ".join(Event.objects.filter(subject_type="customer").values_list("data_text", flat=True))
    for secret in ("Carter", "380571", "example", "Lake", "12315", "golf"):
        assert secret not in told


@pytest.mark.parametrize(
    ("answers", "code", "field"),
    [
        ({"name": ""}, "required", "name"),
        ({"name": " \u3000\u200b"}, "required", "name"),
        ({"name": "x" * 121}, "too_long", "name"),
        ({"name": "a\0b"}, "unreadable", "name"),
        ({"name": "a\ud800"}, "unreadable", "name"),
        ({"kind": "robot"}, "unknown_choice", "kind"),
        ({"language": "xx"}, "unknown_choice", "language"),
        ({"temperament": "bored"}, "unknown_choice", "temperament"),
        ({"phones": ["no digits"]}, "no_phone", "phone"),
        ({"phones": ["1" * 41]}, "no_phone", "phone"),
        ({"emails": ["fang@"]}, "no_email", "email"),
        ({"emails": ["fаng@example.com"]}, "no_email", "email"),  # a Cyrillic а
    ],
)
def test_create_refuses(house, answers, code, field):
    with pytest.raises(Blocked) as refusal:
        create_customer(answers.pop("name", "王芳"), by=house.clerk, **answers)
    assert codes(refusal) == [code]
    assert links(refusal) == [field]
    assert not Customer.objects.exists()
    assert not Event.objects.filter(subject_type="customer").exists()


def test_create_tells_everything_that_is_wrong_at_once(house):
    with pytest.raises(Blocked) as refusal:
        create_customer("", kind="robot", by=house.clerk)
    assert sorted(links(refusal)) == ["kind", "name"]


@pytest.mark.parametrize("name", ["芳", "x" * 120, "阿卜杜拉·买买提", "𠀀𪚥", "O’Neill-Ødegård", "محمد"])
def test_names_of_all_kinds_are_kept_whole(house, name):
    assert create_customer(name, by=house.clerk).name == name
    assert [found.name for found in find_customers(name)] == [name]


def test_who_may(house):
    for user in (house.auditor, house.administrator):
        with pytest.raises(PermissionDenied):
            create_customer("王芳", by=user)
    customer = create_customer("王芳", by=None)
    with pytest.raises(PermissionDenied):
        mark_vip(customer.pk, "old friend", by=house.clerk)
    assert not Customer.objects.get().is_vip


@pytest.mark.parametrize("writing", ["138-0571-6620", "+86 13805716620", "１３８０５７１６６２０"])
def test_found_by_phone_in_any_writing(house, writing):
    fang = create_customer("王芳", phones=["13805716620"], by=None)
    assert find_or_create_customer("陈小姐", phone=writing, by=house.clerk) == fang
    assert Customer.objects.count() == 1


def test_of_two_with_one_phone_the_name_decides(house):
    create_customer("王芳", phones=["13805716620"], by=None)
    husband = create_customer("李强", phones=["13805716620"], by=None)
    assert find_or_create_customer("李强", phone="13805716620", by=house.clerk) == husband
    assert find_or_create_customer("", phone="13805716620", by=house.clerk).name == "王芳"


def test_found_by_email_when_the_phone_is_new(house):
    fang = create_customer("王芳", emails=["fang@example.com"], by=None)
    assert find_or_create_customer("王芳", phone="13900001111", email="FANG@example.com", by=house.clerk) == fang
    # What is on record changes only when somebody says so.
    assert fang.contact_points.count() == 1


def test_created_when_unknown(house):
    new = find_or_create_customer("", phone="13805716620", language="zh-hans", by=house.clerk)
    assert (new.name, new.main_phone, new.language) == ("138 0571 6620", "13805716620", "zh-hans")
    assert find_or_create_customer("Nobody reachable", by=house.clerk).name == "Nobody reachable"


def test_somebody_without_name_and_number_is_nobody(house):
    with pytest.raises(Blocked):
        find_or_create_customer(" ", by=house.clerk)
    assert not Customer.objects.exists()


def test_change_keeps_the_old_text_apart(house):
    customer = create_customer("王芳", address="湖滨路1号", by=None)
    changed = change_customer(
        customer.pk, name="王芳芳", do_not_call=True, address="湖滨路1号", version=1, by=house.clerk
    )
    assert (changed.name, changed.version) == ("王芳芳", 2)
    event = timeline(customer)[0]
    assert event.data["fields"] == ["do_not_call", "name"]
    assert list(TextRevision.objects.values_list("field", "text")) == [("name", "王芳")]
    assert CUSTOMERS.match("王芳芳") == [customer.pk]


def test_change_to_the_same_is_no_change(house):
    customer = create_customer("王芳", by=None)
    assert change_customer(customer.pk, name="王芳", by=house.clerk).version == 1
    assert timeline(customer).count() == 1


def test_the_second_of_two_who_change_is_told(house):
    customer = create_customer("王芳", by=None)
    change_customer(customer.pk, name="王芳芳", version=1, by=house.clerk)
    with pytest.raises(Conflict) as refusal:
        change_customer(customer.pk, name="王方", version=1, by=house.colleague)
    assert refusal.value.current.name == "王芳芳"


def test_a_first_phone_is_the_main_one_until_another_is(house):
    customer = create_customer("王芳", by=None)
    first = add_contact(customer.pk, "phone", "13805716620", by=house.clerk)
    second = add_contact(customer.pk, "phone", "13900001111", by=house.clerk)
    assert (first.is_primary, second.is_primary) == (True, False)
    assert add_contact(customer.pk, "phone", "139 0000 1111", is_primary=True, by=house.clerk) == second
    assert Customer.objects.get().main_phone == "13900001111"
    assert ContactPoint.objects.filter(is_primary=True).count() == 1
    assert timeline(customer)[0].data == {"contact_id": second.pk, "is_primary": True, "kind": "phone"}


def test_a_phone_added_twice_is_there_once(house):
    customer = create_customer("王芳", phones=["13805716620"], by=None)
    add_contact(customer.pk, "phone", "+86 138 0571 6620", by=house.clerk)
    assert customer.contact_points.count() == 1
    assert timeline(customer).count() == 1


def test_a_removed_phone_leaves_another_as_main(house):
    customer = create_customer("王芳", phones=["13805716620", "13900001111"], by=None)
    remove_contact(customer.contact_points.all()[0].pk, by=house.clerk)
    assert Customer.objects.get().main_phone == "13900001111"
    assert find_customers("13805716620") == []
    assert TextRevision.objects.get().text == "13805716620"


def test_a_vip_has_a_reason(house):
    customer = create_customer("王芳", by=None)
    with pytest.raises(Blocked) as refusal:
        mark_vip(customer.pk, " ", by=house.supervisor)
    assert codes(refusal) == ["no_reason"]
    assert mark_vip(customer.pk, "journalist", by=house.supervisor).is_vip
    assert mark_vip(customer.pk, "journalist", by=house.supervisor).version == 2
    unmarked = unmark_vip(customer.pk, "moved away", by=house.supervisor)
    assert (unmarked.is_vip, unmarked.vip_reason) == (False, "")
    assert [event.type for event in timeline(customer)] == [
        "customer.unmarked_vip",
        "customer.marked_vip",
        "customer.created",
    ]
    with pytest.raises(Blocked):
        unmark_vip(customer.pk, "moved away", by=house.supervisor)
