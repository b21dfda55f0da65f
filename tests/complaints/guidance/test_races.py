"""Two managers at the same card at the same moment: one wins, the other is told."""

import threading

import pytest
from django.db import IntegrityError

from complaints.actions import guidance
from complaints.actions.guidance import add_starter_cards, save_card
from complaints.guidance.content import Content, Texts
from complaints.guidance.starter import starter_cards
from complaints.models import GuidanceCard, GuidanceVersion
from core import clock
from tests.complaints.test_actions_races import at_once
from tests.house import WORKING_HOUR, House, make_card

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house():
    with clock.frozen(WORKING_HOUR):
        yield House()


def said(words):
    return Content(en=Texts("en", "Listen", say=(words,)))


def test_of_two_who_write_on_the_same_version_one_wins(house):
    card = make_card()
    answers = at_once(
        [
            lambda by=by: save_card(card.pk, said(f"By {by}."), expected_version=1, by=by)
            for by in (house.manager, house.director)
        ]
    )
    assert answers == {"won": 1, "stale": 1}
    assert GuidanceVersion.objects.count() == 2


def test_of_two_new_cards_of_a_title_one_is_written(house):
    answers = at_once([lambda by=by: save_card(None, said("Go on."), by=by) for by in (house.manager, house.director)])
    assert answers == {"won": 1, "title_taken": 1}


def test_the_starter_set_is_there_once_however_often_it_is_taken(house):
    answers = at_once(
        [lambda by=by: add_starter_cards(starter_cards(), by=by) for by in (house.manager, house.director)]
    )
    assert answers == {"won": 2}
    assert GuidanceCard.objects.count() == len(starter_cards())


def test_without_the_lock_the_database_alone_stops_them(house, monkeypatch):
    """The control: what the lock is for. Both look before either writes, and the second runs into the constraint."""
    both = threading.Barrier(2, timeout=10)
    write = guidance._write

    def write_together(*args):
        both.wait()
        write(*args)

    monkeypatch.setattr(guidance, "lock_cards", lambda: None)
    monkeypatch.setattr(guidance, "_write", write_together)
    with pytest.raises(IntegrityError):
        at_once([lambda by=by: save_card(None, said("Go on."), by=by) for by in (house.manager, house.director)])
    assert GuidanceCard.objects.count() == 1
