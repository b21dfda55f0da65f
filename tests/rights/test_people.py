"""What single roles are promised: administrators read no complaint, auditors change nothing."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import override_settings

from accounts.models import User
from accounts.roles import Role
from complaints.actions import lodge as lodging
from complaints.actions.links import link_complaints
from complaints.actions.talks import write_note
from complaints.models import Complaint, RootCause
from core import clock
from customers.models import Customer
from events.models import Event, Notification
from events.notices import notify
from tests.hostile.conftest import nothing_written, signed_in, told
from tests.hostile.routes import ROUTES, of_complaints, url_of
from tests.rights.matrix import READ, ROLES
from tests.rights.world import RECORDED, SAME

HTMX = {"HX-Request": "true"}
# What everybody does for themselves: the look of the page, the password, what they have read, signing out.
ONES_OWN = ("account_", "accounts:", "mfa", "usersessions", "events:", "socialaccount")
REFUSED = {302, 403, 404, 405}
# Right in form for one form or another, so that it is not the form that refuses.
TYPED = {
    "description": "Typed by an auditor", "title": "T", "kind": "note", "summary": "Typed", "text": "Typed",
    "reason": "Because", "restated": "Typed", "customer_agreed": "on", "was_said": "on", "was_thanked": "on",
    "what": "person", "note": "Typed", "number": "C-2026-000001", "relation": "related", "channel": "press",
    "outcome": "upheld", "relief": "explanation", "name": "Typed", "phone": "13900009999", "typed": "13900009999",
    "is_vip": "on", "vip_reason": "Typed", "value": "1", "code": "typed", "name_en": "Typed", "name_zh": "打字",
    "solved": "yes", "version": "1", "expected_version": "0", "then": "take", "owner": "1",
}  # fmt: skip


def roles_that_read_nothing():
    return [pytest.param(role, id=role.value) for role in ROLES if role not in READ.holders()]


def full_house(world):
    """Complaints of every relation with notes, links and notices, also for the one who must read nothing."""
    complaints = list(world.make_all().values())
    first = complaints[0]
    for row in complaints:
        write_note(row.pk, text=f"A note {row.word}", by=world.house.director) if not row.is_restricted and not (
            row.subject_rows.exists()
        ) else None
        if row is not first:
            link_complaints(first.pk, row.number, relation="related", by=None)
    return complaints


def words_in(answer, complaints):
    said = told(answer)
    return [row.word for row in complaints if row.word in said]


# ------------------------------------------------------------------ the administrator


@pytest.mark.parametrize("role", roles_that_read_nothing())
def test_no_route_tells_them_a_word_or_a_number_of_a_complaint(make_world, role):
    """Whatever they logged or owned in an earlier job, by whatever address."""
    world = make_world(role)
    complaints = full_house(world)
    client = signed_in(world.me)
    known = {**world.kwargs_for(complaints[0]), "customer_id": complaints[0].customer_id, "notification_id": 1}
    assert client.get("/profile/").status_code == 200
    for name, row in ROUTES.items():
        if name.startswith("account_") or not row.takes("GET"):
            continue
        url = url_of(name, **known)
        for headers in ({}, HTMX):
            answer = client.get(url, headers=headers)
            assert (name, words_in(answer, complaints)) == (name, [])
            said = told(answer).replace(complaints[0].number, "") if row.of_complaint else told(answer)
            assert [one.number for one in complaints if one.number in said] == [], name


def test_the_settings_of_the_house_hold_nothing_of_customers(make_world):
    """No form, list, history, search, autocomplete or deletion of Django's admin reaches a complaint."""
    world = make_world(Role.ADMINISTRATOR)
    complaints = full_house(world)
    client, house = signed_in(world.me), world.house
    for app in ("complaints", "customers", "events", "deadlines"):
        models = [model._meta.model_name for model in admin.site._registry if model._meta.app_label == app]
        assert models == (["category", "rootcause"] if app == "complaints" else [])
    LogEntry.objects.create(
        user=world.me, content_type=ContentType.objects.get_for_model(User), object_id=str(house.clerk.pk),
        object_repr="clerk", action_flag=2, change_message="Changed.",
    )  # fmt: skip
    pages = {
        "accounts/user": house.clerk.pk, "accounts/department": house.west.pk, "accounts/calendar": house.calendar.pk,
        "complaints/category": house.integrity.pk,
        "complaints/rootcause": RootCause.objects.create(code="slip", name_en="A slip", name_zh="疏忽").pk,
    }  # fmt: skip
    words = complaints[0].word
    for path, pk in pages.items():
        for url in (
            f"/admin/{path}/", f"/admin/{path}/?q={words}", f"/admin/{path}/add/", f"/admin/{path}/{pk}/change/",
            f"/admin/{path}/{pk}/history/", f"/admin/{path}/{pk}/delete/", f"/admin/{path}/{pk}/",
        ):  # fmt: skip
            said = told(client.get(url)).replace(words, "")
            assert [row.word for row in complaints if row.word in said] == [], url
            assert [row.number for row in complaints if row.number in said] == [], url
            assert "Emily Carter" not in said, url
        # What would be deleted along is told by no confirmation, for there is none.
        posted = client.post(f"/admin/{path}/", {"action": "delete_selected", "_selected_action": [pk], "post": "yes"})
        assert words_in(posted, complaints) == []
    for model in (Complaint, Customer, Event, Notification):
        label, kind = model._meta, ContentType.objects.get_for_model(model)
        query = f"term=Emily&app_label={label.app_label}&model_name={label.model_name}&field_name=customer"
        for url in (
            f"/admin/autocomplete/?{query}", f"/admin/{label.app_label}/{label.model_name}/",
            f"/admin/r/{kind.pk}/{complaints[0].pk}/", f"/admin/{label.app_label}/{label.model_name}/1/change/",
        ):  # fmt: skip
            answer = client.get(url)
            assert answer.status_code in {302, 403, 404}, url
            assert words_in(answer, complaints) == []
    assert Complaint.objects.count() == len(complaints)


def test_what_breaks_shows_nobody_what_it_was_about(make_world, monkeypatch):
    """The page for our own faults keeps what its sender typed, and nothing of anybody else."""
    world = make_world(Role.FRONT_DESK)
    complaints = full_house(world)

    def broken(*args, **kwargs):
        raise RuntimeError(f"lodging after {complaints[0].word}")

    monkeypatch.setattr(lodging, "take_numbers", broken)
    client = signed_in(world.me)
    typed = {"description": "Mine", "name": "N", "phone": "13900009999", "channel": "phone", "then": "take"}
    with override_settings(DEBUG=False):
        answer = client.post("/complaints/new/", typed)
    assert answer.status_code == 500
    assert words_in(answer, complaints) == []
    assert "Traceback" not in told(answer)


def test_events_hold_no_words_that_somebody_said(make_world):
    """So whoever reads the log of the house reads no complaint."""
    world = make_world(Role.ADMINISTRATOR)
    complaints = full_house(world)
    for event in Event.objects.all():
        assert [row.word for row in complaints if row.word in event.data_text] == [], event.type
    visible = Event.objects.visible_to(world.fresh())
    assert not visible.filter(subject_type__in=("complaint", "customer", "sale")).exists()
    assert visible.filter(subject_type="user").count() == Event.objects.filter(subject_type="user").count()


def test_a_bell_that_once_rang_for_them_says_nothing_to_an_administrator(make_world):
    """A notice of an earlier job, left behind by whatever way."""
    world = make_world(Role.ADMINISTRATOR)
    complaint = world.make(RECORDED)
    notify(
        [world.me], "complaint.assigned_to_you", key="k", url=complaint.get_absolute_url(), at=clock.now(),
        number=complaint.number, by="somebody",
    )  # fmt: skip
    client = signed_in(world.me)
    notice = Notification.objects.get(recipient=world.me)
    answer = client.post(f"/notifications/{notice.pk}/", follow=True)
    assert answer.status_code == 404
    assert complaint.word not in told(answer)


# ------------------------------------------------------------------ the auditor


def test_an_auditor_changes_nothing_by_any_form(make_world):
    """Every address that takes a form, with what would be right in it; also on what they once logged or own."""
    world = make_world(Role.AUDITOR)
    complaints = world.make_all()
    client = signed_in(world.me)
    assert client.get(complaints[SAME].get_absolute_url()).status_code == 200
    tried = 0
    for relation in (SAME, RECORDED):
        complaint = complaints[relation]
        known = {**world.kwargs_for(complaint), "customer_id": complaint.customer_id, "notification_id": 1}
        contact = complaint.customer.contact_points.first()
        for name, row in ROUTES.items():
            if not row.takes("POST") or name.startswith(ONES_OWN) or (relation != SAME and not row.of_complaint):
                continue
            url = url_of(name, **{**known, "contact_id": contact.pk})
            with nothing_written() as written:
                answer = client.post(url, TYPED)
            tried += 1
            assert (name, written) == (name, [])
            # Signing out of the settings is everybody's.
            allowed = REFUSED | ({200} if name in ("admin:login", "admin:logout") else set())
            assert answer.status_code in allowed, (name, answer.status_code)
            if row.of_complaint:
                assert (name, answer.status_code) == (name, 403)
    assert tried > len(of_complaints())
    assert client.get("/profile/").status_code in {200, 302}


def test_an_auditor_is_offered_no_form_but_their_own_affairs(make_world):
    world = make_world(Role.AUDITOR)
    complaint = world.make(SAME)
    client = signed_in(world.me)
    for url in (complaint.get_absolute_url(), f"/customers/{complaint.customer_id}/", "/?show=all", "/search/?q=水泵"):
        said = client.get(url).content.decode()
        assert "/complaints/" in said or "/customers/" in said, url
        for part in ("/take/", "/raise/", "/assign/", "/void/", "entries/add", "record/edit", "/link/", "/vip/"):
            assert part not in said, (url, part)
