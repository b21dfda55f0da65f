"""What this app announces, each on its complaint. Values are codes and references."""

from django.utils.translation import gettext_lazy as _

from compensation import words
from events.registry import announce

DRAFTED = announce("proposal.drafted", _("{actor} wrote {proposal}, version {version}"), icon="pencil")
SUBMITTED = announce(
    "proposal.submitted", _("{actor} asked for approval of {proposal}, version {version}"), icon="scale"
)
APPROVED = announce("proposal.approved", words.decided, icon="check")
RETURNED = announce("proposal.returned", words.decided, icon="arrow-back-up")
REJECTED = announce("proposal.rejected", words.decided, icon="x")
SUPERSEDED = announce("proposal.superseded", _("{proposal}, version {version}, counts no more"), icon="replace")
ACCEPTED = announce("proposal.accepted", _("The customer accepted {proposal} ({actor})"), icon="heart-handshake")
DECLINED = announce("proposal.declined", _("The customer declined {proposal} ({actor})"), icon="mood-sad")
