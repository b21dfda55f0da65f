import pytest
from django.db import transaction

from events.log import record_event
from events.models import Event
from events.registry import announced
from events.subscribe import subscribe, subscribed
from tests.events.conftest import HAPPENED

pytestmark = pytest.mark.django_db


def test_every_subscribed_name_is_announced():
    """A subscriber names what it hears as a string, so a slip of the pen would never be heard."""
    assert subscribed() <= announced()


def test_subscriber_hears_event_and_subject(make_user):
    heard = []
    subscribe(HAPPENED)(lambda event, subject: heard.append((event.pk, subject)))
    user = make_user()
    event = record_event(HAPPENED, user, by=None, what="")
    assert heard == [(event.pk, user)]


@pytest.mark.parametrize(("to", "is_heard"), [("closed", True), ("open", False), (None, False)])
def test_subscriber_hears_only_what_matches(make_user, to, is_heard):
    heard = []
    subscribe(HAPPENED, to="closed")(lambda event, subject: heard.append(event))
    record_event(HAPPENED, make_user(), by=None, **({"to": to} if to else {}))
    assert bool(heard) is is_heard


def test_missing_value_does_not_match_none(make_user):
    heard = []
    subscribe(HAPPENED, to=None)(lambda event, subject: heard.append(event))
    record_event(HAPPENED, make_user(), by=None)
    assert heard == []


def test_subscriber_that_fails_undoes_everything(make_user):
    user = make_user()

    @subscribe(HAPPENED)
    def fail(event, subject):
        subject.name = "changed"
        subject.save()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record_event(HAPPENED, user, by=None, what="")
    user.refresh_from_db()
    assert user.name != "changed"
    assert not Event.objects.exists()


def test_subscriber_may_record_on_the_same_subject(make_user):
    @subscribe(HAPPENED, what="first")
    def follow(event, subject):
        record_event(HAPPENED, subject, by=None, what="second")

    user = make_user()
    record_event(HAPPENED, user, by=None, what="first")
    assert record_event(HAPPENED, user, by=None, what="third").seq == 3
