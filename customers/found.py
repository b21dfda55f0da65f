"""What apps above say about a customer in a list of matches, such as "2 open": one question for all rows."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from accounts.models import User
from core.errors import Sentence

# Takes the ids shown and the reader, and gives a note for some of them.
Teller = Callable[[Sequence[int], User], Mapping[int, Sentence]]

_tellers: list[Teller] = []


def tell_of_found(teller: Teller) -> None:
    """Register a teller; each costs one statement per list."""
    _tellers.append(teller)


def notes_on(customer_ids: Sequence[int], reader: User) -> dict[int, list[Sentence]]:
    notes: dict[int, list[Sentence]] = defaultdict(list)
    if customer_ids:
        for teller in _tellers:
            for customer_id, note in teller(customer_ids, reader).items():
                notes[customer_id].append(note)
    return dict(notes)
