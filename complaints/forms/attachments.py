"""What is asked when a file is to be given out no more."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints.actions.attachments import withdraw_attachment
from complaints.forms.case import reason_field
from complaints.forms.refusals import save_with
from complaints.models import Attachment, Complaint


class WithdrawFileForm(forms.Form):
    use_required_attribute = False
    reason = reason_field(_("Reason"))

    def save(self, complaint: Complaint, row: Attachment, *, by: User) -> Attachment | None:
        reason = self.cleaned_data["reason"]
        return save_with(self, lambda: withdraw_attachment(complaint.pk, row.pk, reason=reason, by=by))
