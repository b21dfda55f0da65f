"""Proposals of remedies for a complaint, version by version. Source: DOMAIN.md 4."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.duty import both_names
from compensation.codes import AGREED, LIVE, LineGroup, ProposalState
from compensation.querysets import ProposalQuerySet
from complaints.codes import RemedyKind


class Proposal(models.Model):
    """One version of what staff propose for a complaint.

    Its number stays the same for all versions. Only a draft changes; what was submitted is decided as it stands,
    and what was approved never changes: a new version supersedes it.
    """

    complaint = models.ForeignKey("complaints.Complaint", models.PROTECT, related_name="proposals")
    number = models.CharField(max_length=16)
    version = models.PositiveSmallIntegerField(default=1)
    # Counts the changes of a draft, so that two who write at once see each other.
    revision = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=12, choices=ProposalState, default=ProposalState.DRAFT)

    # The remedies compared, each with what it costs in the end: [{"description": …, "cost": …}].
    alternatives = models.JSONField(_("remedies compared"), default=list, blank=True)
    only_remedy_reason = models.TextField(_("why there is no other remedy"), blank=True)
    # {consideration: answer}
    considerations = models.JSONField(_("considerations"), default=dict, blank=True)

    proposer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="proposals")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)

    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="decided_proposals"
    )
    # The leader away whose authority the approver uses; none when it is their own.
    approver_for = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    # The question with which it was returned, the reason why it was rejected, or a word to the approval.
    decision_note = models.TextField(blank=True)

    # What the customer said to it.
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer_note = models.TextField(blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            # The approvers' inbox, oldest first.
            models.Index(fields=["submitted_at"], condition=Q(state=ProposalState.SUBMITTED), name="proposal_waits"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number", "version"], name="one_proposal_a_version"),
            models.UniqueConstraint(
                fields=["complaint"], condition=Q(state__in=LIVE), name="one_live_proposal_a_complaint"
            ),
            # Nobody approves their own proposal, nor does anybody with their authority.
            models.CheckConstraint(
                condition=Q(approver=None) | ~Q(approver=F("proposer")), name="proposal_not_self_approved"
            ),
            models.CheckConstraint(
                condition=Q(approver_for=None) | ~Q(approver_for=F("proposer")),
                name="proposal_not_self_approved_through_another",
            ),
            models.CheckConstraint(
                condition=Q(approver=None, decided_at=None) | Q(approver__isnull=False, decided_at__isnull=False),
                name="proposal_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=AGREED) | Q(approver__isnull=False), name="proposal_approved_by_somebody"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answer_recorded_by=None)
                | Q(answered_at__isnull=False, answer_recorded_by__isnull=False),
                name="proposal_answer_recorded_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} v{self.version}"

    def get_absolute_url(self) -> str:
        return reverse("compensation:versions", args=[self.complaint.number])

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def decided_by(self) -> str:
        """Who decided, and for whom they act."""
        return both_names(self.approver, self.approver_for) if self.approver else ""


class ProposalLine(models.Model):
    """One remedy of a proposal."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(_("remedy"), max_length=24, choices=RemedyKind)
    description = models.CharField(_("what exactly"), max_length=300, blank=True)
    group = models.CharField(_("group"), max_length=8, choices=LineGroup)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "position"], name="one_line_a_position"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.kind}"
