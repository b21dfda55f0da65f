"""What somebody typed into a search field, as conditions on words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from core.search.words import MOST_CHARACTERS, encode, fold, grams, joined, parts, pieces, tokens_of_folded

# More words do not narrow a search; a whole pasted letter is searched by its beginning.
MOST_TYPED = 1_000
MOST_TERMS = 24
LONGEST_PHRASE = 64
# Every text has words that begin with a given letter, so one letter is only a whole word.
SHORTEST_PREFIX = 2


@dataclass(frozen=True)
class Word:
    text: str
    is_prefix: bool = False

    def stands_in(self, words: frozenset[str]) -> bool:
        if not self.is_prefix:
            return self.text in words
        return any(word.startswith(self.text) for word in words)


# A term holds when all words of one of its alternatives are there.
Term = tuple[tuple[Word, ...], ...]


@dataclass(frozen=True)
class Query:
    """All `terms` must hold, and the folded text must contain every one of `phrases`.

    Pairs of neighbours alone would find 不退 … 退款 for 不退款, so three and more are looked up as they stand.
    """

    terms: tuple[Term, ...] = ()
    phrases: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    def finds(self, text: str) -> bool:
        """Say whether a text is found, without a database."""
        folded = fold(text[:MOST_CHARACTERS])[:MOST_CHARACTERS]
        words = frozenset(tokens_of_folded(folded))
        return bool(self) and self._holds(words) and all(phrase in folded for phrase in self.phrases)

    def _holds(self, words: frozenset[str]) -> bool:
        return all(
            any(all(word.stands_in(words) for word in alternative) for alternative in term) for term in self.terms
        )

    def render(self, write: Callable[[str, bool], str], conjunction: str, disjunction: str) -> str:
        """Write the terms in an engine's language; `write` quotes one encoded word."""
        return conjunction.join(
            "("
            + disjunction.join("(" + conjunction.join(written) + ")" for written in self._written(term, write))
            + ")"
            for term in self.terms
        )

    @staticmethod
    def _written(term: Term, write: Callable[[str, bool], str]) -> Iterator[list[str]]:
        for alternative in term:
            yield [write(encode(word.text), word.is_prefix) for word in alternative]


def parse_query(typed: str, *, is_complete: bool = False) -> Query:
    """Read what was typed. The last word may be a beginning, unless a space follows it or `is_complete`.

    Never fails: signs without meaning for a search are left out, and a query of only such signs is empty (False).
    """
    typed = typed[:MOST_TYPED]
    folded = fold(typed)
    found = list(pieces(folded))
    terms: list[Term] = []
    phrases: list[str] = []
    for place, (piece, is_run) in enumerate(found):
        if is_run:
            run = piece[:LONGEST_PHRASE]
            terms += [((Word(pair),),) for pair in grams(run)]
            if len(run) > 2:
                phrases.append(run)
        else:
            may_go_on = place == len(found) - 1 and not is_complete and not typed[-1:].isspace()
            terms += _terms_of(piece, may_go_on)
    return Query(tuple(dict.fromkeys(terms[:MOST_TERMS])), tuple(dict.fromkeys(phrases[:MOST_TERMS])))


def _terms_of(piece: str, may_go_on: bool) -> list[Term]:
    *whole, last = parts(piece)
    words = [Word(word) for word in whole] + [_last(last, may_go_on)]
    if code := joined(piece):
        return [((_last(code, may_go_on),), tuple(words))]
    return [((word,),) for word in words]


def _last(word: str, may_go_on: bool) -> Word:
    return Word(word, is_prefix=may_go_on and len(word) >= SHORTEST_PREFIX)


# Four neighbours, or two words side by side, are seldom the same in two texts by chance.
NEIGHBOURS = 4
MOST_SAMPLES = 16


def similar_query(text: str) -> Query:
    """Make of a text a query that finds texts sharing a longer piece with it: candidates for a closer comparison.

    Samples are taken evenly from the whole text. Empty (False) for a text too short to tell.
    """
    found = list(pieces(fold(text[:MOST_CHARACTERS])))
    samples: list[tuple[Word, ...]] = []
    for run in (piece for piece, is_run in found if is_run):
        for start in range(0, len(run) - NEIGHBOURS + 1, NEIGHBOURS // 2):
            samples.append(tuple(Word(pair) for pair in grams(run[start : start + NEIGHBOURS])))
    words = [word for piece, is_run in found if not is_run for word in parts(piece) if len(word) >= NEIGHBOURS]
    samples += [(Word(one), Word(other)) for one, other in pairwise(words)]
    step = max(1, len(samples) // MOST_SAMPLES)
    chosen = tuple(dict.fromkeys(samples[::step]))[:MOST_SAMPLES]
    return Query((chosen,)) if chosen else Query()
