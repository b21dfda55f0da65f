"""Short questions about one complaint, each a page of its own: raise, lower, end, give, link."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.roles import refused
from complaints.forms.agree import (
    DeclineForm,
    DissatisfiedForm,
    NewFactsForm,
    NotAcceptedForm,
    NotFulfilledForm,
    ReferForm,
    ReopenForm,
)
from complaints.forms.case import (
    AssignForm,
    KeepSuggestionForm,
    LeaveForm,
    LinkForm,
    LowerForm,
    OutsideForm,
    QuestionForm,
    RaiseForm,
    VoidForm,
    WithdrawForm,
)
from complaints.views.case import back_to
from complaints.views.lookup import complaint_page, find_complaint, reader

Words = str | Promise


@dataclass(frozen=True)
class Question:
    """What is asked, what the button says and what is said when it was done. `permission` opens the page."""

    title: Words
    text: Words
    press: Words
    done: Words
    form: type[QuestionForm]
    permission: str
    is_final: bool = False
    wants_complaint: bool = False


QUESTIONS: dict[str, Question] = {
    "raise": Question(
        _("Raise to class 2"),
        _("It becomes a case with an owner. Everything recorded stays; a supervisor alone can lower it again."),
        _("Raise to class 2"),
        _("Raised to class 2"),
        RaiseForm,
        "complaints.raise_class",
    ),
    "lower": Question(
        _("Lower to class 1"),
        _("It goes back to the desk, at the first step without its record. The reasons for class 2 stay visible."),
        _("Lower to class 1"),
        _("Lowered to class 1"),
        LowerForm,
        "complaints.lower_class",
    ),
    "leave": Question(
        _("The customer left before the end"),
        _("It is closed with their satisfaction unknown. When they come back, a new complaint is linked to this one."),
        _("Close it"),
        _("Closed: the customer left before the end"),
        LeaveForm,
        "complaints.work_desk",
        is_final=True,
    ),
    "withdraw": Question(
        _("The customer withdraws it"),
        _("It ends here, with what came of it."),
        _("Note the withdrawal"),
        _("Withdrawn by the customer"),
        WithdrawForm,
        "complaints.work_desk",
        is_final=True,
    ),
    "void": Question(
        _("Logged by mistake"),
        _("It is left out of all figures. Nothing is deleted."),
        _("Mark as logged by mistake"),
        _("Marked as logged by mistake"),
        VoidForm,
        "complaints.void",
        is_final=True,
    ),
    "refer": Question(
        _("Refer to a court or an authority"),
        _("It ends here and goes on outside. Their reference and their date stay on the case."),
        _("Refer it"),
        _("Referred outside"),
        ReferForm,
        "complaints.work_desk",
        is_final=True,
    ),
    "declined": Question(
        _("Decline with reasons"),
        _(
            "The answer “No” is for a demand that is unreasonable and a customer with whom there will be no more"
            " business. If only one of the two holds, a supervisor decides."
        ),
        _("Decline it"),
        _("Declined"),
        DeclineForm,
        "complaints.work_case",
        is_final=True,
    ),
    "reopen": Question(
        _("Reopen"),
        _("The clocks start anew and the history stays. Class 1 begins again at the desk, the second time as a case."),
        _("Reopen it"),
        _("Reopened"),
        ReopenForm,
        "complaints.work_desk",
    ),
    "new_facts": Question(
        _("There are new facts"),
        _("The case goes back to the details; the facts are confirmed once more."),
        _("Go back to the details"),
        _("Back at the details"),
        NewFactsForm,
        "complaints.work_case",
    ),
    "not_accepted": Question(
        _("The customer does not accept it after all"),
        _("The case goes back to the options. The proposal of before counts no more."),
        _("Go back to the options"),
        _("Back at the options"),
        NotAcceptedForm,
        "complaints.work_case",
    ),
    "not_fulfilled": Question(
        _("It was not carried out"),
        _("The case goes back to the plan, which stays as it was agreed."),
        _("Go back to the plan"),
        _("Back at the plan"),
        NotFulfilledForm,
        "complaints.work_case",
    ),
    "dissatisfied": Question(
        _("The customer is dissatisfied"),
        _("The case goes back to the options. The proposal of before counts no more."),
        _("Go back to the options"),
        _("Back at the options"),
        DissatisfiedForm,
        "complaints.work_case",
    ),
    "gone_outside": Question(
        _("It has gone outside"),
        _(
            "A regulator’s letter, a post, a reporter’s call: kept here, triaged again, told to the leaders."
            " A letter starts the clocks of the law."
        ),
        _("Record it"),
        _("Recorded. The leaders on duty are told."),
        OutsideForm,
        "complaints.work_desk",
    ),
    "assign": Question(
        _("Give it to somebody"),
        _("A supervisor’s word holds at once; the new owner is told."),
        _("Give it"),
        _("Given"),
        AssignForm,
        "complaints.assign",
        wants_complaint=True,
    ),
    "keep_suggestion": Question(
        _("Keep a suggestion"),
        _("A reasonable suggestion found in it. It stands among the suggestions until a leader answers it."),
        _("Keep it"),
        _("Kept among the suggestions"),
        KeepSuggestionForm,
        "complaints.work_desk",
        wants_complaint=True,
    ),
    "link": Question(
        _("Link to another complaint"),
        _("Both show each other from then on."),
        _("Link them"),
        _("Linked"),
        LinkForm,
        "complaints.work_desk",
    ),
}


@complaint_page("GET", "POST")
def ask(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Ask one of the questions; the action behind the form says who may, and whether it is possible."""
    question = QUESTIONS[name]
    if not reader(request).has_perm(question.permission):
        raise refused(question.permission)
    complaint = find_complaint(request, number, "department")
    kwargs: dict[str, Any] = {"complaint": complaint} if question.wants_complaint else {}
    form = question.form(request.POST if request.method == "POST" else None, **kwargs)
    if request.method == "POST" and form.is_valid() and form.save(complaint, by=reader(request)) is not None:
        messages.success(request, str(question.done))
        return redirect(back_to(complaint, request))
    context = {"complaint": complaint, "question": question, "name": name, "form": form}
    return render(request, "complaints/question.html", context, status=422 if form.is_bound else 200)
