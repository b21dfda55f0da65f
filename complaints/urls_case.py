"""Paths of one complaint, in full; `complaints.urls` takes them in."""

from django.urls import URLPattern, path, register_converter

from complaints.views import case, desk, questions, record, slip, stage


class NumberConverter:
    """A complaint's number, so that other words after `complaints/` stay free."""

    regex: str = r"C-\d{4}-\d{6,9}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(NumberConverter, "number")

ONE = "complaints/<number:number>/"

case_urls: list[URLPattern] = [
    path(ONE, case.show, name="detail"),
    path(f"{ONE}live/", case.live, name="live"),
    path(f"{ONE}entries/add/", case.add_entry, name="add_entry"),
    path(f"{ONE}deadlines/<int:deadline_id>/why/", case.why_deadline, name="why_deadline"),
    path(f"{ONE}act/", case.act, name="act"),
    path(f"{ONE}go-on/<slug:name>/", stage.press, name="go_on"),
    path(f"{ONE}details/", stage.details, name="details"),
    path(f"{ONE}questions/", stage.ask, name="ask_question"),
    path(f"{ONE}questions/<int:question_id>/answer/", stage.answer, name="answer"),
    path(f"{ONE}execution/", stage.execution, name="execution"),
    path(f"{ONE}record/edit/", record.edit, name="edit"),
    path(f"{ONE}slip/", slip.slip, name="slip"),
    path(f"{ONE}slip/qr.svg", slip.qr, name="slip_qr"),
    path(f"{ONE}desk/", desk.show, name="desk"),
    path(f"{ONE}desk/change/", desk.change, name="change_desk"),
    path(f"{ONE}desk/call-supervisor/", desk.call, name="call_supervisor"),
    path(f"{ONE}desk/assess/", desk.assess, name="assess_desk"),
    path(f"{ONE}desk/<slug:step>/finish/", desk.finish, name="finish_step"),
    path(f"{ONE}desk/<slug:step>/correct/", desk.correct, name="correct_step"),
    *(
        path(f"{ONE}{name.replace('_', '-')}/", questions.ask, {"name": name}, name=name)
        for name in questions.QUESTIONS
    ),
]
