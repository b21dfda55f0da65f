"""A complaint that somebody must not see shows up nowhere: no list, figure, search, card, notice or suggestion."""

import re
import uuid
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from accounts.actions import change_user, set_roles
from accounts.models import User
from accounts.passwords import set_password
from accounts.roles import Role
from complaints import queue
from complaints.actions import desk, reports
from complaints.actions.drafts import save_draft
from complaints.actions.links import link_complaints
from complaints.actions.ownership import assign_complaint
from complaints.actions.record import change_complaint
from complaints.models import Complaint, Draft
from core import clock
from events.models import Notification
from tests.hostile.conftest import ABOUT_HEAD, ABOUT_ME, OTHER, OWN, RESTRICTED, canary, signed_in, told
from tests.hostile.test_routes import HTMX
from tests.house import lodge

SCOPES = ("all", "mine")
HIDDEN = (OTHER, ABOUT_ME, ABOUT_HEAD, RESTRICTED)
WHO = (Role.FRONT_DESK, Role.HANDLER, Role.SUPERVISOR, Role.MANAGER, Role.ADMINISTRATOR, Role.DEPARTMENT_STAFF)
ROLES = [pytest.param(role, id=role.value) for role in WHO]


def pages(complaints):
    """Every page that could tell of complaints without naming them."""
    shown = ",".join(str(complaint.pk) for complaint in complaints)
    yield from (f"/?scope={scope}&show={show}" for scope in SCOPES for show in queue.FILTERS)
    yield from (f"/queue/changes/?mark=0&shown={shown}", "/search/?q=happened", "/search/?state=open")
    yield from ("/search/?owner=nobody&severity=2", "/customers/find/?q=Emily", "/notifications/")
    yield from ("/notifications/bell/", "/complaints/new/", "/profile/", "/keyboard/")
    for complaint in complaints:
        # What was typed comes back in its field, so it is not quite the word.
        yield f"/search/?q={complaint.word[:-1]}"
        yield f"/customers/find/?q={complaint.contact_phone}"
        yield f"/customers/{complaint.customer_id}/"
        yield f"/search/?department={complaint.department_id}&category={complaint.category_id or 1}"


@pytest.mark.parametrize("role", ROLES)
def test_no_page_tells_of_it(stage, role):
    user = stage.user(role)
    hidden = [stage.complaint(relation, user) for relation in HIDDEN]
    client = signed_in(user)
    for url in pages(hidden):
        said = told(client.get(url))
        for complaint in hidden:
            assert complaint.word not in said, url
            assert complaint.number not in said, url
    figures = queue.counters(user, "all", now=clock.now())
    assert (figures.open, figures.overdue, figures.soon, figures.unowned, figures.settled) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize("relation", HIDDEN)
def test_its_number_typed_leads_nowhere(stage, relation):
    user = stage.user(Role.SUPERVISOR)
    complaint = stage.complaint(relation, user)
    client = signed_in(user)
    for typed in (complaint.number, complaint.number.removeprefix("C-"), "C-2026-1"):
        answer = client.get("/search/", {"q": typed})
        assert answer.status_code == 200, "a redirect would tell that it is there"
        assert complaint.word not in told(answer)


@pytest.mark.parametrize("relation", HIDDEN)
def test_it_is_no_possible_duplicate(stage, relation):
    """The form that suggests what may be the same matter, with everything that makes it the same."""
    user = stage.user(Role.FRONT_DESK)
    complaint = stage.complaint(relation, user)
    typed = {
        "draft": str(uuid.uuid4()),
        "description": f"What happened {complaint.word[:-1]}",
        "customer": str(complaint.customer_id),
        "name": complaint.contact_name,
        "phone": complaint.contact_phone,
        "channel": "phone",
        "link_to": complaint.number,
    }
    client = signed_in(user)
    said = told(client.post("/complaints/new/assess/", {**typed, "link_to": ""}))
    assert complaint.word not in said
    assert complaint.number not in said
    before = Complaint.objects.count()
    for then in ("take", f"add:{complaint.number}"):
        answer = client.post("/complaints/new/", {**typed, "then": then})
        assert answer.status_code in {404, 409, 422}, then
        assert complaint.word not in told(answer)
    assert Complaint.objects.count() == before


@pytest.mark.parametrize("relation", HIDDEN)
def test_it_cannot_be_linked_and_says_no_more_than_a_number_that_is_nowhere(stage, relation):
    user = stage.user(Role.FRONT_DESK)
    complaint, own = stage.complaint(relation, user), stage.complaint(OWN, user)
    client = signed_in(user)
    url = reverse("complaints:link", args=[own.number])
    hidden = client.post(url, {"number": complaint.number, "relation": "related"})
    nowhere = client.post(url, {"number": "C-2026-999999", "relation": "related"})
    assert (hidden.status_code, nowhere.status_code) == (422, 422)
    plain = [
        answer.content.decode().replace(complaint.number, "N").replace("C-2026-999999", "N")
        for answer in (hidden, nowhere)
    ]
    assert strip_tokens(plain[0]) == strip_tokens(plain[1])


def strip_tokens(html):
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|data-csrf="[^"]*"|X-CSRFToken[^}]*', "", html)


@pytest.mark.parametrize("relation", HIDDEN)
def test_a_complaint_linked_to_it_does_not_name_it(stage, relation):
    user = stage.user(Role.HANDLER)
    complaint, own = stage.complaint(relation, user), stage.complaint(OWN, user)
    link_complaints(own.pk, complaint.number, relation="related", by=None)
    client = signed_in(user)
    for url in (own.get_absolute_url(), f"{own.get_absolute_url()}live/", f"{own.get_absolute_url()}?show=all"):
        said = told(client.get(url))
        assert complaint.word not in said
        assert complaint.number not in said, "not even that there is one"


def test_drafts_are_their_writers_alone(stage):
    word, key = canary("draft"), uuid.uuid4()
    save_draft(key, fields={"description": [word], "name": [word]}, by=stage.house.clerk)
    for role in (Role.FRONT_DESK, Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR):
        client = signed_in(stage.user(role))
        for url in ("/", f"/complaints/new/?draft={key}", "/complaints/new/"):
            assert word not in told(client.get(url, follow=True)), (role, url)
        taken = client.post("/complaints/new/draft/", {"draft": str(key), "description": "mine now"})
        assert taken.status_code in {403, 409}
        client.post("/complaints/new/discard/", {"draft": str(key)})
    kept = Draft.objects.get(key=key)
    assert kept.fields["description"] == [word]
    assert kept.user == stage.house.clerk


def test_the_key_of_somebody_elses_form_opens_nothing(stage):
    mine = stage.complaint(OWN, stage.house.clerk)
    for role in (Role.FRONT_DESK, Role.SUPERVISOR):
        client = signed_in(stage.user(role))
        typed = {
            "draft": str(mine.intake_key),
            "description": "x",
            "name": "y",
            "phone": "13800000000",
            "channel": "phone",
        }
        answer = client.post("/complaints/new/", typed)
        assert answer.status_code == 404
        assert mine.word not in told(answer)
        assert mine.number not in told(client.get(f"/complaints/new/?draft={mine.intake_key}"))


@pytest.mark.parametrize("relation", [ABOUT_ME, ABOUT_HEAD, RESTRICTED])
def test_who_logged_what_is_hidden_from_them_gets_the_slip_once_and_never_again(stage, relation):
    """The number for the customer, minutes after saving; not by the address of the form a day later."""
    house, user = stage.house, stage.user(Role.FRONT_DESK)
    about = {ABOUT_ME: {"subjects": [str(user.pk)]}, ABOUT_HEAD: {"subjects": [str(stage.head.pk)]}}
    key, word = str(uuid.uuid4()), canary("slip")
    typed = {
        "draft": key, "description": word, "name": "Emily", "phone": "13805716620", "channel": "phone",
        "then": "hand_over", "category": str(house.integrity.pk) if relation == RESTRICTED else "",
        **about.get(relation, {}),
    }  # fmt: skip
    client = signed_in(user)
    saved = client.post("/complaints/new/", typed)
    complaint = Complaint.objects.get(intake_key=key)
    assert saved["Location"] == reverse("complaints:saved", args=[complaint.number])
    assert complaint.number in told(client.get(saved["Location"]))
    slip = reverse("complaints:slip", args=[complaint.number])
    assert client.get(slip).status_code == 200
    assert client.get(slip).status_code == 404, "once"
    with clock.frozen(clock.now() + timedelta(minutes=16)):
        for way in (f"/complaints/new/?draft={key}", "/complaints/new/"):
            answer = client.post(way, typed) if way.endswith("/") else client.get(way)
            assert word not in told(answer)
            for url in (slip, saved["Location"], f"{slip}qr.svg"):
                again = client.get(url)
                assert again.status_code == 404, (way, url)


# ------------------------------------------------------------------ hidden later


def hide_from(stage, complaint, user):
    complaint.refresh_from_db()
    change_complaint(
        complaint.pk, expected_version=complaint.version, changes={}, subject_ids=[user.pk], by=stage.house.supervisor
    )


def test_notices_of_a_complaint_are_gone_when_it_is_hidden(stage):
    """Naming somebody as its subject takes back what they were told of it before."""
    house = stage.house
    handler = stage.user(Role.HANDLER)
    complaint = stage.lodge(OWN, house.clerk, is_raised=True)
    assign_complaint(complaint.pk, owner=handler, by=house.supervisor)
    client = signed_in(handler)
    assert complaint.number in told(client.get("/notifications/"))
    notice = Notification.objects.filter(recipient=handler).first()
    hide_from(stage, complaint, handler)
    for url in ("/notifications/", "/notifications/?unread=1", "/", "/notifications/bell/"):
        assert complaint.number not in told(client.get(url)), url
    answer = client.post(f"/notifications/{notice.pk}/")
    assert complaint.number not in told(answer)
    assert not Notification.objects.filter(recipient=handler, url__contains=complaint.number).exists()


def test_reports_to_a_supervisor_who_moved_are_no_longer_listed(stage):
    house = stage.house
    supervisor = stage.user(Role.SUPERVISOR)
    complaint = reported(stage, to=supervisor)
    client = signed_in(supervisor)
    assert complaint.number in told(client.get("/"))
    change_user(supervisor.pk, name="S", department=house.east, email="", is_active=True, by=None)
    assert complaint.number not in told(client.get("/"))
    assert client.post(reverse("complaints:confirm_report", args=[complaint.number])).status_code == 404


def reported(stage, *, to):
    by = stage.user(Role.FRONT_DESK)
    complaint = stage.lodge(OWN, by, is_taken=True)
    desk.listen(complaint.pk, restated="It broke.", customer_agreed=True, by=by)
    desk.apologise(complaint.pk, was_said=True, by=by)
    desk.satisfy(complaint.pk, remedy_kinds=["repair"], remedy="Repaired", satisfaction="satisfied", value=None, by=by)
    desk.thank(complaint.pk, was_thanked=True, by=by)
    reports.report_orally(complaint.pk, to=to, outcome="upheld", relief="non_monetary", by=by)
    complaint.refresh_from_db()
    return complaint


# ------------------------------------------------------------------ rights taken away


WAYS = {
    "read": lambda number: ("get", reverse("complaints:detail", args=[number])),
    "poll": lambda number: ("get", reverse("complaints:live", args=[number])),
    "note": lambda number: ("post", reverse("complaints:add_entry", args=[number])),
    "take": lambda number: ("post", reverse("complaints:take", args=[number])),
    "raise": lambda number: ("post", reverse("complaints:raise", args=[number])),
    "step": lambda number: ("post", reverse("complaints:finish_step", args=[number, "listen"])),
    "slip": lambda number: ("get", reverse("complaints:slip", args=[number])),
}
TYPED = {"kind": "note", "summary": "after the fact", "reason": "because", "restated": "x", "customer_agreed": "on"}


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
@pytest.mark.parametrize(
    "taken", ["role", "disabled", "moved", "becomes subject", "head becomes subject", "restricted"]
)
def test_a_right_taken_away_is_gone_at_the_next_request(stage, taken, headers):
    house, user = stage.house, stage.user(Role.HANDLER)
    complaint = stage.complaint(OWN, user)
    client = signed_in(user)
    assert client.get(complaint.get_absolute_url()).status_code == 200
    match taken:
        case "role":
            set_roles(user.pk, [], by=None)
        case "disabled":
            change_user(user.pk, name="H", department=house.west, email="", is_active=False, by=None)
        case "moved":
            change_user(user.pk, name="H", department=house.east, email="", is_active=True, by=None)
        case "becomes subject":
            hide_from(stage, complaint, user)
        case "head becomes subject":
            hide_from(stage, complaint, stage.head)
        case "restricted":
            change_complaint(
                complaint.pk, expected_version=complaint.version, changes={"category_id": house.integrity.pk},
                by=house.supervisor,
            )  # fmt: skip
    version = Complaint.objects.get(pk=complaint.pk).version
    for name, way in WAYS.items():
        method, url = way(complaint.number)
        answer = getattr(client, method)(url, TYPED if method == "post" else {}, headers=headers)
        expected = {302, 401} if taken == "disabled" else {403, 404} if taken == "role" else {404}
        assert answer.status_code in expected, (name, answer.status_code)
        assert complaint.word not in told(answer)
    assert Complaint.objects.get(pk=complaint.pk).version == version


def test_nobody_is_told_of_a_password_that_is_new(stage):
    """An administrator who sets a password ends the sessions of who had the old one."""
    user = stage.user(Role.HANDLER)
    client = signed_in(user)
    assert client.get("/profile/").status_code == 200
    set_password(user.pk, "another-long-password", by=stage.house.administrator)
    assert client.get("/profile/").status_code == 302
    assert User.objects.get(pk=user.pk).is_active


def test_the_administrator_reads_no_complaint_through_the_settings(stage):
    """Nothing that holds a customer or a complaint is registered there, nor reachable from it."""
    allowed = {"accounts", "policies", "complaints.category", "complaints.rootcause"}
    for model in admin.site._registry:
        assert model._meta.app_label in allowed or model._meta.label_lower in allowed
    complaint = stage.complaint(OWN, stage.house.clerk)
    client = signed_in(stage.house.administrator)
    kind = ContentType.objects.get_for_model(Complaint)
    answer = client.get(f"/admin/r/{kind.pk}/{complaint.pk}/")
    assert answer.status_code == 404
    assert complaint.number not in told(answer)
    for lookup in ("password__startswith=md5", "password__contains=a", "email__startswith=x&password__gt=a"):
        assert client.get(f"/admin/accounts/user/?{lookup}").status_code in {302, 400}, "hashes cannot be guessed at"
    for lookup in ("head__password__startswith=a", "users__password__startswith=a", "complaints__title=x"):
        assert client.get(f"/admin/accounts/department/?{lookup}").status_code in {302, 400}
    assert client.get("/admin/complaints/category/?complaints__description__contains=a").status_code in {302, 400}


def test_figures_behind_a_customer_count_only_what_one_may_see(stage):
    user = stage.user(Role.FRONT_DESK)
    phone = "139 1234 5678"
    for relation in (OWN, OTHER):
        by = stage.house.clerk if relation == OWN else stage.house.east_clerk
        complaint = lodge(by, phone=phone, name="Emily Carter")
    client = signed_in(user)
    assert "1 open" in told(client.get("/customers/find/", {"q": phone}))
    assert "2 open" not in told(client.get("/customers/find/", {"q": phone}))
    assert complaint.customer_id
