"""Papers of the house: what is on them, what cannot be, and that the same content gives the same bytes."""

import io
import re
from datetime import UTC, datetime

import pypdfium2
import pytest
from django.utils import translation

from core.pdf.glyphs import FONT, SUBSTITUTE, house_glyphs, printable
from core.pdf.paper import Imprint, Paper, Sender

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
CHINESE = "保养后机油灯亮了，在休息区等了四十分钟没人理。“您先坐，我听您说完。”赔偿金额：¥3,800（含税）。"


def make_paper(**changed):
    told = {
        "title": "Written report R-2026-000001", "number": "R-2026-000001", "language": "zh-hans",
        "sender": Sender("明远汽车销售有限公司", ("杭州市西湖区文三路 1 号", "0571 8800 1234")), "made_at": AT,
    }  # fmt: skip
    return Paper(Imprint(**{**told, **changed}))


def opened(content):
    return pypdfium2.PdfDocument(io.BytesIO(content))


def words_of(content):
    return "\n".join(page.get_textpage().get_text_bounded() for page in opened(content))


def test_the_font_stands_beside_its_licence():
    assert "SIL OPEN FONT LICENSE" in (FONT.parent / "OFL.txt").read_text(encoding="utf-8").upper()
    assert FONT.stat().st_size < 6_000_000


@pytest.mark.parametrize("text", [CHINESE, "Ångström naïve ß €", "喆 玥 婧 鑫 龘", "①②③ ℃ ‰ …… ——", "繁體中文說明書"])
def test_what_people_write_is_in_the_font(text):
    assert printable(text, house_glyphs()) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("so angry 😡!", "so angry □!"),
        ("👩‍👩‍👧‍👦 one family", "□ one family"),
        ("👍🏽 and 🇨🇳", "□ and □"),
        ("a\u202eb\u200bc\ufeff", "abc"),
        ("Z\u0351\u036ba\u0334\u0319lgo", "Zalgo"),
        ("e\u0301", "é"),
        ("a\tb\r\nc\u2028d", "a    b\nc\nd"),
        ("ﬁne", "fine"),
        ("\x00\x07bell", "bell"),
        ("سلام", "□□□□"),
        ("\ud800", ""),
    ],
)
def test_what_cannot_be_printed_becomes_a_sign_or_nothing(text, shown):
    assert printable(text, house_glyphs()) == shown


def test_the_same_content_gives_the_same_bytes():
    def make():
        paper = make_paper()
        paper.title("关于投诉的报告", below="机油灯")
        paper.text(CHINESE)
        paper.table(("版本", "时间"), [("1", "11 月 20 日")], (1, 3))
        return paper.content()

    assert make() == make()


def test_it_carries_its_own_font_its_title_and_its_language():
    paper = make_paper()
    paper.text(CHINESE)
    content = paper.content()
    assert b"HouseSansSC" in content
    assert b"/FontFile3" in content
    assert b"/Lang (zh-CN)" in content
    assert not re.search(rb"/(URI|JavaScript|Launch|EmbeddedFile)\b", content)
    found = opened(content).get_metadata_dict()
    assert found["Title"] == "Written report R-2026-000001"
    assert found["Author"] == "明远汽车销售有限公司"
    assert found["CreationDate"].startswith("D:20261120093000")


def test_every_page_says_which_of_how_many_it_is():
    with translation.override("en"):
        paper = make_paper()
        for number in range(120):
            paper.text(f"Line {number} {CHINESE}")
        content = paper.content()
    pages = opened(content)
    assert len(pages) > 3
    for at, page in enumerate(pages, start=1):
        said = page.get_textpage().get_text_bounded()
        assert f"Page {at} of {len(pages)}" in said
        assert "明远汽车销售有限公司" in said
        assert ("文三路" in said) == (at == 1)


def test_a_table_goes_on_with_its_head_on_the_next_page():
    paper = make_paper()
    paper.table(("Remedy", "Sum"), [(f"Remedy {n} {CHINESE}", f"{n}.00") for n in range(60)], (5, 1), right=(1,))
    pages = opened(paper.content())
    assert len(pages) > 1
    assert all("Remedy" in page.get_textpage().get_text_bounded() for page in pages)


def test_lost_signs_are_told_at_the_end_and_only_then():
    with translation.override("en"):
        whole, lossy = make_paper(), make_paper()
        whole.text("□ is ticked")
        lossy.text("😡")
        assert "cannot print" not in words_of(whole.content())
        assert "cannot print" in words_of(lossy.content())


@pytest.mark.parametrize(
    "text",
    [
        "字" * 20_000, "x" * 20_000, "，" * 20_000, " " * 20_000, "\n" * 20_000, "Z" + "\u0351" * 19_999, "😡" * 10_000,
        "\u202e" + "abc " * 4_000, "(%s) Tj \\ ( ) <script>alert(1)</script> {nb} **bold** --x--", "\x00",
    ],
    ids=["chinese", "one-word", "marks", "spaces", "lines", "zalgo", "emoji", "turned", "code", "nul"],
)  # fmt: skip
def test_hostile_text_makes_a_paper_like_any_other(text):
    paper = make_paper()
    paper.heading(text[:200])
    paper.facts([("Said", text[:3000])])
    paper.table(("A", "B"), [(text[:3000], "1")], (3, 1))
    paper.text(text)
    content = paper.content()
    assert content.startswith(b"%PDF-1.")
    assert 1 <= len(opened(content)) <= 600


def test_all_characters_at_once_do_not_take_the_whole_font():
    paper = make_paper()
    paper.text("".join(chr(code) for code in range(0x4E00, 0x9FA0)))
    paper.text("还有")
    content = paper.content()
    assert len(content) < 2_000_000
    assert SUBSTITUTE in words_of(content)
    assert "明远汽车销售有限公司" in words_of(content)


def test_code_stays_text():
    paper = make_paper()
    paper.text("<b>bold</b> {nb} **x** \\n (a) {{ 7*7 }}")
    assert "<b>bold</b> {nb} **x** \\n (a) {{ 7*7 }}" in words_of(paper.content())
    assert SUBSTITUTE == "□"
