"""What is asked when a file is to be given out no more."""

from django import forms

from accounts.models import User
from complaints.actions.attachments import withdraw_attachment
from complaints.forms.case import reason_field
from complaints.forms.refusals import save_with
from complaints.models import Attachment
from django.utils.translation import gettext_lazy as _


class WithdrawFileForm(forms.Form):
    use_required_attribute = False
    reason = reason_field(_("Reason"))

    def save(self, row: Attachment, *, by: User) -> Attachment | None:
        assert row.complaint_id is not None
        reason, complaint_id = self.cleaned_data["reason"], row.complaint_id
        return save_with(self, lambda: withdraw_attachment(complaint_id, row.pk, reason=reason, by=by))
