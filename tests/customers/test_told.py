"""What another system tells at once: all of it is kept, or nothing."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from core.errors import Blocked, Conflict, PermissionDenied
from customers.actions import create_customer
from customers.models import Customer, ExternalId, Sale
from customers.search import CUSTOMERS
from customers.told import Buyer, Told, record_customer, record_told_sale, revise_customer
from events.log import timeline
from events.models import Event, TextRevision

SOLD = datetime(2026, 11, 1, 2, tzinfo=UTC)


def contacts(customer: Customer) -> list[tuple[str, bool]]:
    return [(point.normalized, point.is_primary) for point in customer.contact_points.all()]


def ids(customer: Customer) -> dict[str, str]:
    return dict(customer.external_ids.values_list("source", "external_id"))


@pytest.fixture
def fang(house) -> Customer:
    return record_customer(
        Told("王芳", {"address": "湖滨路1号"}, ["138 0571 6620", "12315"], ["f@example.com"], {"dms": "K-17"}),
        by=house.clerk,
    )


def test_a_whole_customer(house, fang):
    assert contacts(fang) == [("+8613805716620", True), ("f@example.com", True), ("12315", False)]
    assert (ids(fang), fang.address, fang.is_vip) == ({"dms": "K-17"}, "湖滨路1号", False)


def test_a_vip_needs_who_may_mark_one(house):
    told = Told("王芳", is_vip=True, vip_reason="journalist")
    with pytest.raises(PermissionDenied):
        record_customer(told, by=house.clerk)
    assert not Customer.objects.exists()
    assert record_customer(told, by=house.supervisor).is_vip


def test_what_was_not_mentioned_stays(house, fang):
    changed = revise_customer(fang.pk, Told(name="王芳芳"), by=house.clerk)
    assert (changed.name, changed.address, ids(changed)) == ("王芳芳", "湖滨路1号", {"dms": "K-17"})
    assert contacts(changed) == contacts(fang)


def test_the_same_told_again_changes_nothing(house, fang):
    told = Told("王芳", {"address": "湖滨路1号"}, ["+8613805716620", "12315"], ["F@example.com"], {"dms": "K-17"})
    events = Event.objects.count()
    assert revise_customer(fang.pk, told, by=house.clerk).version == fang.version
    assert Event.objects.count() == events


def test_a_list_of_phones_replaces_the_one_on_record_and_begins_with_the_main_one(house, fang):
    changed = revise_customer(fang.pk, Told(phones=["139 0000 1111", "12315", "13900001111"]), by=house.clerk)
    assert [each for each in contacts(changed) if "@" not in each[0]] == [("+8613900001111", True), ("12315", False)]
    changed = revise_customer(fang.pk, Told(phones=["12315"]), by=house.clerk)
    assert [each for each in contacts(changed) if "@" not in each[0]] == [("12315", True)]
    changed = revise_customer(fang.pk, Told(phones=[], emails=[]), by=house.clerk)
    assert contacts(changed) == []


def test_ids_of_other_systems(house, fang):
    changed = revise_customer(fang.pk, Told(external_ids={"dms": "K-18", "crm": "9", "erp": None}), by=house.clerk)
    assert ids(changed) == {"dms": "K-18", "crm": "9"}
    event = timeline(changed)[0]
    assert (event.type, event.data["sources"]) == ("customer.external_ids_changed", ["crm", "dms"])
    assert list(TextRevision.objects.values_list("field", "text")) == [("external_id:dms", "K-17")]
    assert "K-1" not in event.data_text
    assert CUSTOMERS.match("K-18") == [fang.pk]
    assert ids(revise_customer(fang.pk, Told(external_ids={"dms": None}), by=house.clerk)) == {"crm": "9"}


def test_an_id_is_one_customers(house, fang):
    other = create_customer("李强", by=None)
    for tell in (
        lambda: revise_customer(other.pk, Told(name="李", external_ids={"dms": "K-17"}), by=house.clerk),
        lambda: record_customer(Told("陈", external_ids={"dms": "K-17"}), by=house.clerk),
    ):
        with pytest.raises(Conflict) as refusal:
            tell()
        assert (refusal.value.code, refusal.value.current) == ("duplicate", fang)
    assert [row.name for row in Customer.objects.order_by("pk")] == ["王芳", "李强"]
    assert ExternalId.objects.count() == 1


@pytest.mark.parametrize("wrong", [{"": "1"}, {"dms": " "}, {"x" * 41: "1"}, {"dms": "1" * 121}, {"d\0": "1"}])
def test_an_id_that_cannot_be_one(house, fang, wrong):
    with pytest.raises(Blocked) as refusal:
        revise_customer(fang.pk, Told(name="李", external_ids=wrong), by=house.clerk)
    assert {blocker.link for blocker in refusal.value.blockers} == {"external_ids"}
    assert Customer.objects.get().name == "王芳"


def test_the_mark_and_its_reason(house, fang):
    def tell(is_vip: bool | None, reason: str | None) -> Customer:
        return revise_customer(fang.pk, Told(is_vip=is_vip, vip_reason=reason), by=house.supervisor)

    with pytest.raises(Blocked):
        tell(True, None)
    with pytest.raises(Blocked):
        tell(None, "journalist")
    assert tell(True, "journalist").vip_reason == "journalist"
    assert tell(True, None).version == 2
    assert tell(None, "writes for a newspaper").vip_reason == "writes for a newspaper"
    with pytest.raises(Blocked):
        tell(False, None)
    assert not tell(False, "retired").is_vip


def test_the_second_of_two_who_tell_is_told(house, fang):
    revise_customer(fang.pk, Told(name="王芳芳"), version=1, by=house.clerk)
    with pytest.raises(Conflict):
        revise_customer(fang.pk, Told(phones=[]), version=1, by=house.colleague)
    assert contacts(fang) != []


def test_who_may_not_change_learns_nothing_of_who_is_there(house, fang):
    for user in (house.auditor, house.administrator):
        for customer_id in (fang.pk, 0):
            with pytest.raises(PermissionDenied):
                revise_customer(customer_id, Told(name="x"), by=user)


def sell(house, buyer: int | Buyer, **more: Any) -> tuple[Sale, bool]:
    what = {"product_name": "Unit 12-1803", "amount": Decimal(2150000), "sold_at": SOLD, **more}
    return record_told_sale("dms", "A-1001", buyer=buyer, by=house.director, **what)


def test_a_buyer_is_found_by_phone_or_recorded(house, fang):
    sale, is_new = sell(house, Buyer("王芳", "+86 138-0571-6620"))
    assert (sale.customer, is_new) == (fang, True)
    sale, is_new = sell(house, Buyer("陈小姐", "138 0013 8000", details={"language": "zh-hans"}))
    assert (sale.customer.name, sale.customer.language, is_new) == ("陈小姐", "zh-hans", False)
    assert sell(house, fang.pk)[0].customer == fang


def test_a_sale_that_is_refused_leaves_no_buyer_behind(house):
    with pytest.raises(Blocked):
        sell(house, Buyer("陈小姐", "138 0013 8000"), status="delivered")
    with pytest.raises(PermissionDenied):
        record_told_sale(
            "dms",
            "A-1",
            buyer=Buyer("陈", "13800138000"),
            by=house.clerk,
            product_name="x",
            amount=Decimal(1),
            sold_at=SOLD,
        )
    assert not Customer.objects.exists()
    assert not Event.objects.filter(subject_type="customer").exists()
