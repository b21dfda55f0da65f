"""Sessions are those of Django's own store: only the way they are read differs."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.session_store import SessionStore
from core import clock


@pytest.fixture
def kept(db):
    """The key of a session that Django's own store has written."""
    store = DatabaseStore()
    store["name"] = "clerk"
    store.save()
    return store.session_key


def test_each_reads_what_the_other_wrote(kept):
    store = SessionStore(kept)
    assert store["name"] == "clerk"
    store["name"] = "handler"
    store.save()
    assert DatabaseStore(kept)["name"] == "handler"


def test_what_was_written_just_now_is_read(kept):
    assert SessionStore(kept)["name"] == "clerk"
    other = SessionStore(kept)
    other["name"] = "manager"
    other.save()
    assert SessionStore(kept)["name"] == "manager"


def test_expired_session_is_nobodys(kept):
    Session.objects.filter(pk=kept).update(expire_date=timezone.now() - timedelta(seconds=1))
    store = SessionStore(kept)
    assert dict(store.items()) == {}
    assert store.session_key is None


@pytest.mark.parametrize("key", ["x" * 32, "项" * 32, "' OR 1=1 --%s"])
def test_unknown_key_is_nobodys_and_never_taken_over(kept, key):
    store = SessionStore(key)
    store["name"] = "intruder"
    store.save()
    assert store.session_key not in (None, key, kept)


def test_altered_session_is_empty(kept):
    row = Session.objects.get(pk=kept)
    Session.objects.filter(pk=kept).update(session_data="x" + row.session_data[1:])
    assert dict(SessionStore(kept).items()) == {}


def test_deleted_session_is_nobodys(kept):
    assert SessionStore(kept)["name"] == "clerk"
    SessionStore(kept).delete()
    assert dict(SessionStore(kept).items()) == {}


@pytest.mark.parametrize("away", [timedelta(days=-4000), timedelta(days=4000)])
def test_it_ends_by_the_clock_that_django_wrote_it_by(kept, away):
    """The clock of the product is set forward by rehearsals: nobody is signed out by them."""
    with clock.frozen(clock.now() + away):
        assert SessionStore(kept)["name"] == "clerk"
