"""Where a line may end, in Chinese and Latin. Every width here counts one for each sign."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.pdf.line_breaks import NOT_FIRST, NOT_LAST, break_lines, units


def lines(text, width):
    return break_lines(text, width, len)


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("保养后机油灯亮了", 4, ["保养后机", "油灯亮了"]),
        # 避头: what closes is never first in a line.
        ("保养后机，油灯", 4, ["保养后", "机，油灯"]),
        ("保养后机。油灯", 4, ["保养后", "机。油灯"]),
        ("他说了好”然后走", 4, ["他说了", "好”然后", "走"]),
        ("真的！！！真的", 4, ["真", "的！！！", "真的"]),
        # 避尾: what opens is never last.
        ("他是（经理）人", 3, ["他是", "（经", "理）人"]),
        ("客户要《合同》", 4, ["客户要", "《合同》"]),
        # Words stay whole, spaces end lines and are not carried over.
        ("the brake failed", 9, ["the brake", "failed"]),
        ("the   brake", 5, ["the", "brake"]),
        ("买了 iPhone 手机", 6, ["买了", "iPhone", "手机"]),
        ("退款USD三百", 5, ["退款USD", "三百"]),
        # What is longer than a line is cut.
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("！！！！！！", 4, ["！！！！", "！！"]),
        ("one\n\ntwo", 9, ["one", "", "two"]),
        ("", 9, [""]),
        ("  in", 9, ["  in"]),
    ],
)
def test_lines_end_where_they_may(text, width, expected):
    assert lines(text, width) == expected


@given(st.text("中文，。！（）“”《》ab c\n￥1.", max_size=200), st.integers(4, 30))
def test_nothing_is_lost_and_no_line_is_too_wide(text, width):
    found = lines(text, width)
    assert all(len(line) <= width for line in found)
    assert "".join("".join(found).split()) == "".join(text.split())


@given(st.text("中文字说，。！（）《》", max_size=120), st.integers(8, 30))
def test_closing_marks_begin_no_line_and_opening_ones_end_none(text, width):
    whole = list(units(text))
    if any(len(unit) > width for unit in whole):
        return
    found = lines(text, width)
    assert not any(line and line[0] in NOT_FIRST for line in found[1:])
    assert not any(line and line[-1] in NOT_LAST for line in found[:-1])


def test_a_row_of_twenty_thousand_marks_is_cut_in_bounded_time():
    assert len(lines("，" * 20_000, 50)) == 400
