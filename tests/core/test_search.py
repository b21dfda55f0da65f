"""Search tables on the database under test: the same results on both engines, and as the rules say."""

from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.migrations.state import ProjectState
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import personal
from core.search import CreateSearchTable, Matches, SearchTable, parse_query, similar_query
from core.search.table import PROBE
from tests.core.test_search_words import HOSTILE

NAME = "test_search_words"


@pytest.fixture(scope="module")
def _stored(django_db_setup, django_db_blocker) -> Iterator[None]:
    operation, state = CreateSearchTable(NAME), ProjectState()
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            operation.database_forwards("core", editor, state, state)
        yield
        with connection.schema_editor() as editor:
            operation.database_backwards("core", editor, state, state)
        assert NAME not in connection.introspection.table_names()


@pytest.fixture
def table(_stored, db) -> SearchTable:
    return SearchTable(NAME)


RARE = "\U00020000\U0002a6d6"
CORPUS = {
    1: "要求退款，快递员态度差",
    2: "不退换，只退款；订单 C-2026-000123",
    3: "Refund the Café bill of ¥1,299.00, order INV-2026-001",
    4: "refunded twice\nby phone 138 0571 6620",
    5: f"客户{RARE}先生的 iPhone手机 碎了 🙂",
    6: "退\n款 split over lines",
    7: "快递里的递员 Straße №5",
    8: "ｆｕｌｌ　ｗｉｄｔｈ　１３８００１３８０００",
    9: "привет Ёлка 한국어 ガイド ｶﾞｲﾄﾞ",
    10: "\u202eמכתב\u202c العَرَبِيَّة ١٢٣",
    11: "",
    12: "underscores_and_4e00 \ue000\ue001 ㄅㄆ",
}
ASKED = [
    "退", "退款", "不退款", "快递员", "要求退款，快递员", "refund", "refund ", "ref", "r", "CAFE", "1299",
    "C-2026-000123", "c2026000123", "000123", "123", "13805716620", "138 0571 6620", "1380571", "INV-2026-0",
    RARE, RARE[0], "iphone 手",
    "full width", "13800138000", "елка", "при", "한국", "ガイド", "ガイト", "מכתב", "العربية", "strasse", "5", "4e00",
    "_4e00", "\ue000\ue001", "ㄅㄆ", "🙂", "zzz", "退款 退换", "refund 退款",
]  # fmt: skip


def expected(typed: str, corpus: dict[int, str]) -> list[int]:
    query = parse_query(typed)
    return sorted((key for key, text in corpus.items() if query.finds(text)), reverse=True)


@pytest.fixture
def corpus(table: SearchTable) -> dict[int, str]:
    table.put_many(CORPUS.items())
    return CORPUS


@pytest.mark.parametrize("typed", ASKED)
def test_finds_what_the_rules_find_newest_first(table, corpus, typed):
    assert table.match(typed) == expected(typed, corpus)


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("退", [6, 2, 1]),
        ("退款", [2, 1]),
        ("不退款", []),
        ("快递员", [1]),
        ("ref", [4, 3]),
        (RARE[0], [5]),
        ("한국", [9]),
        ("13800138000", [8]),
        ("العربية", [10]),
    ],
)
def test_known_answers(table, corpus, typed, ids):
    assert table.match(typed) == ids


SIGNS = st.text(alphabet="退款不快递\U00020000\U0002a6d6 ab1204éЁß-/,.'&\"*:()|_\0\ud800\u200b가ガ🙂\n", max_size=20)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(SIGNS, max_size=8), typed=SIGNS)
def test_any_query_on_any_texts(table, texts, typed):
    table.clear()
    corpus = dict(enumerate(texts, start=1))
    table.put_many(corpus.items())
    assert table.match(typed) == expected(typed, corpus)


@pytest.mark.parametrize("typed", HOSTILE)
def test_nothing_typed_is_an_error(table, corpus, typed):
    assert isinstance(table.match(typed), Matches)
    assert list(table.search(get_user_model().objects.all(), typed)[:5]) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_stored_is_an_error(table, text):
    table.put(1, text, "退款")
    assert table.match("退款") == [1]


@pytest.mark.parametrize(
    "text",
    [
        "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(100_000)),
        "".join(chr(0x20000 + n * 7919 % 42_000) for n in range(100_000)),
        "1-" * 50_000,
        "a" + "\u0301\u0316" * 50_000,
    ],
    ids=range(4),
)
def test_the_longest_texts_are_stored_and_found(table, text):
    table.put(1, text)
    assert table.match(text[:1]) == [1]


def test_put_replaces_and_delete_forgets(table):
    table.put(1, "退款", "refund")
    table.put(1, "exchange")
    table.put_many([(2, "exchange"), (3, "exchange"), (2, "repair")])
    assert table.match("退款") == table.match("refund") == []
    assert table.match("exchange") == [3, 1]
    assert table.match("repair") == [2]
    table.delete(3, 99)
    assert table.match("exchange") == [1]


def test_texts_of_one_subject_do_not_run_together(table):
    table.put(1, "退", "款")
    assert table.match("退款") == []


def test_few_matches_are_all_given_and_many_are_capped(table):
    table.put_many((number, "common rare" if number % 100 == 0 else "common") for number in range(1, 1_301))
    few = table.match("rare")
    assert few == list(range(1_300, 0, -100))
    assert not few.is_capped
    many = table.match("common", newest=20)
    assert many == list(range(1_300, 1_280, -1))
    assert many.is_capped
    assert table.match("common", limit=5, newest=3) == [1_300, 1_299, 1_298]


def test_the_newest_of_many_old_matches_are_found_beyond_the_window(table):
    table.put_many((number, "old") for number in range(1, 1_101))
    table.put_many((number, "new") for number in range(90_000, 90_010))
    assert table.match("old", newest=2) == [1_100, 1_099]


def test_similar_texts_are_candidates(table, corpus):
    table.put(50, "我要求退款，快递员的态度很差")
    assert table.match(similar_query("要求退款，快递员态度差")) == [50, 1]


def test_match_asks_at_most_three_statements(table):
    table.put_many((number, "old" if number < 1_200 else "new") for number in range(1, 1_300))
    for typed in ("old", "new", "zzz", "ol"):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            table.match(typed)
        assert len(asked) <= 3


@pytest.fixture
def users(db):
    model = get_user_model()
    model.objects.bulk_create(
        model(username=f"user{number}", is_active=number % 2 == 0) for number in range(PROBE + 20)
    )
    return model.objects.filter(username__startswith="user")


def test_search_keeps_what_a_queryset_shows(table, users):
    rows = list(users.order_by("-pk"))
    table.put_many((user.pk, "common rare" if place < 3 else "common") for place, user in enumerate(rows))
    seen = users.filter(is_active=True)
    active = [user for user in rows if user.is_active]
    # Few matches, many matches, and pages by the last key shown.
    assert list(table.search(seen, "rare")) == [user for user in rows[:3] if user.is_active]
    assert list(table.search(seen, "common")[:10]) == active[:10]
    assert list(table.search(seen, "common").filter(pk__lt=active[9].pk)[:10]) == active[10:20]
    with CaptureQueriesContext(connection) as asked:
        list(table.search(seen, "common")[:10])
    assert len(asked) <= 3


def test_search_finds_many_old_ones(table, users):
    rows = list(users.order_by("pk"))
    table.put_many((user.pk, "old") for user in rows)
    table.put(rows[-1].pk + 50_000, "new")
    assert list(table.search(users, "old")[:2]) == [rows[-1], rows[-2]]


def test_search_for_nothing_shows_all_and_for_no_word_nothing(table, users):
    assert table.search(users, " ").count() == PROBE + 20
    assert table.search(users, "🙂").count() == 0


def test_rows_are_on_the_list_of_personal_columns(table):
    assert personal.PERSONAL[NAME] == {"words", "folded"}


@pytest.mark.parametrize("name", ["", "a b", "x; DROP TABLE y", "1a", "A"])
def test_table_names_are_plain(name):
    with pytest.raises(ValueError, match=r".*"):
        SearchTable(name)
