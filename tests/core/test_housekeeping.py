from core import housekeeping


def test_broken_chore_leaves_the_others_done(monkeypatch):
    done = []

    def broken():
        raise RuntimeError

    monkeypatch.setattr(housekeeping, "_chores", [])
    housekeeping.hourly(lambda: done.append("first"))
    housekeeping.hourly(broken)
    housekeeping.hourly(lambda: done.append("last"))
    assert housekeeping.do_chores() == ["broken"]
    assert done == ["first", "last"]
