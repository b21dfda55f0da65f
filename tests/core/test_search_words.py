"""How texts and queries become words: tables of cases, and a plain reading of the rules to compare with."""

import re
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.search.query import LONGEST_PHRASE, MOST_SAMPLES, MOST_TERMS, parse_query, similar_query
from core.search.words import MOST_CHARACTERS, encode, fold, found_words, tokens

RARE = "\U00020000\U0002a6d6\U00030001"  # extensions B and G
RUN = "[\u3400-\u9fff\U00020000-\U0003ffff]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ｃ－２０２６", "c-2026"),
        ("Crème BRÛLÉE, Straße", "creme brulee, strasse"),
        ("ｶﾞｲﾄﾞ 한국 Ёлка", "ガイド 한국 елка"),
        ("١٢٣ ۴", "123 4"),
        ("re\u200bfund so\u00adon \u202eabc\u202c", "refund soon abc"),
        ("¥1,299.00 and 1,234,567", "¥1299.00 and 1234567"),
        ("1,2,3", "1,2,3"),
        ("a\0b\ud800c", "a b c"),
    ],
)
def test_fold(text, expected):
    assert fold(text) == expected


@given(st.text())
def test_folding_twice_changes_nothing_a_database_could_see(text):
    folded = fold(text)
    assert "\0" not in folded
    folded.encode("utf-8")
    assert tokens(folded) == tokens(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("🙂 … !!", []),
        ("退", ["退"]),
        ("退款单", ["退", "款", "单", "退款", "款单"]),
        ("我要refund两次", ["我", "要", "我要", "refund", "两", "次", "两次"]),
        ("Refund  refund", ["refund"]),
        ("C-2026-000123", ["c", "2026", "000123", "c2026000123", "123"]),
        ("138 0571 6620", ["138", "0571", "6620", "13805716620", "571"]),
        ("state-of-the-art", ["state", "of", "the", "art"]),
        (RARE[:2], [RARE[0], RARE[1], RARE[:2]]),
        ("हिन्दी में", ["हिन्दी", "में"]),
    ],
)
def test_tokens(text, expected):
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("typed", "text", "is_found"),
    [
        # Chinese: one character and more, always as they stand.
        ("退", "要求退款", True),
        ("退款", "要求退款", True),
        ("求退款", "要求退款", True),
        ("不退款", "不退换，只退款", False),
        ("快递员", "快递里的递员", False),
        ("退 款", "款已退", True),
        (RARE, f"王{RARE}先生", True),
        ("㐀", "㐀㐁", True),
        # Latin: whole words, and the last one as far as it was typed.
        ("refund", "Refunds please", True),
        ("refund ", "Refunds please", False),
        ("re fund", "refund", False),
        ("r", "refund", False),
        ("cafe", "Café", True),
        ("CAFÉ", "cafe", True),
        ("please refunds", "refund me, please", False),
        ("refund please", "please, a refund", True),
        # Numbers and codes in any writing.
        ("C-2026-000123", "see C-2026-000123.", True),
        ("c2026000123", "see C-2026-000123.", True),
        ("C 2026 000123", "see C-2026-000123.", True),
        ("Ｃ－２０２６－００", "see C-2026-000123.", True),
        ("C-2026-000124", "see C-2026-000123.", False),
        ("123", "see C-2026-000123.", True),
        ("13805716620", "tel 138 0571 6620", True),
        ("138-0571-6620", "tel 13805716620", True),
        ("138 0571", "tel 13805716620", True),
        ("1299", "paid 1,299.00", True),
        ("1,299", "paid 1299", True),
        ("12-1803", "12-1803号房", True),
        # Mixed.
        ("iPhone手机", "新iPhone 手机坏了", True),
        ("iPhone 手机 碎", "新iPhone 手机坏了", False),
    ],
)
def test_found(typed, text, is_found):
    assert parse_query(typed).finds(text) is is_found


def plain_reading(typed: str, text: str) -> bool:
    """The rules for letters and Chinese, written down the slow way."""

    def simple(raw: str) -> str:
        decomposed = unicodedata.normalize("NFKD", raw.casefold())
        return "".join(sign for sign in decomposed if not unicodedata.combining(sign))

    text = simple(text)
    words = set(re.findall("[a-z0-9]+", text))
    asked = re.findall(f"{RUN}+|[a-z0-9]+", simple(typed))
    for place, word in enumerate(asked):
        if re.match(RUN, word):
            if word not in text:
                return False
        elif place == len(asked) - 1 and len(word) > 1 and not typed[-1].isspace():
            if not any(other.startswith(word) for other in words):
                return False
        elif word not in words:
            return False
    return bool(asked)


MIXED = st.text(alphabet="退款不快递员\U00020000 refundéRE0Ｆ，!\n", max_size=30)


@given(typed=MIXED, text=MIXED)
def test_what_is_found_is_what_a_plain_reading_finds(typed, text):
    # Single digits would be joined to codes, which the table above covers.
    typed, text = typed.replace("0 0", "0"), text.replace("0 0", "0")
    assert parse_query(typed).finds(text) == plain_reading(typed, text)


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("There was a FIRE, and gas  leaked", ["fire", "gas leaked", "leak"], ["fire", "gas leaked"]),
        ("fired for misfire", ["fire"], []),
        ("手机起火了", ["起火", "火灾"], ["起火"]),
        ("打12315投诉", ["12315"], ["12315"]),
        ("我要用fire软件", ["fire"], ["fire"]),
        ("anything", ["", "  "], []),
    ],
)
def test_found_words(text, words, found):
    assert found_words(text, words) == found


def test_encoding_keeps_beginnings_and_tells_words_apart():
    words = ["a", "ab", "é", "退款", RARE, RARE[:1], "привет", "при", "_4e00", "ü_1", "\ue000"]
    written = [encode(word) for word in words]
    assert len(set(written)) == len(words)
    for one in words:
        for other in words:
            assert encode(one).startswith(encode(other)) == one.startswith(other)
    assert all(re.fullmatch("[a-z0-9_\u4e00-\u9fcc]+", word) for word in written)


HOSTILE = [
    '"', "'", '" OR 1=1 --', "a AND", "NEAR(a b)", "a*", "*", "words:a", "folded:x", "-a", "^a", "{a b}:c", "(", ")",
    "a:*b", "!&|<->", "\\", "%s %(x)s", "%", "\0", "a\0b", "\ud800", "退\udfff款", "\U0001f469\u200d\U0001f469",
    "\u202eabc", "x" * 10_240, "退" * 10_240, "a " * 5_000, "1 " * 5_000, "é" * 10_000, "\u0301\u0316" * 5_000,
    "ﷺ" * 3_000, "", " ", "\u3000", "\u200b",
]  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE)
def test_no_query_fails_or_grows(typed):
    query = parse_query(typed)
    assert len(query.terms) <= MOST_TERMS
    assert all(len(phrase) <= LONGEST_PHRASE for phrase in query.phrases)
    query.finds(typed)


@pytest.mark.parametrize(
    "text",
    [
        "退款" * 50_000,
        "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(100_000)),
        "".join(chr(0x20000 + n * 7919 % 42_000) for n in range(100_000)),
        "a\u0301\u0316" * 33_333,
        "a" + "\u0301\u0316" * 50_000,
        "a" + "\u05b0\u0591" * 50_000,
        "क" + "\u094d\u093c" * 50_000,
        "1 " * 50_000,
        "1-" * 50_000,
        "word " * 20_000,
        "ﷺ" * 100_000,
    ],
    ids=range(11),
)
def test_the_longest_texts_stay_within_what_databases_take(text):
    started = time.process_time()
    words = [encode(word) for word in tokens(text)]
    assert sum(len(word.encode()) for word in words) <= 1_000_000
    assert max(map(len, words), default=0) < 1_000
    assert time.process_time() - started < 4


def test_text_past_the_cap_is_not_read():
    assert "tail" not in tokens("x " * (MOST_CHARACTERS // 2) + " tail")


@pytest.mark.parametrize(
    ("text", "other", "is_alike"),
    [
        ("销售承诺全景天窗是标配，提车那天才发现没有", "全景天窗配置与合同不符，打了两次电话", True),
        ("销售承诺全景天窗是标配", "变速箱异响，要求更换", False),
        ("They charged me twice for wiper blades", "charged twice for the wiper blades again", True),
        ("They charged me twice for wiper blades", "blades were charged", False),
        ("好", "好", False),
        ("", "anything", False),
    ],
)
def test_similar_texts_share_a_longer_piece(text, other, is_alike):
    assert similar_query(text).finds(other) is is_alike


def test_similar_asks_for_a_few_pieces_of_a_long_text():
    (term,) = similar_query("退款" * 50_000 + " some words of many kinds" * 1_000).terms
    assert len(term) <= MOST_SAMPLES
