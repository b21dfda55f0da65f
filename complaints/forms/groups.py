"""What the pages of a group complaint ask."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints.actions import group_talks, groups
from complaints.codes import Direction, Medium
from complaints.forms.case import LONGEST_TALK_MINUTES
from complaints.forms.fields import PastMoment, Words
from complaints.forms.refusals import save_with
from complaints.models import Complaint, ComplaintGroup
from core.forms import Picks

_BETWEEN = re.compile(r"[\s,，;；、]+")


class GroupForm(forms.Form):
    """A form about a group; `save` answers None when a field was refused."""

    use_required_attribute = False

    def act(self, group: ComplaintGroup, by: User) -> object:
        raise NotImplementedError

    def save(self, group: ComplaintGroup, *, by: User) -> object:
        return save_with(self, lambda: self.act(group, by))


class OpenGroupForm(forms.Form):
    use_required_attribute = False
    title = Words(label=_("What it is about"), max_length=160, widget=forms.TextInput(attrs={"data-autofocus": True}))
    numbers = Words(
        label=_("Numbers of the complaints"),
        max_length=2000,
        help_text=_("With spaces or commas between them. More can join later."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def save(self, *, by: User) -> ComplaintGroup | None:
        numbers = [each for each in _BETWEEN.split(self.cleaned_data["numbers"]) if each]
        title = self.cleaned_data["title"]
        return save_with(self, lambda: groups.open_group(numbers, title=title, by=by))


class JoinGroupForm(forms.Form):
    """Into which group a complaint goes: an open one that its reader sees, or a new one."""

    use_required_attribute = False
    group = forms.ModelChoiceField(
        ComplaintGroup.objects.none(),
        label=_("Into this group"),
        required=False,
        empty_label=_("A new one"),
    )
    title = Words(label=_("What the new group is about"), max_length=160)
    reason = Words(label=_("Why (if you like)"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = ComplaintGroup.objects.visible_to(user).open()
        self.fields["group"].queryset = shown  # type: ignore[attr-defined]

    def save(self, complaint: Complaint, *, by: User) -> object:
        given = self.cleaned_data
        if (group := given["group"]) is not None:
            # The number is the page's own, so what is wrong with it is told beside the group.
            return save_with(
                self,
                lambda: groups.add_member(group.pk, number=complaint.number, reason=given["reason"], by=by),
                {"in_a_group": "group", "already_ended": "group", "unknown_complaint": "group"},
            )
        return save_with(
            self,
            lambda: groups.open_group([complaint.number], title=given["title"], by=by),
            {"in_a_group": "title", "already_ended": "title", "unknown_complaint": "title"},
        )


class AddMemberForm(GroupForm):
    number = Words(
        label=_("Number of the complaint"),
        max_length=16,
        widget=forms.TextInput(attrs={"placeholder": "C-2026-000123", "data-autofocus": True}),
    )
    reason = Words(label=_("Why (if you like)"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))

    def act(self, group: ComplaintGroup, by: User) -> object:
        return groups.add_member(group.pk, by=by, **self.cleaned_data)


class MemberForm(GroupForm):
    """About one of the members that the reader may see."""

    number = forms.ChoiceField(
        label=_("Member"), required=False, error_messages={"invalid_choice": _("Choose a member of the group.")}
    )

    def __init__(self, *args: Any, members: list[Complaint], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(row.number, f"{row.number} {row.contact_name}".strip()) for row in members]
        self.fields["number"].choices = [("", _("Choose")), *choices]  # type: ignore[attr-defined]


class RemoveMemberForm(MemberForm):
    reason = Words(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))

    def act(self, group: ComplaintGroup, by: User) -> object:
        return groups.remove_member(group.pk, by=by, **self.cleaned_data)


class RepresentativeForm(MemberForm):
    name = Words(label=_("Who speaks for them"), max_length=120)
    proof = Words(
        label=_("What shows that the others let them speak"),
        max_length=300,
        help_text=_("Such as a list with signatures, and where it is kept."),
    )

    def act(self, group: ComplaintGroup, by: User) -> object:
        return groups.name_representative(group.pk, by=by, **self.cleaned_data)


class ReasonForm(GroupForm):
    reason = Words(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


class CloseGroupForm(ReasonForm):
    def act(self, group: ComplaintGroup, by: User) -> object:
        return groups.close_group(group.pk, by=by, **self.cleaned_data)


class EndRepresentativeForm(ReasonForm):
    representative_id = 0

    def act(self, group: ComplaintGroup, by: User) -> object:
        return groups.end_representative(self.representative_id, by=by, **self.cleaned_data)


class GroupTalkForm(GroupForm):
    direction = forms.ChoiceField(
        label=_("Who got in touch"),
        choices=[(Direction.OUT.value, _("We did")), (Direction.IN.value, _("The customer did"))],
        widget=Picks,
        initial=Direction.OUT.value,
        required=False,
    )
    medium = forms.ChoiceField(
        label=_("By"), choices=Medium.choices, widget=Picks, initial=Medium.PHONE.value, required=False
    )
    at = PastMoment(label=_("When"), help_text=_("Empty is now."))
    minutes = forms.IntegerField(
        label=_("Minutes"),
        required=False,
        min_value=0,
        max_value=LONGEST_TALK_MINUTES,
        widget=forms.NumberInput(attrs={"class": "num"}),
    )
    summary = Words(label=_("What was said"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4}))

    def act(self, group: ComplaintGroup, by: User) -> object:
        given = self.cleaned_data
        minutes = given["minutes"]
        return group_talks.record_group_talk(
            group.pk,
            direction=given["direction"] or Direction.OUT,
            medium=given["medium"] or Medium.PHONE,
            summary=given["summary"],
            at=given["at"],
            duration_seconds=None if minutes is None else minutes * 60,
            by=by,
        )
