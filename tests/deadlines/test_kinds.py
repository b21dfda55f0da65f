"""The kinds of promises, and what the clock asks their apps."""

from dataclasses import replace

import pytest

from deadlines import kinds
from deadlines.kinds import kind_named, kinds_by_policy, label, register_kind, tell_apps
from deadlines.models import Deadline
from policies.defaults import SPECS
from tests.deadlines.conftest import OWNED, RESPONSE


def test_every_declared_kind_has_its_policy():
    for kind in kinds._kinds.values():
        assert kind.policy_key in SPECS


def test_a_name_is_taken_once(world):
    with pytest.raises(ValueError, match="twice"):
        register_kind(kind_named(OWNED))


def test_unknown_kind_is_an_error_but_is_still_called_by_its_name(world):
    with pytest.raises(LookupError):
        kind_named("gone")
    assert (label("gone"), label(OWNED)) == ("gone", OWNED)


def test_kinds_are_found_by_their_policy(world):
    assert OWNED in kinds_by_policy("deadline.owned")
    assert kinds_by_policy("reopen.days") == []


def test_plural_forms_are_preferred(world):
    asked = []
    kind = replace(
        kind_named(RESPONSE),
        lock_many=lambda ids: {pk: f"subject {pk}" for pk in ids},
        recipients_many=lambda subjects, rung: asked.append((subjects, rung)) or {1: iter("ab")},
    )
    assert kind.locked([2, 1, 2]) == {1: "subject 1", 2: "subject 2"}
    assert kind.told(["subject 1"], "manager") == {1: ["a", "b"]}
    assert asked == [(["subject 1"], "manager")]


def test_apps_hear_once_of_each_subject(world, monkeypatch):
    heard = []
    for name in (OWNED, RESPONSE):
        monkeypatch.setitem(kinds._kinds, name, replace(kind_named(name), after_changes=heard.extend))
    tell_apps(Deadline(kind=kind, subject_id=pk) for kind in (OWNED, RESPONSE) for pk in (3, 1))
    assert heard == [1, 3]
