"""Each app says who may read of its subjects; what nobody speaks for is shown to nobody."""

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction

from events import readers
from events.log import record_event
from events.models import Event, EventHead
from events.readers import let_read
from tests.events.conftest import HAPPENED

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "_rules", {})


def seen_by(user) -> list[int]:
    return list(Event.objects.visible_to(user).order_by("pk").values_list("pk", flat=True))


def test_what_has_no_rule_is_seen_by_nobody(happen, make_user):
    happen()
    assert seen_by(make_user()) == []


def test_the_subjects_that_the_rule_shows(happen, make_user):
    mine, other = happen(subjects=2)
    let_read("user", lambda user: get_user_model().objects.filter(pk=user.pk))
    assert seen_by(mine.actor) == [mine.pk]
    assert seen_by(other.actor) == [other.pk]
    assert seen_by(make_user()) == []


def test_a_rule_that_shows_nothing_to_somebody(happen, make_user):
    happen()
    let_read("user", lambda user: get_user_model().objects.none())
    assert seen_by(make_user()) == []


def test_the_same_number_of_another_kind_is_another_subject(happen, make_user):
    user = make_user()
    head = EventHead.objects.create(pk=user.pk, subject_type="x", subject_id=1)
    with transaction.atomic():
        of_head = record_event(HAPPENED, head, by=None, what="x")
        of_user = record_event(HAPPENED, user, by=None, what="x")
    let_read("user", lambda reader: get_user_model().objects.all())
    assert of_head.subject_id == of_user.subject_id
    assert seen_by(user) == [of_user.pk]


def test_two_rules_for_one_kind_are_a_mistake():
    let_read("user", lambda user: get_user_model().objects.all())
    with pytest.raises(ValueError, match="said twice"):
        let_read("user", lambda user: get_user_model().objects.none())
