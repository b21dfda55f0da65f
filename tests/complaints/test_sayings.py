"""Sentences for the talk at the desk."""

import pytest

from complaints.sayings import AVOID, SAY


@pytest.mark.parametrize("step", ["listen", "apologise", "satisfy", "thank", "report"])
def test_each_step_has_sentences_in_both_languages(step):
    for pairs in (SAY[step], AVOID[step]):
        assert pairs
        for english, chinese in pairs:
            assert english.isascii() or "“" in english or "…" in english
            assert any("\u4e00" <= sign <= "\u9fff" for sign in chinese)
