import threading
import uuid
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse

from core import clock
from core.errors import Blocked, Conflict, PermissionDenied
from events import subscribe as subscribing
from events.log import timeline
from events.models import Event
from events.subscribe import subscribe
from policies.actions import set_policy
from policies.defaults import SPECS
from policies.middleware import PoliciesMiddleware
from policies.models import Policy, PolicyMark, PolicyVersion
from policies.reading import note_mark, policy, policy_version, remembered, value_of

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_without_a_change_the_default_holds():
    assert (policy("reopen.days"), policy_version("reopen.days")) == (90, 0)


def test_change_is_a_new_version_from_now_on(manager):
    with clock.frozen(NOON):
        changed = set_policy("reopen.days", 60, by=manager)
    version = PolicyVersion.objects.get()
    assert changed.version == 1
    assert (version.key, version.version, version.value, version.valid_from, version.by) == (
        "reopen.days", 1, 60, NOON, manager,
    )  # fmt: skip
    assert (policy("reopen.days"), policy_version("reopen.days")) == (60, 1)


def test_old_versions_stay_readable(manager):
    for days in (60, 30):
        set_policy("reopen.days", days, by=manager)
    assert [value_of("reopen.days", version) for version in range(3)] == [90, 60, 30]
    with pytest.raises(PolicyVersion.DoesNotExist):
        value_of("reopen.days", 3)


def test_change_is_an_event(manager):
    row = set_policy("reopen.days", 60, by=manager)
    event = timeline(row).get()
    assert (event.type, event.actor, event.data) == ("policy.changed", manager, {"key": "reopen.days", "version": 1})


def test_subscriber_of_the_change_reads_the_new_value(manager, monkeypatch):
    monkeypatch.setattr(subscribing, "_subscriptions", {})
    heard = []
    subscribe("policy.changed", key="reopen.days")(lambda event, subject: heard.append(policy("reopen.days")))
    with remembered():
        assert policy("reopen.days") == 90
        set_policy("reopen.days", 60, by=manager)
    assert heard == [60]


def test_same_value_changes_nothing(manager):
    set_policy("reopen.days", 90, by=manager)
    assert not PolicyVersion.objects.exists()
    assert not Event.objects.exists()


def test_only_who_may_changes_policies(supervisor, auditor):
    for user in (supervisor, auditor):
        with pytest.raises(PermissionDenied):
            set_policy("reopen.days", 60, by=user)
    assert policy("reopen.days") == 90
    assert not Event.objects.exists()


def test_system_may():
    set_policy("company.zone", "Europe/Berlin", by=None)
    assert policy("company.zone") == "Europe/Berlin"


def test_wrong_value_is_refused_and_leaves_nothing(manager):
    with pytest.raises(Blocked) as refusal:
        set_policy("reopen.days", -1, by=manager)
    assert refusal.value.blockers[0].code == "invalid_policy"
    assert not PolicyVersion.objects.exists()
    assert Policy.objects.get(key="reopen.days").version == 0


@pytest.mark.parametrize(("key", "value"), [("session.lock_minutes", 200), ("session.idle_minutes", 5)])
def test_policies_may_not_contradict_each_other(manager, key, value):
    with pytest.raises(Blocked) as refusal:
        set_policy(key, value, by=manager)
    assert refusal.value.blockers[0].code == "policies_contradict"
    assert refusal.value.blockers[0].link.startswith("session.")


def test_change_of_what_was_not_seen_is_refused(manager):
    set_policy("reopen.days", 60, by=manager, expected_version=0)
    with pytest.raises(Conflict) as refusal:
        set_policy("reopen.days", 30, by=manager, expected_version=0)
    assert refusal.value.current == 60
    assert policy("reopen.days") == 60


@pytest.mark.parametrize("ask", [policy, policy_version, lambda key: value_of(key, 0)])
def test_unknown_key_is_an_error(ask):
    with pytest.raises(KeyError):
        ask("reopen.dayz")


def test_new_key_needs_no_migration(manager, monkeypatch):
    spec = SPECS["reopen.days"]
    monkeypatch.setitem(SPECS, "reopen.nights", spec.__class__(**{**vars(spec), "key": "reopen.nights"}))
    assert set_policy("reopen.nights", 5, by=manager).version == 1


def test_versions_cannot_be_changed_behind_the_action(manager):
    set_policy("reopen.days", 60, by=manager)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        PolicyVersion.objects.update(value=1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        PolicyVersion.objects.all().delete()


def test_remembering_reads_everything_once(manager, django_assert_num_queries):
    set_policy("reopen.days", 60, by=manager)
    with django_assert_num_queries(1), remembered():
        assert policy("reopen.days") == 60
        with remembered():
            assert policy_version("reopen.days") == 1
        assert policy("words.danger") == SPECS["words.danger"].default


def test_remembering_without_a_question_costs_nothing(django_assert_num_queries):
    with django_assert_num_queries(0), remembered():
        pass


def test_request_sees_one_state_from_beginning_to_end(rf):
    seen: list[int] = []

    def view(request):
        seen.append(policy("reopen.days"))
        PolicyVersion.objects.create(key="reopen.days", version=1, value=1, valid_from=NOON)
        seen.append(policy("reopen.days"))
        return HttpResponse()

    PoliciesMiddleware(view)(rf.get("/"))
    assert seen == [90, 90]
    assert policy("reopen.days") == 1


def _set(value, outcomes, barrier):
    barrier.wait(5)
    try:
        set_policy("reopen.days", value, by=None, expected_version=0)
        outcomes.append("won")
    except Conflict:
        outcomes.append("told")
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_of_many_who_change_at_once_one_wins_and_the_others_are_told():
    outcomes: list[str] = []
    barrier = threading.Barrier(6)
    threads = [threading.Thread(target=_set, args=(value, outcomes, barrier)) for value in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["told"] * 5 + ["won"]
    assert PolicyVersion.objects.count() == 1


def ask_as_a_request(key):
    """The mark comes with who asks; then the policies."""
    with remembered():
        note_mark(PolicyMark.objects.values_list("mark", flat=True).first())
        return policy(key)


def test_what_was_read_is_kept_until_the_next_change(manager, django_assert_num_queries):
    set_policy("reopen.days", 60, by=manager)
    assert ask_as_a_request("reopen.days") == 60
    with django_assert_num_queries(1):
        assert ask_as_a_request("reopen.days") == 60
    set_policy("reopen.days", 30, by=manager)
    assert ask_as_a_request("reopen.days") == 30


def test_what_another_process_changed_is_seen_at_once(manager):
    set_policy("reopen.days", 60, by=manager)
    ask_as_a_request("reopen.days")
    # As the other process leaves it: a version and a mark, and nothing said here.
    PolicyVersion.objects.create(key="reopen.days", version=2, value=10, valid_from=NOON)
    PolicyMark.objects.update(mark=uuid.uuid4())
    assert ask_as_a_request("reopen.days") == 10


def test_a_change_that_was_undone_is_not_kept(manager):
    ask_as_a_request("reopen.days")
    with transaction.atomic():
        set_policy("reopen.days", 60, by=manager)
        assert ask_as_a_request("reopen.days") == 60
        transaction.set_rollback(True)
    assert ask_as_a_request("reopen.days") == 90
