"""Events of proposals put into sentences, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _


def decided(values: Mapping[str, Any]) -> str:
    """Who approved, returned or rejected it, with both names where somebody acts for another."""
    sentences = {
        "approved": _("{who} approved {proposal}, version {version}"),
        "returned": _("{who} returned {proposal}, version {version}, with a question"),
        "rejected": _("{who} rejected {proposal}, version {version}"),
    }
    who = values["actor"]
    if absent := values.get("acts_for"):
        who = _("{name} (for {absent})").format(name=who, absent=absent)
    told = {"who": who, "proposal": values["proposal"], "version": values["version"]}
    return sentences[values["decision"]].format(**told)
