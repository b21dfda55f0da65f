"""The whole run over a file: all or nothing of the file as such, then every good row exactly once."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from complaints.actions.import_rows import import_rows
from complaints.importing import run as import_run
from complaints.importing.report import Progress
from complaints.models import Category, Complaint, ExternalReference
from complaints.search import COMPLAINTS
from events.models import Event, EventHead
from tests.house import House

MAPPING = """
source = "old"
[external_id]
column = "id"
[received]
column = "on"
formats = ["%Y-%m-%d"]
zone = "Asia/Shanghai"
[texts.description]
any_of = [["text"], ["issue"]]
[texts.phone]
any_of = [["phone"]]
[category]
columns = ["issue"]
parent = "other"
"""


class Files:
    """A folder with a mapping, in which files are written and imported."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mapping = folder / "mine.toml"
        self.mapping.write_text(MAPPING)
        self.report = folder / "refused.csv"

    def write(self, rows: list[str], encoding: str = "utf-8", name: str = "old.csv") -> Path:
        path = self.folder / name
        path.write_bytes("\n".join(["id,on,text,issue,phone", *rows, ""]).encode(encoding))
        return path

    def take(self, path: Path, **options) -> str:
        out = StringIO()
        call_command(
            "import_complaints", path, **{"mapping": str(self.mapping), "report": self.report, **options}, stdout=out
        )
        return out.getvalue()

    @property
    def refused(self) -> list[list[str]]:
        with self.report.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))[1:]


@pytest.fixture
def files(tmp_path: Path, house: House) -> Files:
    return Files(tmp_path)


def good(first: int, last: int) -> list[str]:
    return [f"{number},2026-01-02,text {number},noise," for number in range(first, last + 1)]


def assert_exactly_one_of_each(count: int) -> None:
    assert Complaint.objects.count() == ExternalReference.objects.count() == count
    assert Event.objects.filter(subject_type="complaint").count() == count
    assert EventHead.objects.filter(subject_type="complaint").count() == count
    assert len(COMPLAINTS.match("text", limit=10_000)) == count


def test_good_rows_are_in_and_bad_ones_are_reported_with_line_and_reason(files):
    path = files.write(
        [*good(1, 60), "61,never,x,,", ",2026-01-02,x,,", "62,2026-01-02,,,", '63,2026-01-02,"x', *good(64, 70)]
    )
    said = files.take(path)
    assert "71 rows, 67 added, 0 there already, 4 refused" in said
    assert str(files.report) in said
    assert [(line, external_id) for line, external_id, _reason in files.refused] == [
        ("62", "61"),
        ("63", ""),
        ("64", "62"),
        ("65", ""),
    ]
    assert files.refused[0][2] == "“on” is no date of the form %Y-%m-%d: “never”."
    assert_exactly_one_of_each(67)


def test_a_second_run_adds_nothing(files):
    path = files.write(good(1, 120))
    files.take(path)
    assert "0 added, 120 there already, 0 refused" in files.take(path)
    assert_exactly_one_of_each(120)


def test_a_run_that_was_cut_off_goes_on(files, monkeypatch):
    path = files.write(good(1, 170))
    batches = []

    def die_in_the_third(*args, **kwargs):
        batches.append(1)
        if len(batches) == 3:
            raise SystemExit
        return import_rows(*args, **kwargs)

    monkeypatch.setattr(import_run, "import_rows", die_in_the_third)
    with pytest.raises(SystemExit):
        files.take(path)
    assert_exactly_one_of_each(100)
    monkeypatch.undo()
    assert "70 added, 100 there already" in files.take(path)
    assert_exactly_one_of_each(170)


@pytest.mark.parametrize("step", ["record_first_events", "take_numbers", "_open_deadlines"])
def test_a_crash_in_the_middle_of_a_batch_leaves_nothing_of_it(files, monkeypatch, step):
    path = files.write(good(1, 30))

    def die(*args, **kwargs):
        raise SystemExit

    monkeypatch.setattr(f"complaints.actions.import_rows.{step}", die)
    with pytest.raises(SystemExit):
        files.take(path)
    assert_exactly_one_of_each(0)
    monkeypatch.undo()
    files.take(path)
    assert_exactly_one_of_each(30)


def test_ctrl_c_says_how_to_go_on(files, monkeypatch):
    path = files.write(good(1, 60))

    def press(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(import_run, "import_rows", press)
    with pytest.raises(CommandError, match=r"Stopped after 50 rows; 0 are in\. Run it again"):
        files.take(path)


def test_a_row_that_the_action_refuses_does_not_spoil_its_batch(files):
    path = files.write([*good(1, 20), "21,2026-01-02,text,noise,not a phone", *good(22, 40)])
    assert "39 added, 0 there already, 1 refused" in files.take(path)
    ((line, external_id, reason),) = files.refused
    assert (line, external_id) == ("22", "21")
    assert reason
    assert_exactly_one_of_each(39)


def test_an_id_that_comes_twice_is_taken_once(files):
    assert "60 added, 40 there already" in files.take(files.write([*good(1, 60), *good(1, 40)]))


def test_dry_run_says_what_would_be_and_writes_only_the_report(files):
    path = files.write([*good(1, 60), *good(1, 5), "x,never,x,,"])
    said = files.take(path, dry_run=True)
    assert "60 would be added, 5 there already, 1 refused" in said
    assert "1 categories would be new" in said
    assert len(files.refused) == 1
    assert_exactly_one_of_each(0)
    assert not Category.objects.filter(code="other").exists()


def test_values_become_sub_categories_once(files):
    rows = [
        f"{number},2026-01-02,text,{issue}," for number, issue in enumerate(["噪音", "noise", "噪音", "smell"] * 30)
    ]
    assert "3 categories new" in files.take(files.write(rows))
    assert set(Category.objects.filter(parent__code="other").values_list("name_en", flat=True)) == {
        "噪音",
        "noise",
        "smell",
    }


def test_a_column_of_free_text_does_not_fill_the_tree(files, monkeypatch):
    monkeypatch.setattr(import_run, "MOST_NEW_CATEGORIES", 20)
    with pytest.raises(CommandError, match="“issue” would make more than 20 new categories"):
        files.take(files.write([f"{number},2026-01-02,text,issue {number}," for number in range(30)]))


def test_gb18030_is_found_out(files):
    files.take(files.write(["1,2026-01-02,变速箱异响,,"], "gb18030"))
    assert Complaint.objects.get().description == "变速箱异响"


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ('[department]\ndefault = "moon"', "names the department moon, which is not there"),
        ('[texts.title]\nany_of = [["headline"]]', "has no column “headline”"),
        ("[channel]\ndefault = 7", "channel.default must be a text"),
    ],
)
def test_what_is_wrong_with_the_whole_is_said_before_the_first_row(files, told, sentence):
    files.mapping.write_text(f"{MAPPING}\n{told}\n")
    with pytest.raises(CommandError, match=sentence):
        files.take(files.write(good(1, 5)))
    assert_exactly_one_of_each(0)


def test_a_category_that_is_not_there_is_said_before_the_first_row(files):
    files.mapping.write_text(MAPPING.replace('parent = "other"', 'parent = "engines"'))
    with pytest.raises(CommandError, match="names the category engines, which is not there"):
        files.take(files.write(good(1, 5)))


def test_files_that_are_none(files, tmp_path):
    with pytest.raises(CommandError, match=r"nothing\.csv is no file"):
        files.take(tmp_path / "nothing.csv")
    (tmp_path / "empty.csv").touch()
    with pytest.raises(CommandError, match="is empty"):
        files.take(tmp_path / "empty.csv")


def test_without_a_house_there_is_nowhere_to_import_to(db, tmp_path):
    files = Files(tmp_path)
    with pytest.raises(CommandError, match=r"Run `manage\.py setup` first"):
        files.take(files.write(good(1, 2)))


def test_the_mapping_that_fits_is_found(files):
    path = files.folder / "cars.csv"
    path.write_text(
        "投诉编号,投诉品牌,投诉车系,投诉车型,投诉简述,投诉问题,问题类型,投诉日期\n1,别克,君威,2021款,异响,车身,异响,2024-01-29\n"
    )
    assert "cars.csv (car-zh, utf-8): 1 rows, 1 added" in files.take(path, mapping=None)
    with pytest.raises(CommandError, match="No known mapping fits this file"):
        files.take(files.write(good(1, 2)), mapping=None)


def test_who_imports_may_be_named(files, house):
    files.take(files.write(good(1, 2)), by="director")
    assert {row.recorded_by for row in Complaint.objects.all()} == {house.director}
    with pytest.raises(CommandError, match="There is no user nobody"):
        files.take(files.write(good(1, 2)), by="nobody")
    with pytest.raises(CommandError, match="clerk may not import: that needs a manager"):
        files.take(files.write(good(1, 2)), by="clerk")


def test_the_report_is_no_formula_and_lies_in_the_data_folder(files):
    path = files.write(["=cmd(),never,x,,"], name="dirty.csv")
    files.take(path, report=None)
    report = settings.DATA_DIR / "imports" / "dirty.refused.csv"
    assert "'=cmd()" in report.read_text(encoding="utf-8-sig")
    files.take(files.write(good(1, 2), name="dirty.csv"), report=None)
    assert not report.exists()


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_a_bar_on_a_terminal_and_lines_elsewhere(monkeypatch):
    monkeypatch.setattr("complaints.importing.report.EVERY_SECONDS", 0)
    bar, lines = Terminal(), StringIO()
    for out in (bar, lines):
        progress = Progress(1_000, out)
        for rows in range(1, 2_501):
            progress.show(rows, rows // 3)
        progress.end()
    assert "[############" in bar.getvalue()
    assert lines.getvalue() == "1,000 rows, 33%\n2,000 rows, 67%\n"
