"""A right taken away is gone at the next request: everything a session could do before, sent once more."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.actions import change_user, delegate_authority, end_delegation, set_roles
from accounts.passwords import set_password
from accounts.roles import Role
from complaints.actions import desk, reports
from complaints.actions.ownership import assign_complaint
from complaints.actions.record import change_complaint
from complaints.models import Complaint
from core import clock
from events.models import Notification
from tests.hostile.conftest import nothing_written, signed_in, told
from tests.hostile.routes import of_complaints, url_of
from tests.house import make_user
from tests.rights.world import SAME

HTMX = {"HX-Request": "true"}
# What answers who is not signed in any more, and what answers who may not see it any more.
SIGNED_OUT, GONE = {302, 401}, {403, 404}


def captured(world, complaint):
    """Every request on this complaint, and the lists it stood in."""
    known = world.kwargs_for(complaint)
    requests = [
        (method.lower(), url_of(name, **known))
        for name, row in of_complaints().items()
        for method in row.methods.split()
        if method != "HEAD"
    ]
    words = complaint.description[:20]
    return [
        *requests, ("get", "/?scope=all&show=all"), ("get", "/queue/changes/?mark=0"), ("get", f"/search/?q={words}"),
        ("get", f"/search/?q={complaint.number}"), ("get", f"/customers/{complaint.customer_id}/"),
        ("get", "/notifications/"), ("get", "/notifications/bell/"),
    ]  # fmt: skip


def take_away(world, what, complaint):
    house, me = world.house, world.me
    me_as_is = {"name": me.name, "email": "", "by": house.administrator}
    match what:
        case "role removed":
            set_roles(me.pk, ["department_staff"], by=house.administrator)
        case "moved to another department":
            change_user(me.pk, department=house.east, is_active=True, **me_as_is)
        case "disabled":
            change_user(me.pk, department=house.west, is_active=False, **me_as_is)
        case "named as subject":
            change(world, complaint, subject_ids=[me.pk])
        case "head named as subject":
            change(world, complaint, subject_ids=[world.head.pk])
        case "restricted":
            change(world, complaint, changes={"category_id": house.integrity.pk})
        case "password changed":
            set_password(me.pk, "another-long-password", by=house.administrator)
        case "moved to the department below":
            change_user(me.pk, department=world.corner, is_active=True, **me_as_is)


def change(world, complaint, *, changes=None, subject_ids=None):
    version = Complaint.objects.get(pk=complaint.pk).version
    change_complaint(
        complaint.pk, expected_version=version, changes=changes or {}, subject_ids=subject_ids, by=world.house.manager
    )


TAKEN = (
    "role removed", "moved to another department", "disabled", "named as subject", "head named as subject",
    "restricted", "password changed", "moved to the department below",
)  # fmt: skip


@pytest.mark.parametrize("taken", TAKEN)
def test_every_captured_request_gets_nothing_any_more(make_world, taken):
    world = make_world(Role.SUPERVISOR)
    complaint = world.make(SAME)
    # So that a notice of it lies behind the bell.
    assign_complaint(complaint.pk, owner=world.me, by=world.house.supervisor)
    assign_complaint(complaint.pk, owner=world.house.clerk, by=world.house.supervisor)
    client = signed_in(world.me)
    requests = captured(world, complaint)
    opened = [client.get(url, headers=HTMX).status_code for method, url in requests if method == "get"]
    assert opened.count(200) > len(opened) / 2, "there was something to take away"
    assert complaint.number in told(client.get("/notifications/"))
    take_away(world, taken, complaint)
    before = Complaint.objects.values().get(pk=complaint.pk)
    is_out = taken in ("disabled", "password changed")
    for method, url in requests:
        with nothing_written() as written:
            answer = getattr(client, method)(url, headers=HTMX)
        assert (url, written) == (url, [])
        said = told(answer).replace(complaint.number, "") if complaint.number in url else told(answer)
        assert complaint.word not in said, url
        assert complaint.number not in said, url
        if is_out:
            assert answer.status_code in SIGNED_OUT, (url, answer.status_code)
        elif f"/{complaint.number}/" in url:
            assert answer.status_code in GONE, (url, answer.status_code)
    assert Complaint.objects.values().get(pk=complaint.pk) == before


def test_a_notice_of_what_is_out_of_sight_is_gone_and_others_stay(make_world):
    """Who moves keeps the notices of what they own or logged."""
    world = make_world(Role.HANDLER)
    kept, lost = world.make(SAME), world.make("of a department below")
    for complaint in (kept, lost):
        assign_complaint(complaint.pk, owner=world.me, by=world.house.supervisor)
    assign_complaint(lost.pk, owner=world.house.handler, by=world.house.supervisor)
    take_away(world, "moved to another department", lost)
    urls = set(Notification.objects.filter(recipient=world.me).values_list("url", flat=True))
    assert kept.get_absolute_url() in urls
    assert lost.get_absolute_url() not in urls


# ------------------------------------------------------------------ acting for somebody away


def reported(world, to):
    by = world.house.clerk
    complaint = world.make(SAME)
    desk.listen(complaint.pk, restated="It leaks.", customer_agreed=True, by=by)
    desk.apologise(complaint.pk, was_said=True, by=by)
    desk.satisfy(complaint.pk, remedy_kinds=["repair"], remedy="Repaired", satisfaction="satisfied", by=by)
    desk.thank(complaint.pk, was_thanked=True, by=by)
    reports.report_orally(complaint.pk, to=to, outcome="upheld", relief="non_monetary", by=by)
    return complaint


def away(world):
    now = clock.now()
    return delegate_authority(
        world.house.supervisor.pk, delegate=world.me, starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(days=2), by=None,
    )  # fmt: skip


@pytest.mark.parametrize("end", ["ended early", "run out", "became an auditor", "lost the roles"])
def test_who_acted_for_somebody_confirms_nothing_when_that_has_ended(make_world, end):
    world = make_world(Role.HANDLER)
    complaint = reported(world, to=world.house.supervisor)
    row = away(world)
    url = reverse("complaints:confirm_report", args=[complaint.number])
    client = signed_in(world.me)
    assert f'action="{url}"' in told(client.get(complaint.get_absolute_url())), "offered while they act for them"
    later = clock.now()
    match end:
        case "ended early":
            end_delegation(row.pk, now=clock.now(), by=None)
        case "run out":
            later = row.ends_at + timedelta(seconds=1)
        case "became an auditor":
            set_roles(world.me.pk, ["auditor"], by=None)
        case "lost the roles":
            set_roles(world.me.pk, ["department_staff"], by=None)
    with clock.frozen(later):
        client = client if end != "run out" else signed_in(world.me)
        answer = client.post(url)
    assert answer.status_code in GONE
    assert complaint.oral_reports.get().confirmed_at is None


def test_who_was_told_for_somebody_away_and_is_an_auditor_by_now_confirms_nothing(make_world):
    world = make_world(Role.HANDLER)
    away(world)
    complaint = reported(world, to=world.me)
    set_roles(world.me.pk, ["auditor"], by=None)
    client = signed_in(world.me)
    with nothing_written() as written:
        answer = client.post(reverse("complaints:confirm_report", args=[complaint.number]))
    assert (answer.status_code, written) == (403, [])
    assert complaint.oral_reports.get().confirmed_at is None


def test_other_sessions_of_somebody_end_with_their_password(make_world):
    world = make_world(Role.HANDLER)
    here, there = signed_in(world.me), signed_in(world.me)
    other = signed_in(make_user("bystander", world.house.west, Role.HANDLER, email="b@example.com"))
    set_password(world.me.pk, "another-long-password", by=world.house.administrator)
    assert [client.get("/profile/").status_code for client in (here, there)] == [302, 302]
    assert other.get("/search/").status_code == 200
