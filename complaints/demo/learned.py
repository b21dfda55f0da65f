"""What the demonstration's house has learned from its complaints: suggestions, lessons, a recurring cause."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import Department, User
from complaints.actions import causes, suggestions
from complaints.actions.evaluation import record_evaluation
from complaints.demo.told import read
from complaints.models import Category, Complaint, RootCause
from core import clock


def learn() -> None:
    """Done at the present moment, after everything else has happened."""
    told = read("learned")
    for fields in told["suggestions"]:
        _suggest(fields)
    for fields in told["lessons"]:
        words = {name: fields[name] for name in ("did_well", "to_improve", "next_time")}
        root_cause = RootCause.objects.get(code=fields["root_cause"])
        pk = _complaint(fields["customer"]).pk
        record_evaluation(pk, root_cause=root_cause, by=_user(fields["by"]), **words)
    _open_cause(told["cause"])


def _suggest(fields: dict[str, str]) -> None:
    kept = suggestions.keep_suggestion(_complaint(fields["customer"]).pk, text=fields["text"], by=_user(fields["by"]))
    if "answer" in fields:
        suggestions.answer_suggestion(
            kept.pk,
            state=fields["state"],
            answer=fields["answer"],
            reward=fields.get("reward", ""),
            by=_user(fields["answered_by"]),
        )


def _open_cause(fields: dict[str, str]) -> None:
    cause = causes.open_cause(
        department=Department.objects.get(code=fields["department"]),
        category=Category.objects.get(code=fields["category"]),
        what="category",
        note=fields["note"],
        by=_user(fields["by"]),
    )
    due_on = timezone.localdate(clock.now()) + timedelta(days=int(fields["days"]))
    causes.plan_action(cause.pk, what=fields["corrective_action"], due_on=due_on, by=_user(fields["planned_by"]))


def _complaint(customer: str) -> Complaint:
    return Complaint.objects.filter(contact_name=customer).latest("pk")


def _user(username: str) -> User:
    return User.objects.get(username=username)
