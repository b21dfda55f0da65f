"""Files as they come: encodings, line breaks inside quotes, quotes that are never closed."""

from pathlib import Path

import pytest

from complaints.importing.reading import Record, Refused, UnfitFile, found_encoding, open_table


def read(path: Path, *, encoding: str = "utf-8", columns: set[str] | None = None, **form) -> list[Record | Refused]:
    asked = {"delimiter": ",", "is_quoted": True, "header": (), **form}
    with path.open("rb") as file:
        return list(open_table(file, encoding=encoding, columns=columns or {"id"}, **asked))


@pytest.fixture
def write(tmp_path: Path):
    def put(content: str | bytes, encoding: str = "utf-8") -> Path:
        path = tmp_path / "complaints.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return put


@pytest.mark.parametrize(
    ("written", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("utf-16", "utf-16")],
)
def test_encoding_is_found_and_its_mark_is_no_part_of_the_first_column(write, written, found):
    path = write("id,内容\r\n1,发动机异响，漏油\r\n", written)
    assert found_encoding(path) == found
    assert read(path, encoding=found) == [Record(2, {"id": "1", "内容": "发动机异响，漏油"})]


def test_a_mark_is_no_part_of_the_first_column_when_the_mapping_says_plain_utf_8(write):
    assert read(write("id,text\n1,a\n", "utf-8-sig")) == [Record(2, {"id": "1", "text": "a"})]


def test_bytes_of_no_encoding_are_refused_as_a_whole_until_one_is_named(write):
    path = write(b"id,text\n1,good\n2,bad \xff\xff here\n3,good\n")
    with pytest.raises(UnfitFile, match=r"utf-8 fails at byte 21, gb18030 fails at byte 21"):
        found_encoding(path)
    rows = read(path)
    assert [row.line for row in rows if isinstance(row, Record)] == [2, 4]
    assert Refused(3, "", "The row holds bytes that are no utf-8.") in rows


def test_encoding_fault_is_found_across_blocks(write, monkeypatch):
    monkeypatch.setattr("complaints.importing.reading.BLOCK", 5)
    assert found_encoding(write("id,内容\n1,漏油漏油漏油\n")) == "utf-8"
    assert found_encoding(write("id,内容\n1,漏油漏油漏油\n", "gb18030")) == "gb18030"


def test_line_breaks_inside_quotes_belong_to_the_text_and_count_as_lines(write):
    path = write('id,text\r\n1,"one\r\ntwo, ""three"""\r\n\r\n2,next\r\n')
    assert read(path) == [
        Record(2, {"id": "1", "text": 'one\r\ntwo, "three"'}),
        Record(5, {"id": "2", "text": "next"}),
    ]


@pytest.mark.parametrize("bad", ['2,"never closed', '2,"closed" too early', '2,"never closed, "odd'])
def test_a_stray_quote_takes_only_its_own_line(write, bad):
    good = "".join(f'{number},"text, {number}"\n' for number in range(3, 9))
    rows = read(write(f"id,text\n1,first\n{bad}\n{good}"))
    assert [row.line for row in rows if isinstance(row, Refused)] == [3]
    assert [row.values["id"] for row in rows if isinstance(row, Record)] == ["1", *"345678"]
    assert [row.line for row in rows if isinstance(row, Record)] == [2, *range(4, 10)]


def test_a_quote_never_closed_in_a_long_file_is_given_up_after_the_longest_value(write):
    good = "".join(f"{number},{'x' * 90}\n" for number in range(2, 3_000))
    rows = read(write(f'id,text\n1,"open\n{good}'))
    assert [row.line for row in rows if isinstance(row, Refused)] == [2]
    assert len(rows) == 2_999


def test_rows_with_more_or_fewer_columns_are_refused(write):
    rows = read(write("id,text\n1\n2,a,b\n3,c\n"))
    assert [row.reason for row in rows if isinstance(row, Refused)] == [
        "The row has 1 columns instead of 2.",
        "The row has 3 columns instead of 2.",
    ]


def test_quotes_are_letters_where_the_mapping_says_so_and_it_brings_the_header(write):
    path = write('1\tthe "red" car\n2\t"open\n')
    rows = read(path, delimiter="\t", is_quoted=False, header=("id", "text"))
    assert [row.values["text"] for row in rows if isinstance(row, Record)] == ['the "red" car', '"open']


@pytest.mark.parametrize(
    ("content", "columns", "sentence"),
    [
        ("id,text\n", {"id", "narrative"}, "has no column “narrative”. It has “id”, “text”."),
        ("id,id\n1,2\n", {"id"}, "has the column “id” more than once"),
        ("\n1,2\n", {"id"}, "has no header"),
        ('"id\n', {"id"}, "The first line cannot be split"),
        ("内容,编号\n", {"id"}, "It has “内容”, “编号”"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_before_its_first_row(write, content, columns, sentence):
    with pytest.raises(UnfitFile, match=sentence):
        read(write(content), columns=columns)


def test_a_wrong_encoding_shows_in_the_header_it_reads(write):
    with pytest.raises(UnfitFile, match=r"read as utf-8, has no column “编号”\. It has “\?+"):
        read(write("编号,内容\n", "gb18030"), columns={"编号"})


def test_a_line_without_an_end_is_not_read_into_memory(write, monkeypatch):
    monkeypatch.setattr("complaints.importing.reading.LONGEST_LINE", 1_000)
    with pytest.raises(UnfitFile, match="Line 2 has over 1,000 characters"):
        read(write("id,text\n1," + "x" * 5_000))


def test_null_bytes_do_not_stop_the_reading(write):
    assert [row.values["text"] for row in read(write("id,text\n1,a\0b\n")) if isinstance(row, Record)] == ["a\0b"]
