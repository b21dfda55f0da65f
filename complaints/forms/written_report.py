"""The forms of a written report: its sections, and the question it is returned with."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints.actions import written_reports
from complaints.forms.case import QuestionForm
from complaints.forms.fields import Words
from complaints.forms.refusals import save_with
from complaints.models import Complaint, WrittenReport
from complaints.models.report import SECTION_LIMIT
from complaints.written.sections import CODES, SECTIONS
from core.forms import Picks

# What was typed begins with this much room; it grows with its text.
ROWS = {"what_happened": 6, "facts": 6, "course": 8, "nature": 2, "remarks": 2}


class ReportForm(forms.Form):
    """All sections as texts, the language they are written in, and the version that was edited."""

    use_required_attribute = False
    language = forms.ChoiceField(label=_("Written in"), choices=settings.LANGUAGES, widget=Picks)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for section in SECTIONS:
            self.fields[section.code] = Words(
                label=section.title,
                help_text=section.hint,
                max_length=SECTION_LIMIT,
                widget=forms.Textarea(attrs={"rows": ROWS.get(section.code, 3)}),
            )

    @property
    def sections(self) -> dict[str, str]:
        return {code: self.cleaned_data[code] for code in CODES}

    def section_fields(self) -> list[forms.BoundField]:
        return [self[code] for code in CODES]

    def save(self, complaint: Complaint, *, is_sent: bool, by: User) -> WrittenReport | None:
        """Keep it, or send it; None when a section was refused. Raises Conflict `stale`."""
        write = written_reports.submit_report if is_sent else written_reports.save_report
        given = self.cleaned_data
        return save_with(
            self,
            lambda: write(
                complaint.pk,
                sections=self.sections,
                language=given["language"],
                expected_version=given["version"],
                by=by,
            ),
        )


class ReturnForm(QuestionForm):
    question = Words(
        label=_("What do you want to know?"),
        max_length=written_reports.QUESTION_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def act(self, complaint: Complaint, by: User) -> object:
        report = written_reports.report_to_answer(complaint, by)
        return written_reports.return_report(report.pk, question=self.cleaned_data["question"], by=by)
