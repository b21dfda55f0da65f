"""Paths of one complaint, in full; `complaints.urls` takes them in."""

from django.urls import URLPattern, path, register_converter

from complaints.views import case, desk, questions, record, slip, together


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
    path(f"{ONE}record/edit/", record.edit, name="edit"),
    path(f"{ONE}slip/", slip.slip, name="slip"),
    path(f"{ONE}slip/qr.svg", slip.qr, name="slip_qr"),
    path(f"{ONE}desk/", desk.show, name="desk"),
    path(f"{ONE}desk/change/", desk.change, name="change_desk"),
    path(f"{ONE}desk/call-supervisor/", desk.call, name="call_supervisor"),
    path(f"{ONE}desk/assess/", desk.assess, name="assess_desk"),
    path(f"{ONE}desk/<slug:step>/finish/", desk.finish, name="finish_step"),
    path(f"{ONE}desk/<slug:step>/correct/", desk.correct, name="correct_step"),
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
