"""The complaint itself."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.codes import (
    END_STATES,
    LASTR_STATES,
    OPEN_STATES,
    Channel,
    Fault,
    Nature,
    Outcome,
    Phase,
    Reach,
    Relief,
    Satisfaction,
    SeverityClass,
    State,
    Upset,
)
from complaints.models.category import Category
from complaints.querysets import ComplaintQuerySet
from deadlines.models import Deadline

DESCRIPTION_LIMIT = 20_000
# The first words stand for a complaint that has no title. Source: DOMAIN.md 10.11.
TITLE_FROM_TEXT = 40


class Nearest(NamedTuple):
    """What a chip needs of the deadline that is due next."""

    kind: str
    state: str
    started_at: datetime
    due_at: datetime


class Complaint(models.Model):
    """One customer's dissatisfaction, recorded once, from whatever channel. Source: DOMAIN.md 3.1."""

    number = models.CharField(max_length=16, unique=True)
    # Made with the form: a form sent twice finds the complaint of the first time.
    intake_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1)

    # How it came.
    department = models.ForeignKey("accounts.Department", models.PROTECT, related_name="complaints")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="recorded_complaints"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="owned_complaints"
    )
    channel = models.CharField(_("came by"), max_length=24, choices=Channel)
    received_at = models.DateTimeField(_("received at"))
    recorded_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    is_imported = models.BooleanField(default=False)

    # Who. What is written here holds for this complaint only; the customer's record is beside it.
    customer = models.ForeignKey("customers.Customer", models.PROTECT, null=True, blank=True, related_name="complaints")
    is_anonymous = models.BooleanField(default=False)
    contact_name = models.CharField(pgettext_lazy("person", "name"), max_length=120, blank=True)
    contact_phone = models.CharField(_("phone"), max_length=40, blank=True)
    contact_phone_normalized = models.CharField(max_length=40, blank=True)
    contact_email = models.CharField(_("e-mail"), max_length=254, blank=True)
    contact_address = models.CharField(_("address"), max_length=300, blank=True)
    company = models.CharField(_("company"), max_length=160, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    preferred_contact = models.CharField(_("best way"), max_length=80, blank=True)
    preferred_time = models.CharField(_("best time"), max_length=80, blank=True)
    # On behalf of: somebody complains for the customer.
    representative_name = models.CharField(_("complains for the customer"), max_length=120, blank=True)
    representative_authority = models.CharField(_("for what"), max_length=300, blank=True)
    representative_until = models.DateField(_("until"), null=True, blank=True)
    representative_proof = models.CharField(_("proof"), max_length=300, blank=True)
    group_size = models.PositiveIntegerField(_("customers with the same matter"), null=True, blank=True)

    # What.
    title = models.CharField(_("title"), max_length=160, blank=True)
    description = models.TextField(_("what happened"), max_length=DESCRIPTION_LIMIT)
    happened_on = models.DateField(_("happened on"), null=True, blank=True)
    happened_where = models.CharField(_("where"), max_length=200, blank=True)
    people_involved = models.CharField(_("people involved"), max_length=300, blank=True)
    subjects = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        through="ComplaintSubject",
        related_name="complaints_about",
        verbose_name=_("about staff"),
    )
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="complaints")
    further_categories: "models.ManyToManyField[Category, models.Model]" = models.ManyToManyField(
        Category, blank=True, related_name="further_complaints"
    )
    phase = models.CharField(_("phase"), max_length=8, choices=Phase, blank=True)
    sale = models.ForeignKey("customers.Sale", models.PROTECT, null=True, blank=True, related_name="complaints")
    product_name = models.CharField(_("product"), max_length=160, blank=True)
    product_specification = models.CharField(_("specification"), max_length=160, blank=True)
    product_batch = models.CharField(_("batch"), max_length=80, blank=True)
    product_produced_on = models.DateField(_("produced on"), null=True, blank=True)
    product_in_use_since = models.DateField(_("in use since"), null=True, blank=True)
    product_symptom = models.CharField(_("symptom"), max_length=300, blank=True)
    product_before = models.CharField(_("what they used before, and how that did"), max_length=300, blank=True)
    cost_of_waiting = models.CharField(_("what waiting costs them"), max_length=300, blank=True)
    demands = models.JSONField(_("demands"), default=list, blank=True)
    amount_claimed = models.DecimalField(_("amount claimed"), max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    upset = models.CharField(_("how upset"), max_length=8, choices=Upset, blank=True)
    threats = models.JSONField(_("threatens with"), default=list, blank=True)
    is_danger = models.BooleanField(_("danger to people"), default=False)

    # Where it stands.
    severity_class = models.SmallIntegerField(choices=SeverityClass)
    # [{"rule": code, values…}], put into words when shown.
    triage = models.JSONField(default=list)
    suggests_crisis = models.BooleanField(default=False)
    reach = models.CharField(max_length=8, choices=Reach, default=Reach.GENERAL)
    state = models.CharField(max_length=16, choices=State)
    next_due_at = models.DateTimeField(null=True, blank=True)
    first_contact_at = models.DateTimeField(null=True, blank=True)
    # While we wait for the customer the resolution deadline stands still; why, is in `Wait`.
    waiting_since = models.DateTimeField(null=True, blank=True)
    waiting_until = models.DateTimeField(null=True, blank=True)
    supervisor_called_at = models.DateTimeField(null=True, blank=True)
    is_restricted = models.BooleanField(default=False)
    named_readers = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="restricted_complaints")

    # Together. What is offered to somebody may be read by them as long as the offer is open (HandOver).
    offered_at = models.DateTimeField(null=True, editable=False)
    offered_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="offered_complaints"
    )
    offered_department = models.ForeignKey(
        "accounts.Department", models.PROTECT, null=True, editable=False, related_name="+"
    )
    changed_hands = models.PositiveSmallIntegerField(default=0, editable=False)
    group = models.ForeignKey("ComplaintGroup", models.PROTECT, null=True, editable=False, related_name="members")
    # What the facts say, as last confirmed; the words are in `stage_records`.
    nature = models.CharField(_("nature"), max_length=16, choices=Nature, blank=True)
    fault = models.CharField(_("fault"), max_length=8, choices=Fault, blank=True)
    satisfaction_before = models.CharField(_("satisfaction before"), max_length=24, choices=Satisfaction, blank=True)
    reopened_count = models.PositiveSmallIntegerField(default=0)

    # How it ended.
    satisfaction = models.CharField(max_length=24, choices=Satisfaction, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome, blank=True)
    relief = models.CharField(max_length=16, choices=Relief, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.TextField(blank=True)

    objects = ComplaintQuerySet.as_manager()

    # The deadline its chip shows; set for a whole page at once by `queue.with_nearest_deadline`.
    nearest: "Nearest | None" = None
    # The deadlines it began with, as long as the action runs that lodged it.
    begun: "Sequence[Deadline]" = ()

    class Meta:
        ordering = ["-id"]
        # "Open" is said by the end that is missing: a list of states, compared with those of each index, takes the
        # planner longer than the rest of a statement. A constraint below holds the two together.
        indexes = [
            # The queue: open ones of a department, nearest deadline first.
            models.Index(
                fields=["department", "next_due_at"], condition=Q(ended_at__isnull=True), name="complaint_queue"
            ),
            # My queue.
            models.Index(fields=["owner", "next_due_at"], condition=Q(ended_at__isnull=True), name="complaint_mine"),
            # What somebody logged for another department, in their queue.
            models.Index(
                fields=["recorded_by", "next_due_at"], condition=Q(ended_at__isnull=True), name="complaint_logged"
            ),
            # What nobody owns yet: few, also where much is open.
            models.Index(
                fields=["department", "next_due_at"],
                condition=Q(ended_at__isnull=True, owner__isnull=True),
                name="complaint_unowned",
            ),
            # What is offered to somebody: a handful in the whole house, so all of them are looked through.
            models.Index(fields=["next_due_at", "id"], condition=Q(offered_at__isnull=False), name="complaint_offered"),
            # The queue of head office, and the page of newest open ones.
            models.Index(fields=["next_due_at", "id"], condition=Q(ended_at__isnull=True), name="complaint_open_due"),
            # What was settled today: the company's, of which the reader's are picked.
            models.Index(fields=["ended_at", "id"], condition=Q(ended_at__isnull=False), name="complaint_settled"),
            # Programs that keep a copy: GET /complaints?updated_since=, and its ordering by updated_at.
            models.Index(fields=["updated_at", "id"], name="complaint_updated"),
            # Triage: the same again and again, and the usual week of a category.
            models.Index(fields=["department", "category", "received_at"], name="complaint_recurring"),
            # Possible duplicates by the number that called.
            models.Index(
                fields=["contact_phone_normalized"], condition=~Q(contact_phone_normalized=""), name="complaint_phone"
            ),
            # What waits for the customer: few, also where much is open.
            models.Index(
                fields=["department", "waiting_until"],
                condition=Q(waiting_until__isnull=False),
                name="complaint_waiting",
            ),
            # The customer's history, and frequent complainers.
            models.Index(fields=["customer", "-received_at"], name="complaint_of_customer"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(severity_class__in=SeverityClass.values), name="complaint_class_1_or_2"),
            models.CheckConstraint(
                condition=~Q(state__in=LASTR_STATES) | Q(severity_class=1), name="complaint_lastr_is_class_1"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[s for s in OPEN_STATES if s not in LASTR_STATES]) | Q(severity_class=2),
                name="complaint_agree_is_class_2",
            ),
            # An end has its time, and what is open has none.
            models.CheckConstraint(
                condition=Q(state__in=END_STATES, ended_at__isnull=False) | Q(state__in=OPEN_STATES, ended_at=None),
                name="complaint_ended_has_time",
            ),
            models.CheckConstraint(
                condition=Q(amount_claimed=None) | Q(amount_claimed__gte=0), name="complaint_claim_not_negative"
            ),
            models.CheckConstraint(condition=Q(received_at__lte=F("recorded_at")), name="complaint_received_first"),
            # Somebody or nobody: an anonymous complaint has no customer.
            models.CheckConstraint(
                condition=Q(is_anonymous=False) | Q(customer=None), name="complaint_anonymous_has_no_customer"
            ),
            models.CheckConstraint(
                condition=Q(offered_at=None, offered_to=None, offered_department=None)
                | Q(offered_at__isnull=False, offered_to__isnull=False, offered_department=None)
                | Q(offered_at__isnull=False, offered_to=None, offered_department__isnull=False),
                name="complaint_offered_to_one",
            ),
            # An end takes the offer away.
            models.CheckConstraint(condition=Q(offered_at=None) | Q(ended_at=None), name="complaint_offered_is_open"),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.UNKNOWN) | Q(is_imported=True), name="complaint_unknown_only_imported"
            ),
            # A CHECK lets NULL pass, so each half says what it wants of nulls. What has ended waits for nobody.
            models.CheckConstraint(
                condition=Q(waiting_since=None, waiting_until=None)
                | Q(
                    waiting_since__isnull=False,
                    waiting_until__isnull=False,
                    waiting_since__lt=F("waiting_until"),
                    ended_at=None,
                ),
                name="complaint_waits_from_start_to_end",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("complaints:detail", args=[self.number])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_waiting(self) -> bool:
        return self.waiting_until is not None

    @property
    def workflow_name(self) -> str:
        return "lastr" if self.severity_class == SeverityClass.ONE else "agree"

    @property
    def shown_title(self) -> str:
        return self.title or " ".join(self.description.split())[:TITLE_FROM_TEXT]


class ComplaintSubject(models.Model):
    """A staff member the complaint is about: hidden from them. Source: DOMAIN.md 2."""

    complaint = models.ForeignKey(Complaint, models.CASCADE, related_name="subject_rows")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="subject_rows")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["complaint", "user"], name="one_subject_row_a_person")]

    def __str__(self) -> str:
        return f"{self.complaint_id} about {self.user_id}"


class ExternalReference(models.Model):
    """The id of a complaint in another system; its uniqueness makes an import run twice add nothing."""

    complaint = models.ForeignKey(Complaint, models.CASCADE, related_name="external_references")
    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="one_complaint_an_external_id")]

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"
