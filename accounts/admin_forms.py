"""The forms of the house in Django's admin: hours as people write them, roles as boxes to tick."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from accounts.action_admin import ActionForm
from accounts.actions import (
    CalendarDay,
    change_user,
    create_user,
    delegate_authority,
    save_calendar,
    save_department,
    set_roles,
)
from accounts.hours import days_text, hours_text, read_days, read_hours
from accounts.models import Calendar, Delegation, Department, User, Weekday
from accounts.passwords import set_password
from accounts.roles import Role


class HoursField(forms.CharField):
    """ "09:00-12:00, 13:30-18:00", or nothing on a day that is closed."""

    widget = forms.TextInput(attrs={"size": 40})

    def __init__(self, weekday: Weekday) -> None:
        super().__init__(label=weekday.label, required=False)

    def to_python(self, value: Any) -> Any:
        try:
            return read_hours(str(value or ""))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else hours_text(value or [])

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(hours_text(initial or []) != str(data or "").strip())


class DaysField(forms.CharField):
    """One dated exception on each line."""

    widget = forms.Textarea(attrs={"rows": 20, "cols": 100, "spellcheck": "false"})

    def to_python(self, value: Any) -> Any:
        try:
            return read_days(str(value or ""))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else days_text(value or [])

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(days_text(initial or []).split() != str(data or "").split())


class CalendarForm(ActionForm):
    monday = HoursField(Weekday.MONDAY)
    tuesday = HoursField(Weekday.TUESDAY)
    wednesday = HoursField(Weekday.WEDNESDAY)
    thursday = HoursField(Weekday.THURSDAY)
    friday = HoursField(Weekday.FRIDAY)
    saturday = HoursField(Weekday.SATURDAY)
    sunday = HoursField(Weekday.SUNDAY)
    days = DaysField(
        label=_("Days that differ"),
        required=False,
        help_text=_("One on each line: 2026-10-01 | closed | National Day, or 2026-10-10 | 09:00-18:00 | Make-up day."),
    )

    class Meta:
        model = Calendar
        fields = ["name", "time_zone", "country", "is_around_the_clock"]
        help_texts = {
            "time_zone": _("Such as Asia/Shanghai."),
            "country": _("Two letters, such as CN. Then choose “Import public holidays” in the list of calendars."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for slot in self.instance.slots.all():
                self.initial.setdefault(Weekday(slot.weekday).name.lower(), []).append((slot.opens, slot.closes))
            self.initial["days"] = [
                CalendarDay(row.on, row.slots, row.reason) for row in self.instance.exceptions.all()
            ]

    def apply(self) -> Calendar:
        entered = self.cleaned_data
        return save_calendar(
            self.instance.pk,
            name=entered["name"],
            time_zone=entered["time_zone"],
            country=entered["country"].upper(),
            is_around_the_clock=entered["is_around_the_clock"],
            weekly={weekday.value: entered[weekday.name.lower()] for weekday in Weekday},
            exceptions=entered["days"],
            by=self.by,
        )


class DepartmentForm(ActionForm):
    class Meta:
        model = Department
        fields = ["name", "code", "parent", "calendar", "head", "phone", "address", "language", "is_active"]
        help_texts = {
            "is_active": _("A closed department keeps its complaints and takes no new ones."),
            "code": _("Letters, digits and -. Imports and other systems know the department by it."),
            "parent": _("Only the head office belongs to none."),
            "head": _("Complaints about the head are hidden from everybody in the department."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["head"].queryset = User.objects.active().people()  # type: ignore[attr-defined]
        self.fields["parent"].queryset = Department.objects.active()  # type: ignore[attr-defined]

    def apply(self) -> Department:
        return save_department(self.instance.pk, **self.cleaned_data, by=self.by)


class UserForm(ActionForm):
    """A new user, or an old one: the user name stays, and everything else may change."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=Role.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    new_password = forms.CharField(
        label=_("New password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        required=False,
        help_text=_("Blank: it stays as it is. A new user without one sets it by mail."),
    )
    new_password_again = forms.CharField(
        label=_("New password once more"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        required=False,
    )

    class Meta:
        model = User
        fields = ["username", "name", "department", "email", "is_active"]
        labels = {"department": _("Department")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["roles"] = sorted(self.instance.role_set)
        if "department" in self.fields:
            self.fields["department"].required = True

    def clean(self) -> dict[str, Any]:
        entered: dict[str, Any] = super().clean() or self.cleaned_data
        password = entered.get("new_password", "")
        if password != entered.get("new_password_again", ""):
            self.add_error("new_password_again", _("The two passwords are not the same."))
        elif password:
            try:
                validate_password(password, self.instance)
            except forms.ValidationError as faults:
                self.add_error("new_password", faults)
        return entered

    def apply(self) -> User:
        return self._change() if self.instance.pk else self._create()

    def _create(self) -> User:
        entered = self.cleaned_data
        return create_user(
            entered["username"],
            name=entered["name"],
            department=entered["department"],
            roles=entered["roles"],
            password=entered["new_password"] or None,
            email=entered["email"],
            by=self.by,
        )

    def _change(self) -> User:
        entered, pk = self.cleaned_data, self.instance.pk
        if {"name", "department", "email", "is_active"} & set(self.changed_data):
            change_user(
                pk,
                name=entered["name"],
                department=entered["department"],
                email=entered["email"],
                is_active=entered["is_active"],
                by=self.by,
            )
        if "roles" in self.changed_data:
            set_roles(pk, entered["roles"], by=self.by)
        if entered["new_password"]:
            set_password(pk, entered["new_password"], by=self.by)
        return User.objects.get(pk=pk)


class DelegationForm(ActionForm):
    class Meta:
        model = Delegation
        fields = ["delegator", "delegate", "starts_at", "ends_at"]
        labels = {"delegator": _("Who is away"), "delegate": _("Who acts for them")}
        help_texts = {"delegate": _("Blank: nobody; the next in the department or above is asked.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("delegator", "delegate"):
            if name in self.fields:
                self.fields[name].queryset = User.objects.active().people()  # type: ignore[attr-defined]

    def apply(self) -> Delegation:
        entered = self.cleaned_data
        return delegate_authority(
            entered["delegator"].pk,
            delegate=entered["delegate"],
            starts_at=entered["starts_at"],
            ends_at=entered["ends_at"],
            by=self.by,
        )
