import pytest
from django.contrib.auth.models import AnonymousUser

from core import nav
from core.nav import Badge, register_nav


class Somebody:
    is_authenticated = True

    def __init__(self, *permissions: str) -> None:
        self.permissions = permissions

    def has_perm(self, permission: str) -> bool:
        return permission in self.permissions


@pytest.fixture
def request_of(rf, monkeypatch):
    monkeypatch.setattr(nav, "_entries", {})

    def make(user, path="/"):
        request = rf.get(path)
        request.user = user
        request.resolver_match = None
        return request

    return make


def test_nav_shows_only_what_the_role_may_open(request_of):
    register_nav("figures", "core:keyboard", "chart-bar", "insights.see", order=20)
    register_nav("now", "core:keyboard", "inbox", "complaints.see", order=10)
    register_nav("help", "core:keyboard", "help", order=30)
    names = [link.name for link in nav.links(request_of(Somebody("complaints.see")))]
    assert names == ["now", "help"]


def test_nav_of_nobody_is_empty(request_of):
    register_nav("help", "core:keyboard", "help")
    assert nav.links(request_of(AnonymousUser())) == []


def test_entry_whose_page_is_not_there_is_left_out(request_of):
    register_nav("gone", "nowhere:page", "help")
    assert nav.links(request_of(Somebody())) == []


@pytest.mark.parametrize(
    ("figure", "badge"), [(0, None), (None, None), (6, Badge(6)), (Badge(2, True), Badge(2, True))]
)
def test_badge_is_a_figure_or_nothing(request_of, figure, badge):
    register_nav("now", "core:keyboard", "inbox", badge_fn=lambda user: figure)
    assert nav.links(request_of(Somebody()))[0].badge == badge


def test_current_page_is_marked_below_its_address_too(request_of):
    register_nav("help", "core:keyboard", "help")
    assert nav.links(request_of(Somebody(), "/keyboard/more/"))[0].is_current
    assert not nav.links(request_of(Somebody(), "/profile/"))[0].is_current


def test_new_and_find_have_their_own_place(request_of):
    register_nav("new", "core:keyboard", "plus", "complaints.lodge")
    request = request_of(Somebody())
    assert nav.links(request) == []
    assert nav.special("new", request) is None
    link = nav.special("new", request_of(Somebody("complaints.lodge")))
    assert link is not None
    assert link.url == "/keyboard/"
    assert nav.special("find", request) is None
