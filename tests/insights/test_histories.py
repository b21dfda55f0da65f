"""The fold against plain counting, over random histories. Source: docs/decisions/0010-weeks.md."""

from datetime import datetime, timedelta

from hypothesis import given as example
from hypothesis import settings
from hypothesis import strategies as st

from insights.courses import Happening
from insights.folding import Figures, fold, joined
from insights.periods import Week
from tests.insights.conftest import HERE, SHANGHAI, SPAN, THERE, WEEK, at, created, given, moved, to_department

STEPS = st.sampled_from(["close", "reopen", "take", "move", "back", "stage"])
MINUTES = st.integers(0, 21 * 24 * 60)


@st.composite
def histories(draw: st.DrawFn) -> list[Happening]:
    """What actions can do, in an order they allow: nothing ends twice, nothing open is reopened."""
    moments = sorted(draw(st.lists(MINUTES, min_size=1, max_size=8)))
    when = [at(-7, 0) + timedelta(minutes=each) for each in moments]
    found, is_open, place = [created(when[0])], True, HERE
    for moment in when[1:]:
        step = draw(STEPS)
        if step == "close" and is_open:
            found.append(moved(moment, "reported", "closed"))
            is_open = False
        elif step == "reopen" and not is_open:
            found.append(moved(moment, "reopen", "listen"))
            is_open = True
        elif step == "take":
            found.append(given(moment, draw(st.sampled_from([1, 2, None]))))
        elif step in ("move", "back"):
            place = THERE if place == HERE else HERE
            found.append(to_department(moment, place))
        elif step == "stage" and is_open:
            found.append(moved(moment, "listened", "apologise"))
    return found


def open_here(history: list[Happening], until: datetime, place: int) -> bool:
    """Plainly: what the last word before an instant says."""
    known = [each for each in history if each.at < until]
    if not known:
        return False
    where = [each.data["department_id"] for each in known if "department_id" in each.data][-1]
    state = [each.data.get("to", "listen") for each in known if "to" in each.data or each is known[0]][-1]
    return bool(where == place and state != "closed")


def happened(history: list[Happening], what: str, place: int) -> int:
    """Plainly: how often it was said in the week, while it was there."""
    count, where = 0, 0
    for each in history:
        where = each.data.get("department_id", where)
        if not SPAN.start <= each.at < SPAN.end or where != place:
            continue
        name = "received" if each.type == "complaint.created" else each.data.get("name", "")
        count += {"reported": "closed", "reopen": "reopened"}.get(name, name) == what
    return count


@settings(max_examples=150)
@example(st.lists(histories(), max_size=6))
def test_the_fold_counts_as_one_counts_by_hand(all_histories):
    weeks = {place: Figures() for place in (HERE, THERE)}
    for place, figures in weeks.items():
        for case, history in enumerate(all_histories):
            fold(figures, case, history, SPAN, place)
        for name, instant in (("open_at_start", SPAN.start), ("open", SPAN.end)):
            assert figures.count(name) == sum(open_here(each, instant, place) for each in all_histories)
        for name in ("received", "closed", "reopened"):
            assert figures.count(name) == sum(happened(each, name, place) for each in all_histories)
        came = figures.sum("open_at_start", "received", "reopened", "arrived")
        assert figures.count("open") == came - figures.sum("closed", "left")
        assert set(figures.standing) == set(figures.of("open"))
        assert set(figures.of("still_open")) == set(figures.of("open")) & set(figures.of("open_at_start"))
    whole = joined(weeks.values())
    assert whole.count("arrived") == whole.count("left")


@settings(max_examples=60)
@example(histories(), st.integers(0, 8))
def test_a_week_that_is_over_does_not_change_by_what_comes_later(history, known):
    later = [each for each in history if each.at >= SPAN.end][:known]
    before, after = Figures(), Figures()
    fold(before, 1, [each for each in history if each.at < SPAN.end], SPAN, HERE)
    fold(after, 1, [*(each for each in history if each.at < SPAN.end), *later], SPAN, HERE)
    assert (before.cases, before.standing) == (after.cases, after.standing)


@settings(max_examples=60)
@example(st.lists(histories(), max_size=6))
def test_the_end_of_a_week_is_the_beginning_of_the_next(all_histories):
    this, following = Figures(), Figures()
    for case, history in enumerate(all_histories):
        fold(this, case, history, SPAN, HERE)
        fold(following, case, history, WEEK.after().span(SHANGHAI), HERE)
    assert sorted(this.of("open")) == sorted(following.of("open_at_start"))
    assert Week.parse(str(WEEK)) == WEEK
