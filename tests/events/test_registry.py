from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from events import registry
from events.log import record_event
from events.registry import announce, describe, icon
from tests.events.conftest import HAPPENED

pytestmark = pytest.mark.django_db


def test_event_is_told_with_actor_and_values(make_user):
    user = make_user(name="王芳")
    assert describe(record_event(HAPPENED, user, by=user, what="退款")) == "王芳 did 退款"


def test_words_follow_the_readers_language(make_user):
    announce("test.translated", gettext_lazy("Password"))
    event = record_event("test.translated", make_user(), by=None)
    with translation.override("zh-hans"):
        assert describe(event) == "密码"


def test_instants_follow_the_readers_zone(make_user):
    announce("test.timed", "due {due_at}, on {due_on}")
    at = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
    event = record_event("test.timed", make_user(), by=None, due_at=at, due_on=at.date())
    with translation.override("zh-hans"), timezone.override(ZoneInfo("Asia/Shanghai")):
        assert describe(event) == "due 3 月 2 日 04:00, on 3 月 1 日"


def test_function_gets_stored_values_but_instants_in_words(make_user):
    seen: dict[str, Any] = {}
    announce("test.function", lambda values: seen.update(values) or "told")
    at = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
    event = record_event("test.function", make_user(), by=None, owner=None, is_taken=False, rules=["vip"], due_at=at)
    with timezone.override(UTC):
        assert describe(event) == "told"
    assert seen == {
        "actor": "The system", "owner": None, "is_taken": False, "rules": ["vip"], "due_at": "1 Mar, 20:00",
    }  # fmt: skip


def test_old_event_is_told_as_well_as_it_can(make_user, monkeypatch):
    event = record_event(HAPPENED, make_user(), by=None)
    assert describe(event) == "The system did …"
    monkeypatch.setattr(registry, "_kinds", {})
    assert (describe(event), icon(event)) == (HAPPENED, "point")


def test_words_that_do_not_fit_take_no_page_down(make_user):
    announce("test.odd", lambda values: values["missing"])
    assert describe(record_event("test.odd", make_user(), by=None)) == "test.odd"


def test_name_is_announced_once():
    with pytest.raises(ValueError, match="twice"):
        announce(HAPPENED, "again")
