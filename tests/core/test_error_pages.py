import pytest
from django.contrib import messages
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path

from accounts.models import User
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from core.views import server_error, too_large

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/cases/1/"}


def fail(request, kind):
    match kind:
        case "blocked":
            raise Blocked(
                [
                    Blocker("no_approval", "The proposal is not approved yet.", "/remind/"),
                    Blocker("no_answer", "The customer has not accepted an <offer>."),
                ]
            )
        case "denied":
            raise PermissionDenied("own_proposal", "You wrote this proposal. Somebody else must approve it.")
        case "conflict":
            raise Conflict("approved", "刘洋 approved this 12 seconds ago.")
        case "stale":
            clerk = User.objects.get(username="clerk")
            clerk.name = "What <they> wrote"
            raise Conflict("stale", "徐静 changed this at 10:41.", current=clerk)
        case "forbidden":
            raise DjangoPermissionDenied
        case "gone":
            raise Http404
        case "large":
            return too_large(request)
        case "toast":
            messages.success(request, "Complaint <saved>")
            return HttpResponse("<p>part</p>")
    raise RuntimeError("on purpose")


urlpatterns = [
    path("fail/<str:kind>/", fail),
    *(path("", include(f"{app}.urls")) for app in ("accounts", "events", "core")),
    path("accounts/", include("allauth.account.urls")),
]
handler403, handler404, handler500 = "core.views.forbidden", "core.views.not_found", "core.views.server_error"


@pytest.fixture
def client(house):
    client = Client(raise_request_exception=False)
    client.force_login(house.clerk)
    with override_settings(ROOT_URLCONF=__name__):
        yield client


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        (
            "blocked",
            409,
            ["This is not possible yet.", "not approved yet.", '<a href="/remind/">', "an &lt;offer&gt;."],
        ),
        ("denied", 403, ["Somebody else must approve it.", "Nothing was changed."]),
        ("conflict", 409, ["刘洋 approved this 12 seconds ago.", "Your press changed nothing."]),
        ("forbidden", 403, ["Your role does not open this"]),
        ("gone", 404, ["Nothing is here for you"]),
        ("large", 413, ["This is too much at once"]),
        ("bug", 500, ["Something broke on our side", "error "]),
    ],
)
def test_refusals_are_sentences_on_a_page_and_for_htmx(client, kind, status, words):
    page = client.get(f"/fail/{kind}/")
    part = client.get(f"/fail/{kind}/", headers=HTMX)
    for answer in (page, part):
        assert answer.status_code == status
        for word in words:
            assert word in answer.content.decode()
        assert "data-refusal" in answer.content.decode(), "so that what was typed is kept"
    assert "<html" in page.content.decode()
    assert "<html" not in part.content.decode()
    assert part["HX-Retarget"] == "#refusal"
    assert 'id="refusal"' in part.content.decode()


@pytest.mark.parametrize("kind", ["blocked", "denied", "conflict", "forbidden", "gone", "large", "bug"])
def test_refused_text_is_given_back_and_so_is_the_way(client, kind):
    text = "A long story with <tags>"
    answer = client.post(f"/fail/{kind}/", {"note": text}, headers={"Referer": "http://testserver/cases/1/?tab=2"})
    html = answer.content.decode()
    assert "A long story with &lt;tags&gt;" in html
    if kind in {"blocked", "denied", "conflict"}:
        assert 'href="/cases/1/?tab=2"' in html


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_conflict_shows_both_texts(client, headers):
    answer = client.post("/fail/stale/", {"name": "What I wrote", "username": "clerk", "other": "x"}, headers=headers)
    html = answer.content.decode()
    assert "徐静 changed this at 10:41." in html
    assert '<th scope="row">Name</th>' in html
    assert "What &lt;they&gt; wrote" in html
    assert "What I wrote" in html
    assert html.count('<th scope="row">') == 1, "only what differs"


def test_way_back_never_leads_to_another_house(client):
    answer = client.post("/fail/denied/", headers={"Referer": "https://evil.example/x"})
    assert "evil" not in answer.content.decode()


def test_page_of_our_fault_asks_no_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500


def test_message_comes_along_with_a_part_of_a_page(client):
    html = client.get("/fail/toast/", headers=HTMX).content.decode()
    assert html.startswith("<p>part</p>")
    assert 'hx-swap-oob="beforeend:#toasts"' in html
    assert "Complaint &lt;saved&gt;" in html
    assert "toastx" not in client.get("/fail/toast/", headers=HTMX | {"HX-Request": "false"}).content.decode()


def test_answers_differ_by_who_asks(client):
    assert "HX-Request" in client.get("/profile/")["Vary"]


def test_visitor_sees_refusals_without_navigation(db):
    with override_settings(ROOT_URLCONF=__name__):
        answer = Client().get("/nowhere/")
    assert answer.status_code in {302, 404}
    if answer.status_code == 404:
        assert 'class="side"' not in answer.content.decode()


def test_keyboard_has_a_page_of_its_own(client):
    assert "Next, previous in a list" in client.get("/keyboard/").content.decode()


def test_pages_carry_no_inline_code(client):
    for address in ("/profile/", "/notifications/", "/accounts/password/change/", "/nowhere/"):
        html = client.get(address).content.decode()
        assert " style=" not in html
        assert " onclick=" not in html
        assert "<style" not in html
        assert "script-src 'self'" in client.get(address)["Content-Security-Policy"]
