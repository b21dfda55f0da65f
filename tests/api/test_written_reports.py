"""Written reports through the API: drafted, sent, read, returned, acknowledged, printed. Source: API.md, `/report`."""

import io

import pypdfium2
import pytest

from complaints.models import Complaint
from tests.api.complaints import done
from tests.api.conftest import problem

BODY = {"kind": "written", "text": "She was called again.", "sections": {"cause": "An old brochure."}}


def made(answer):
    return done(answer, 201)


@pytest.fixture
def number(make_complaint, house):
    complaint = make_complaint(category_id=house.over_promising.pk, description="天窗没有。The roof is missing.")
    Complaint.objects.filter(pk=complaint.pk).update(state="evaluate", owner=house.handler)
    return complaint.number


def report_of(api, user, number, **body):
    return api(user).post(f"/api/v1/complaints/{number}/report", {**BODY, **body})


def test_the_least_body_sends_what_the_record_says(api, house, number):
    report = made(api(house.handler).post(f"/api/v1/complaints/{number}/report", {"kind": "written"}))
    assert (report["kind"], report["status"], report["complaint"]) == ("written", "submitted", number)
    assert report["department"] == "region"
    assert "天窗没有。" in report["sections"]["what_happened"]
    assert report["id"] == int(report["number"][2:].replace("-", ""))
    assert report["versions"][0]["answer"] is None


def test_from_draft_to_acknowledgement(api, house, number):
    draft = made(report_of(api, house.handler, number, submit=False))
    assert (draft["status"], draft["versions"], draft["submitted_at"]) == ("draft", [], None)
    assert draft["sections"]["remarks"] == "She was called again."
    sent = made(report_of(api, house.handler, number, to="director", sections={"lessons": "Check brochures."}))
    assert sent["id"] == draft["id"]
    assert (sent["sections"]["cause"], sent["sections"]["lessons"]) == ("An old brochure.", "Check brochures.")
    address = f"/api/v1/reports/{sent['id']}"
    returned = done(api(house.manager).post(f"{address}/return", {"question": "Who changed it?"}))
    assert (returned["status"], returned["versions"][0]["question"]) == ("returned", "Who changed it?")
    made(report_of(api, house.handler, number, sections={"cause": "Marketing changed it."}))
    problem(api(house.handler).post(f"{address}/acknowledge"), 403, "own_report")
    acknowledged = done(api(house.manager).post(f"{address}/acknowledge"))
    assert (acknowledged["status"], acknowledged["acknowledged_by"]) == ("acknowledged", "manager")
    assert [row["version"] for row in acknowledged["versions"]] == [2, 1]
    assert acknowledged["versions"][1]["sections"]["cause"] == "An old brochure."
    assert done(api(house.manager).post(f"{address}/acknowledge"))["acknowledged_by"] == "manager"
    problem(api(house.director).post(f"{address}/return", {"question": "Why?"}), 409, "already_decided")
    listed = done(api(house.auditor).get(f"/api/v1/complaints/{number}/reports"))
    assert [row["id"] for row in listed] == [sent["id"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"sections": {"nothing": "x"}}, "sections.nothing"),
        ({"sections": {"cause": 5}}, "sections.cause"),
        ({"sections": {"facts": " ", "what_happened": ""}}, "sections.what_happened"),
        ({"language": "fr"}, "language"),
        ({"to": "supervisor"}, "to"),
        ({"to": "nobody"}, "to"),
        ({"outcome": "upheld"}, "outcome"),
        ({"text": "x" * 20_001}, "text"),
    ],
)
def test_what_is_wrong_is_told_by_field(api, house, number, body, field):
    refused = problem(report_of(api, house.handler, number, **body), 400, "invalid")
    assert field in {error["field"] for error in refused["errors"]}


def test_a_report_too_early_is_a_conflict(api, house, number):
    Complaint.objects.update(state="execute")
    refused = problem(report_of(api, house.handler, number), 409, "transition_blocked")
    assert [row["code"] for row in refused["blocked_by"]] == ["report_too_early"]


def test_class_one_is_not_reported_in_writing(api, house, make_complaint):
    complaint = make_complaint(is_taken=True)
    refused = problem(report_of(api, house.clerk, complaint.number), 409, "transition_blocked")
    assert [row["code"] for row in refused["blocked_by"]] == ["no_written_report"]


def test_the_document_is_a_pdf_for_who_may_see_it(api, house, number):
    report = made(report_of(api, house.handler, number))
    address = f"/api/v1/reports/{report['id']}/document"
    answer = api(house.manager).get(address, HTTP_ACCEPT="application/pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"].startswith("attachment")
    words = "".join(
        page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(io.BytesIO(answer.content))
    )
    assert "天窗没有。" in words
    problem(api(house.east_supervisor).get(address), 404, "not_found")
    problem(api(house.manager).get("/api/v1/reports/2026999999/document"), 404, "not_found")
    problem(api(house.manager).get("/api/v1/reports/1/document"), 404, "not_found")


def test_a_question_is_needed(api, house, number):
    report = made(report_of(api, house.handler, number))
    problem(api(house.manager).post(f"/api/v1/reports/{report['id']}/return", {}), 400, "invalid")
    problem(api(house.manager).post(f"/api/v1/reports/{report['id']}/return", {"question": " "}), 400, "invalid")
