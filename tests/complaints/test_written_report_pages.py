"""The pages of a written report: written, read, answered, printed; and the list of those to read."""

import io

import pypdfium2
import pytest
from django.urls import reverse

from complaints.actions.evaluation import record_evaluation
from complaints.actions.written_reports import return_report, save_report, submit_report
from complaints.models import Complaint, WrittenReport
from complaints.root_causes import ensure_starter_root_causes
from complaints.written.page import compared
from tests.complaints.evaluated import told
from tests.complaints.pages import client_of, statements, text_of, url

WORDS = {"what_happened": "全景天窗是标配。", "facts": "The brochure says so.", "cause": "An old brochure."}


@pytest.fixture
def case(make_complaint, house):
    complaint = make_complaint(category_id=house.over_promising.pk)
    Complaint.objects.filter(pk=complaint.pk).update(state="evaluate", owner=house.handler)
    complaint.refresh_from_db()
    return complaint


def submit(case, house, **words):
    return submit_report(case.pk, sections=WORDS | words, language="en", by=house.handler)


def typed(client, case, **changed):
    """What the editor's form holds, as a browser would send it."""
    form = client.get(url("edit_report", case)).context["form"]
    return values(form) | changed


def values(form):
    return {name: "" if form[name].value() is None else form[name].value() for name in form.fields}


def test_who_may_write_is_led_to_a_draft_from_the_record(case, house):
    client = client_of(house.handler)
    assert client.get(url("written_report", case)).url == url("edit_report", case)
    page = client.get(url("edit_report", case))
    assert case.description in page.context["form"]["what_happened"].value()
    assert "This is drafted from the record" in text_of(page)
    assert not WrittenReport.objects.exists()


def test_the_draft_comes_in_chinese_too(case, house):
    page = client_of(house.handler).get(url("edit_report", case) + "?draft=zh-hans")
    assert page.context["form"]["language"].value() == "zh-hans"


def test_it_is_kept_and_sent_without_scripts(case, house):
    client = client_of(house.handler)
    kept = client.post(url("edit_report", case), typed(client, case, cause="An old brochure.", keep="1"))
    assert kept.status_code == 302
    assert WrittenReport.objects.get().state == "draft"
    sent = client.post(url("edit_report", case), typed(client, case, send="1"))
    assert sent.url == url("written_report", case)
    assert WrittenReport.objects.get().state == "submitted"
    page = text_of(client.get(url("written_report", case)))
    assert "An old brochure." in page
    assert "Acknowledge the report" not in page
    assert client.get(url("edit_report", case)).url == url("written_report", case)


def test_what_is_missing_is_said_at_its_section(case, house):
    client = client_of(house.handler)
    answer = client.post(url("edit_report", case), typed(client, case, facts=" ", cause="Kept words", send="1"))
    assert answer.status_code == 422
    assert "Write something under “The facts”" in text_of(answer)
    assert "Kept words" in text_of(answer)
    assert not WrittenReport.objects.exists()


def test_two_who_write_see_both_texts(case, house):
    client = client_of(house.handler)
    mine = typed(client, case, cause="My cause", keep="1")
    save_report(case.pk, sections=WORDS | {"cause": "Their cause"}, language="en", by=house.supervisor)
    answer = client.post(url("edit_report", case), mine)
    assert answer.status_code == 409
    text = text_of(answer)
    assert "My cause" in text
    assert "Their cause" in text
    assert "Supervisor wrote at this report" in text
    again = values(answer.context["form"]) | {"keep": "1"}
    assert client.post(url("edit_report", case), again).status_code == 302
    assert WrittenReport.objects.get().sections["cause"] == "My cause"


def test_the_reader_acknowledges_with_one_press(case, house):
    submit(case, house)
    client = client_of(house.manager)
    bar = client.get(case.get_absolute_url()).context["page"].next_bar
    assert [press.url for press in bar.presses] == [url("written_report", case)]
    page = client.get(url("written_report", case))
    assert "Acknowledge the report" in text_of(page)
    assert client.post(url("acknowledge_report", case)).status_code == 302
    assert WrittenReport.objects.get().answered_by == house.manager


def test_it_is_returned_with_a_question_and_answered(case, house):
    submit(case, house)
    reader, writer = client_of(house.manager), client_of(house.handler)
    empty = reader.post(url("return_report", case), {"question": " "})
    assert empty.status_code == 422
    assert "Write what you want to know" in text_of(empty)
    reader.post(url("return_report", case), {"question": "Who changed it?"})
    assert "Who changed it?" in text_of(writer.get(url("edit_report", case)))
    bar = writer.get(case.get_absolute_url()).context["page"].next_bar
    assert bar.title == "Manager asks something about the written report."
    assert "to answer" in text_of(writer.get("/"))
    writer.post(url("edit_report", case), typed(writer, case, cause="Marketing did.", send="1"))
    page = text_of(reader.get(url("written_report", case)))
    assert "<del>" in page
    assert "<ins>" in page
    assert "Version 2" in page


def test_the_one_who_owns_the_case_is_told_to_write_it(case, house):
    """First the customer is asked; when all is said of the outcome, the report is the one thing that is due."""
    client = client_of(house.handler)
    bar = client.get(case.get_absolute_url()).context["page"].next_bar
    assert [press.url for press in bar.presses][::2] == [url("evaluate", case), url("edit_report", case)]
    ensure_starter_root_causes()
    record_evaluation(case.pk, **told(), by=house.handler)
    bar = client.get(case.get_absolute_url()).context["page"].next_bar
    assert [press.url for press in bar.presses] == [url("edit_report", case)]


def test_the_paper_is_a_file_with_the_words_that_were_sent(case, house):
    submit(case, house, remarks="<script>alert(1)</script> 😡")
    answer = client_of(house.manager).get(url("report_document", case))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith('attachment; filename="R-2026-')
    pages = pypdfium2.PdfDocument(io.BytesIO(answer.content))
    words = "".join(page.get_textpage().get_text_bounded() for page in pages)
    assert "全景天窗是标配。" in words
    assert "<script>alert(1)</script> □" in words
    assert client_of(house.manager).get(url("report_document", case)).content == answer.content
    assert client_of(house.east_supervisor).get(url("report_document", case)).status_code == 404


def test_a_paper_of_a_draft_says_so(case, house):
    save_report(case.pk, sections=WORDS, language="zh-hans", by=house.handler)
    answer = client_of(house.handler).get(url("report_document", case))
    words = pypdfium2.PdfDocument(io.BytesIO(answer.content))[0].get_textpage().get_text_bounded()
    assert WrittenReport.objects.get().number in words


def test_nothing_to_print_leads_to_the_page(case, house):
    assert client_of(house.manager).get(url("report_document", case)).url == url("written_report", case)


def test_reports_to_read_and_my_own(case, house):
    report = submit(case, house)
    address = reverse("complaints:reports_to_read")
    waiting = client_of(house.manager).get(address)
    assert waiting.context["waiting"] == [report]
    assert "to read" in text_of(client_of(house.manager).get("/"))
    assert "No report waits for you" in text_of(client_of(house.supervisor).get(address))
    mine = client_of(house.handler).get(address)
    assert list(mine.context["mine"]) == [report]
    return_report(report.pk, question="Why?", by=house.manager)
    assert "Returned with a question" in text_of(client_of(house.handler).get(address))
    assert client_of(house.administrator).get(address).status_code == 403


def test_a_page_costs_the_same_with_many_versions(case, house):
    submit(case, house)
    client = client_of(house.manager)
    few = statements(client, url("written_report", case))
    for n in range(4):
        report = WrittenReport.objects.get()
        return_report(report.pk, question=f"Why {n}?", by=house.manager)
        submit(case, house, cause=f"Because {n}")
    assert statements(client, url("written_report", case)) == few


@pytest.mark.parametrize(
    ("old", "new", "looks"),
    [
        ("a\nb\nc", "a\nx\nc", ["same", "gone", "new", "same"]),
        ("", "x", ["new"]),
        ("a", "", ["gone"]),
        ("a\n" * 1500, "b\n" * 1500, ["gone"] * 1501 + ["new"] * 1501),
    ],
)
def test_what_changed_is_told_line_by_line(old, new, looks):
    assert [line.look for line in compared(old, new)] == looks
