"""Paths of one complaint, in full; `complaints.urls` takes them in."""

from django.urls import URLPattern, path, register_converter

from complaints.views import (
    attachments,
    case,
    desk,
    evaluation,
    outside,
    questions,
    record,
    slip,
    stage,
    talks,
    together,
    waiting,
    written_report,
)


class NumberConverter:
    """A complaint's number, so that other words after `complaints/` stay free."""

    regex: str = r"C-\d{4}-\d{6,9}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(NumberConverter, "number")

ONE = "complaints/<number:number>/"
FILE = f"{ONE}attachments/<int:attachment_id>/"

case_urls: list[URLPattern] = [
    path(ONE, case.show, name="detail"),
    path(f"{ONE}live/", case.live, name="live"),
    path(f"{ONE}entries/add/", case.add_entry, name="add_entry"),
    path(f"{ONE}deadlines/<int:deadline_id>/why/", case.why_deadline, name="why_deadline"),
    path(f"{ONE}act/", case.act, name="act"),
    path(f"{ONE}evaluate/", evaluation.evaluate, name="evaluate"),
    path(f"{ONE}templates/", talks.pick_template, name="pick_template"),
    path(f"{ONE}entries/fill/", talks.fill_entry, name="fill_entry"),
    path(f"{ONE}talks/<int:talk_id>/correct/", talks.correct, name="correct_talk"),
    path(f"{ONE}talks/<int:talk_id>/send-again/", talks.send_again, name="send_again"),
    path(f"{ONE}wait/", waiting.wait, name="wait"),
    path(f"{ONE}resume/", waiting.resume, name="resume"),
    path(f"{ONE}outside/<int:matter_id>/", outside.change, name="change_matter"),
    path(f"{ONE}outside/<int:matter_id>/accept/", outside.accept, name="accept_matter"),
    path(f"{ONE}outside/<int:matter_id>/answer/", outside.answer, name="answer_matter"),
    path(f"{ONE}clocks/<int:clock_id>/extend/", outside.extend, name="extend_statutory"),
    path(f"{ONE}go-on/<slug:name>/", stage.press, name="go_on"),
    path(f"{ONE}details/", stage.details, name="details"),
    path(f"{ONE}questions/", stage.ask, name="ask_question"),
    path(f"{ONE}questions/<int:question_id>/answer/", stage.answer, name="answer"),
    path(f"{ONE}execution/", stage.execution, name="execution"),
    path(f"{ONE}record/edit/", record.edit, name="edit"),
    path(f"{ONE}written-report/", written_report.show, name="written_report"),
    path(f"{ONE}written-report/edit/", written_report.edit, name="edit_report"),
    path(f"{ONE}written-report/acknowledge/", written_report.acknowledge, name="acknowledge_report"),
    path(f"{ONE}written-report/return/", written_report.send_back, name="return_report"),
    path(f"{ONE}written-report/report.pdf", written_report.document, name="report_document"),
    path(f"{ONE}slip/", slip.slip, name="slip"),
    path(f"{ONE}slip/qr.svg", slip.qr, name="slip_qr"),
    path(f"{ONE}desk/", desk.show, name="desk"),
    path(f"{ONE}desk/change/", desk.change, name="change_desk"),
    path(f"{ONE}desk/call-supervisor/", desk.call, name="call_supervisor"),
    path(f"{ONE}desk/assess/", desk.assess, name="assess_desk"),
    path(f"{ONE}desk/<slug:step>/finish/", desk.finish, name="finish_step"),
    path(f"{ONE}desk/<slug:step>/correct/", desk.correct, name="correct_step"),
    path(f"{ONE}attachments/", attachments.show_all, name="attachments"),
    path(f"{FILE}", attachments.show, name="attachment"),
    path(f"{FILE}file/", attachments.download, name="attachment_file"),
    path(f"{FILE}pictures/<slug:which>/", attachments.picture, name="attachment_picture"),
    path(f"{FILE}withdraw/", attachments.withdraw, name="withdraw_attachment"),
    path(f"{ONE}hand-over/", together.hand_over, name="hand_over"),
    path(f"{ONE}hand-over/accept/", together.accept_offer, name="accept_offer"),
    path(f"{ONE}hand-over/decline/", together.decline_offer, name="decline_offer"),
    path(f"{ONE}hand-over/withdraw/", together.withdraw_offer, name="withdraw_offer"),
    path(f"{ONE}senior/", together.senior, name="senior"),
    path(f"{ONE}meeting/", together.meeting, name="meeting"),
    path(f"{ONE}group/", together.join_group, name="join_group"),
    *(
        path(f"{ONE}{name.replace('_', '-')}/", questions.ask, {"name": name}, name=name)
        for name in questions.QUESTIONS
    ),
]
