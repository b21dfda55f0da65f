"""Any text: stored as it was typed and shown as text, or refused."""

import html
import re
import uuid

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.roles import Role
from complaints.forms.fields import Words
from complaints.forms.intake import IntakeForm
from complaints.models import Complaint
from tests.hostile.attempts import GOOD, HTMX, REFUSED, undone
from tests.hostile.conftest import signed_in
from tests.hostile.forms import fields_of
from tests.hostile.values import ATTRIBUTE, MIXED, SCRIPT, TEMPLATE, TEXTS


def test_markup_is_stored_as_it_was_typed_and_shown_as_text_everywhere(stage):
    house = stage.house
    client = signed_in(house.clerk)
    page = client.get("/complaints/new/", follow=True)
    fields = fields_of(page.content.decode(), "/complaints/new/")
    short = {"description": MIXED * 3, "name": SCRIPT[:60], "title": ATTRIBUTE + TEMPLATE, "company": SCRIPT}
    typed = {name: ATTRIBUTE for name in fields if isinstance_text(name)} | short
    typed |= {"phone": "138 0571 6620", "email": "a@example.com", "channel": "phone", "draft": str(uuid.uuid4())}
    saved = client.post("/complaints/new/", typed)
    assert saved.status_code == 302, re.findall(r'href="#id_[a-z_]+">[^<]*', saved.content.decode())
    complaint = Complaint.objects.get()
    assert complaint.description == MIXED * 3, "byte for byte"
    assert complaint.title == ATTRIBUTE + TEMPLATE
    own = complaint.get_absolute_url()
    for kind in ("note", "phone"):
        client.post(f"{own}entries/add/", {"kind": kind, "direction": "in", "summary": MIXED})
    client.post(f"{own}desk/change/", {"what": "place", "note": MIXED})
    client.post(f"{own}desk/listen/finish/", {"restated": MIXED[:480], "customer_agreed": "on"})
    clerk = User.objects.get(pk=house.clerk.pk)
    clerk.name = "<b>Clerk</b>"
    clerk.save()
    of_customer = f"/customers/{complaint.customer_id}/"
    places = [
        "/", own, f"{own}live/", f"{own}desk/", f"{own}desk/?change=listen", f"{own}slip/", f"{own}record/edit/",
        f"{own}assign/", f"{own}link/", f"{own}desk/change/", "/search/?q=138", f"{of_customer}card/", of_customer,
        "/customers/find/?q=138 0571", "/notifications/", "/complaints/new/?phone=138 0571 6620",
    ]  # fmt: skip
    shown = 0
    for who in (clerk, stage.user(Role.SUPERVISOR)):
        reader = signed_in(who)
        for url in places:
            body = reader.get(url, follow=True).content.decode()
            for raw in ("<script>canary", "<img src=x", "<svg onload", "<b>Clerk", "pbkdf2", "md5$"):
                assert raw not in body, (url, raw)
            shown += body.count(html.escape(SCRIPT)[:20])
    assert shown > 20, "it was there, as text"


def isinstance_text(name: str) -> bool:
    kind = IntakeForm.base_fields.get(name)
    is_promise = name.startswith(("promise_what", "promise_by"))
    return is_promise or (isinstance(kind, Words) and name not in ("email", "phone", "preferred_time"))


SIGNS = st.text(st.characters(codec="utf-8"), max_size=60)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.dictionaries(
        st.sampled_from([*IntakeForm.base_fields, "then", "draft"]), st.lists(SIGNS, max_size=2), max_size=12
    )
)
def test_any_text_in_any_fields_of_the_intake(stage, data):
    client = signed_in(stage.house.clerk)
    with undone():
        for url in ("/complaints/new/", "/complaints/new/assess/", "/complaints/new/draft/"):
            assert client.post(url, data).status_code in GOOD | REFUSED


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sent=st.binary(max_size=200),
    kind=st.sampled_from(["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json"]),
)
def test_any_bytes_as_a_body(stage, sent, kind):
    client = signed_in(stage.house.clerk)
    with undone():
        assert client.generic("POST", "/complaints/new/", sent, content_type=kind).status_code in GOOD | REFUSED


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=SIGNS, owner=SIGNS, after=SIGNS)
def test_any_text_in_a_search(stage, typed, owner, after):
    client = signed_in(stage.house.clerk)
    for url, query in (
        ("/search/", {"q": typed}),
        ("/search/", {"q": typed, "owner": owner, "since": after}),
        ("/search/", {"q": "a", "after": after}),
        ("/customers/find/", {"q": typed}),
        ("/", {"after": after}),
    ):
        assert client.get(url, query, headers=HTMX).status_code in {200, 302, 400, 422}


@pytest.mark.parametrize("url", ["/accounts/login/", "/accounts/password/reset/", "/accounts/signup/"])
def test_no_value_breaks_what_strangers_may_send(stage, url):
    visitor = Client(raise_request_exception=False)
    for value in TEXTS.values():
        names = ("login", "password", "email", "username", "password1", "next", "remember")
        answer = visitor.post(url, dict.fromkeys(names, value))
        assert answer.status_code in {200, 302, 400, 403, 422, 429}, (value[:40], answer.status_code)
        assert "<script>canary" not in answer.content.decode()
    assert "_auth_user_id" not in visitor.session
