"""What one may look for: words, and what narrows them down."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat, LPad
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from accounts.scope import scope_of
from complaints.codes import SeverityClass, State
from complaints.forms.fields import Day
from complaints.models import Category, OutsideMatter
from complaints.querysets import ComplaintQuerySet

# What a search field takes; what is longer is searched by its beginning.
LONGEST_QUERY = 200
STATES = [("", _("all")), ("open", pgettext_lazy("complaint", "open")), ("ended", _("ended")), *State.choices]
OWNERS = [("", _("anybody")), ("me", _("me")), ("nobody", _("nobody"))]
COLLEAGUES_SHOWN = 100


def choices_for(user: User) -> dict[str, list[tuple[int, str]]]:
    """Departments, categories and colleagues that this user may choose, each in its order: one statement."""
    scope = scope_of(user)
    reach = Department.objects.all()
    if not scope.sees_all:
        reach = reach.filter(pk__in=scope.department_ids)
    colleagues = User.objects.active().people().filter(department=user.department_id).exclude(pk=user.pk)
    shown = User.objects.filter(pk__in=colleagues.order_by("name").values("pk")[:COLLEAGUES_SHOWN])
    name = "name_zh" if (get_language() or "").startswith("zh") else "name_en"
    position = LPad(Cast("position", CharField()), 5, Value("0"))
    rows = _choices("department", reach, "name", F("path")).union(
        _choices("category", Category.objects.all(), name, Concat(position, F("code"))),
        _choices("owner", shown, "name", F("name")),
    )
    found: dict[str, list[tuple[int, str]]] = {"department": [], "category": [], "owner": []}
    for field, pk, words, _place in sorted(rows, key=lambda row: str(row[3])):
        found[field].append((pk, words))
    return found


def _choices(field: str, rows: QuerySet[Any], name: str, place: Any) -> QuerySet[Any, tuple[str, int, str, str]]:
    """(field, id, name, place) of each; `place` sorts them."""
    text = CharField()
    told = (Value(field, text), F("pk"), Cast(name, text), Cast(place, text))
    return rows.order_by().values_list(*told)


class SearchForm(forms.Form):
    """Filters beside the words. Only what the reader may see can be chosen."""

    q = forms.CharField(label=_("Words, number, name or phone"), required=False)
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)
    severity = forms.TypedChoiceField(
        label=_("Class"),
        choices=[("", _("all")), *SeverityClass.choices],
        required=False,
        coerce=int,
        empty_value=None,
    )
    department = forms.TypedChoiceField(label=_("Department"), required=False, coerce=int, empty_value=None)
    category = forms.TypedChoiceField(label=_("Category"), required=False, coerce=int, empty_value=None)
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    since = Day(label=_("Received from"))
    until = Day(label=_("to"), may_come=True)
    reference = forms.CharField(label=_("Authority’s reference"), required=False, max_length=80)
    answer_by = Day(label=_("Authority wants an answer by"), may_come=True)

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self.user = user
        found = choices_for(user)
        self._offer("department", [("", _("all")), *found["department"]])
        self._offer("category", [("", _("all")), *found["category"]])
        self._offer("owner", [*OWNERS, *((str(pk), name) for pk, name in found["owner"])])

    def _offer(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_q(self) -> str:
        return " ".join(str(self.cleaned_data["q"]).split())[:LONGEST_QUERY]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The end comes before the beginning."))
        return cleaned

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.get(name) for name in self.fields if name != "q")

    def narrow(self, rows: ComplaintQuerySet) -> ComplaintQuerySet:
        given = self.cleaned_data
        if given["state"] in ("open", "ended"):
            rows = rows.filter(ended_at__isnull=given["state"] == "open")
        elif given["state"]:
            rows = rows.filter(state=given["state"])
        if given["severity"]:
            rows = rows.filter(severity_class=given["severity"])
        if given["department"]:
            rows = rows.filter(department=given["department"])
        if given["category"]:
            rows = rows.filter(category=given["category"])
        if given["owner"]:
            owner = {"me": self.user.pk, "nobody": None}.get(given["owner"], given["owner"])
            rows = rows.filter(owner=owner)
        if given["since"]:
            rows = rows.filter(received_at__gte=start_of(given["since"]))
        if given["until"]:
            rows = rows.filter(received_at__lt=start_of(given["until"] + timedelta(days=1)))
        return self._narrow_outside(rows)

    def _narrow_outside(self, rows: ComplaintQuerySet) -> ComplaintQuerySet:
        given = self.cleaned_data
        if given["reference"]:
            rows = rows.filter(gone_outside(reference__istartswith=given["reference"].strip()))
        if given["answer_by"]:
            rows = rows.filter(gone_outside(answer_by__lte=given["answer_by"], answered_at=None))
        return rows


def gone_outside(**how: Any) -> Exists:
    """Complaints of which somebody outside has such a matter."""
    return Exists(OutsideMatter.objects.filter(complaint=OuterRef("pk"), **how))


def start_of(day: date) -> datetime:
    """Midnight where the reader works."""
    return timezone.make_aware(datetime.combine(day, time()))
