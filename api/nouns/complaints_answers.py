"""How a complaint is told. People are named by usernames, departments and categories by codes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from api.fields import Code, Day, Instant, MoneyField
from api.serializers import Output
from api.words import DEADLINE_KINDS, WAYS
from complaints import statutory
from complaints.codes import (
    Channel,
    Counterpart,
    DeliveryState,
    Demand,
    Fault,
    Medium,
    Nature,
    Outcome,
    Phase,
    PromiseForm,
    QuestionKind,
    Reach,
    ReferredTo,
    Relief,
    Satisfaction,
    SeverityClass,
    State,
    Threat,
    Upset,
)
from complaints.duplicates import WHY
from complaints.models import Category, Communication, Complaint, ComplaintLink, OralReport
from complaints.words import REASONS, reason_words
from core.money import Money
from customers.codes import CustomerKind
from deadlines.kinds import label
from deadlines.models import Deadline
from deadlines.models import State as DeadlineState

WORKFLOWS = ["lastr", "agree"]
REPORTS = ["oral"]


class Said(Code):
    """A word that may be unsaid: null instead of an empty text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)

    def get_attribute(self, instance: Any) -> Any:
        return super().get_attribute(instance) or None


class Username(serializers.CharField):
    """Somebody's username; null for nobody. `who`: where they stand, when it is not the field's own name."""

    def __init__(self, who: str | None = None, **kwargs: Any) -> None:
        super().__init__(source=who, allow_null=True, **kwargs)

    def to_representation(self, value: Any) -> str:
        person: User = value
        return person.username


class CategoryCode(serializers.CharField):
    """A category's code; null for none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)

    def to_representation(self, value: Any) -> str:
        category: Category = value
        return category.code


class DeadlineOutput(Output):
    kind = serializers.ChoiceField(choices=DEADLINE_KINDS, help_text="What is promised.")
    rule = serializers.SerializerMethodField(
        help_text="Of a statutory clock: code of its rule, answer_by for the authority’s own date; null for all others."
    )
    outside = serializers.SerializerMethodField(
        help_text="Of a statutory clock: id of the matter outside that started it; null where none did."
    )
    label = serializers.SerializerMethodField(  # type: ignore[assignment]
        help_text="What it is called, in the language of the answer."
    )
    due_at = Instant(help_text="Until when.")
    state = Code(choices=DeadlineState.choices, help_text="How it stands.")
    met_at = Instant(allow_null=True, help_text="When it was kept.")
    breached_at = Instant(allow_null=True, help_text="When it was broken; a promise that was kept late has both.")
    round = serializers.IntegerField(help_text="How often it has escalated.")

    def get_rule(self, row: Deadline) -> str | None:
        return statutory.code_of(row.about) if row.about else None

    def get_outside(self, row: Deadline) -> int | None:
        return statutory.matter_of(row.about) if row.about else None

    def get_label(self, row: Deadline) -> str:
        return label(row.kind, row.about)


class WaitingOutput(Output):
    since = Instant(help_text="Since when it is the customer’s turn.")
    until = Instant(help_text="When the wait ends by itself.")
    reason = serializers.CharField(help_text="What is waited for.")


class OutsideOutput(Output):
    id = serializers.IntegerField(help_text="Id of the matter; it is accepted and answered by it.")
    complaint = serializers.CharField(source="complaint.number", help_text="Number of the complaint.")
    channel = Code(choices=Channel.choices, help_text="To whom it has gone.")
    authority = serializers.CharField(help_text="Name of the authority or medium; may be empty.")
    reference = serializers.CharField(help_text="Their reference; may be empty.")
    received_on = Day(help_text="When their letter came.")
    answer_by = Day(allow_null=True, help_text="Until when they want an answer.")
    accepted_on = Day(allow_null=True, help_text="When they took it on.")
    answered_at = Instant(allow_null=True, help_text="When they were answered.")


class TriageReasonOutput(Output):
    rule = serializers.ChoiceField(choices=list(REASONS), help_text="The rule that applied.")
    reason = serializers.SerializerMethodField(help_text="Why, in the language of the answer.")
    suggests_crisis = serializers.SerializerMethodField(help_text="Whether the rule suggests a crisis.")

    def get_reason(self, reason: dict[str, Any]) -> str:
        return reason_words(reason)

    def get_suggests_crisis(self, reason: dict[str, Any]) -> bool:
        return bool(reason.get("suggests_crisis"))


class ReportOutput(Output):
    id = serializers.IntegerField(help_text="Id of the report; it is acknowledged by it.")
    complaint = serializers.CharField(source="complaint.number", help_text="Number of the complaint.")
    kind = serializers.SerializerMethodField(help_text="How it was reported: oral.")
    to = serializers.CharField(source="to.username", help_text="Who was told.")
    to_for = Username(help_text="The absent leader for whom they were told.")
    reported_by = serializers.CharField(source="reported_by.username", help_text="Who told them.")
    reported_at = Instant(help_text="When.")
    text = serializers.CharField(source="note", help_text="What was told beside the record; may be empty.")
    acknowledged_by = Username("confirmed_by", help_text="Who confirmed that they heard it.")
    acknowledged_for = Username("confirmed_for", help_text="The absent leader for whom they confirmed it.")
    acknowledged_at = Instant(source="confirmed_at", allow_null=True, help_text="When it was confirmed.")

    def get_kind(self, report: OralReport) -> str:
        return REPORTS[0]


class CustomerReferenceOutput(Output):
    id = serializers.IntegerField(help_text="Id of the customer.")
    name = serializers.CharField(help_text="Name on record.")
    kind = Code(choices=CustomerKind.choices, help_text="Person, company or partner.")
    vip = serializers.BooleanField(source="is_vip", help_text="Whether they are marked as VIP.")


class ContactOutput(Output):
    name = serializers.CharField(source="contact_name", help_text="Who speaks; empty when anonymous.")
    phone = serializers.CharField(source="contact_phone", help_text="Phone as it was written.")
    phone_e164 = serializers.CharField(source="contact_phone_normalized", help_text="Phone as it is compared.")
    email = serializers.CharField(source="contact_email", help_text="E-mail.")
    address = serializers.CharField(source="contact_address", help_text="Address.")
    company = serializers.CharField(help_text="Company.")
    language = serializers.CharField(help_text="Language to be spoken: en or zh-hans.")
    preferred_contact = serializers.CharField(help_text="The best way to reach them.")
    preferred_time = serializers.CharField(help_text="The best time to reach them.")


class ProductOutput(Output):
    name = serializers.CharField(source="product_name", help_text="What it is called.")
    specification = serializers.CharField(source="product_specification", help_text="Which kind.")
    batch = serializers.CharField(source="product_batch", help_text="Batch.")
    produced_on = Day(source="product_produced_on", allow_null=True, help_text="Day of production.")
    in_use_since = Day(source="product_in_use_since", allow_null=True, help_text="In use since this day.")
    symptom = serializers.CharField(source="product_symptom", help_text="What is wrong with it.")
    used_before = serializers.CharField(source="product_before", help_text="What was used before, and how that did.")


class BehalfOutput(Output):
    name = serializers.CharField(source="representative_name", help_text="Who complains for the customer.")
    authority = serializers.CharField(source="representative_authority", help_text="For what they may speak.")
    until = Day(source="representative_until", allow_null=True, help_text="Until when.")
    proof = serializers.CharField(source="representative_proof", help_text="What proves it.")


class GroupOutput(Output):
    size = serializers.IntegerField(
        source="group_size", allow_null=True, help_text="Customers with the same matter, as was told; null: not told."
    )
    id = serializers.IntegerField(
        source="answered_group.pk",
        default=None,
        allow_null=True,
        help_text="Id of the group complaint it belongs to; null for none, or none that you may see.",
    )
    title = serializers.CharField(
        source="answered_group.title", default=None, allow_null=True, help_text="What the group is about."
    )


class HandOverOutput(Output):
    to = Username(help_text="Whom it is offered to; null for a department.")
    to_department = serializers.CharField(
        source="to_department.code", default=None, allow_null=True, help_text="Which department; null for a person."
    )
    reason = serializers.CharField(help_text="Why; may be empty.")
    offered_by = Username(help_text="Who offered it.")
    offered_at = Instant(help_text="When.")


class SaleReferenceOutput(Output):
    source = serializers.CharField(help_text="The sales system.")  # type: ignore[assignment]
    external_id = serializers.CharField(help_text="Its own id of the sale.")


class PromiseOutput(Output):
    what = serializers.CharField(help_text="What was promised, as the customer says.")
    by_whom = serializers.CharField(help_text="Who promised it.")
    form = Said(choices=PromiseForm.choices, help_text="How it was promised.")


class LinkOutput(Output):
    number = serializers.CharField(help_text="Number of the other complaint.")
    relation = Code(choices=ComplaintLink.Relation.choices, help_text="How they belong together.")


class DuplicateOutput(Output):
    number = serializers.CharField(source="complaint.number", help_text="Number of the other complaint.")
    reasons = serializers.ListField(
        child=serializers.ChoiceField(choices=list(WHY)), help_text="Why it may be the same matter."
    )
    likeness = serializers.FloatField(help_text="How much the words are alike, 0 to 1.")


class SatisfactionOutput(Output):
    before = Said(
        source="satisfaction_before",
        choices=Satisfaction.choices,
        help_text="How content the customer was when the facts were confirmed; asked in class 2 only.",
    )
    after = Said(source="satisfaction", choices=Satisfaction.choices, help_text="How content the customer was then.")


class ReferralOutput(Output):
    to = Code(choices=ReferredTo.choices, help_text="Where it goes on.")
    reference = serializers.CharField(help_text="Their reference; may be empty.")
    answer_by = Day(allow_null=True, help_text="Until when they expect an answer.")
    referred_at = Instant(help_text="When it was referred.")


class ComplaintRowOutput(Output):
    """A complaint in a list: all of it but its possible duplicates."""

    has_own_fields = False

    number = serializers.CharField(help_text="Its number, for ever.")
    title = serializers.CharField(help_text="Title; empty: the first words of the description stand for it.")
    description = serializers.CharField(help_text="What happened, in the customer’s words.")
    channel = Code(choices=Channel.choices, help_text="How it came.")
    received_at = Instant(help_text="When it was received.")
    recorded_at = Instant(help_text="When it was recorded.")
    updated_at = Instant(help_text="When the record changed last; what the clock does is no change of the record.")
    recorded_by = Username(help_text="Username of who recorded it.")
    is_imported = serializers.BooleanField(help_text="Taken over from another system’s file.")
    external_ids = serializers.SerializerMethodField(help_text="Its ids in other systems, by system.")

    customer = CustomerReferenceOutput(allow_null=True, help_text="Who it is about on record; null when anonymous.")
    is_anonymous = serializers.BooleanField(help_text="The customer stays anonymous.")
    contact = ContactOutput(source="*", help_text="How to reach who complains, for this complaint only.")
    on_behalf_of = serializers.SerializerMethodField(help_text="Who complains for the customer; null when nobody.")
    group = serializers.SerializerMethodField(help_text="Several customers with one grievance; null when not.")

    happened_on = Day(allow_null=True, help_text="When it happened.")
    happened_where = serializers.CharField(help_text="Where it happened.")
    people_involved = serializers.CharField(help_text="Who was involved, as the customer says.")
    subjects = serializers.SerializerMethodField(help_text="Usernames of staff it is about; hidden from them.")
    category = CategoryCode(help_text="Code of the main category.")
    further_categories = serializers.SerializerMethodField(help_text="Codes of what it is about too.")
    phase = Said(choices=Phase.choices, help_text="Before, during or after the purchase.")
    sale = SaleReferenceOutput(allow_null=True, help_text="The sale it is about.")
    product = ProductOutput(source="*", help_text="The product it is about.")
    promises = PromiseOutput(many=True, source="answered_promises", help_text="What the customer says was promised.")
    cost_of_waiting = serializers.CharField(help_text="What waiting costs them.")
    demands = serializers.ListField(child=Code(choices=Demand.choices), help_text="What the customer wants.")
    amount_claimed = serializers.SerializerMethodField(help_text="The sum claimed.")
    upset = Said(choices=Upset.choices, help_text="How upset the customer is.")
    threats = serializers.ListField(child=Code(choices=Threat.choices), help_text="What is threatened with.")
    is_danger = serializers.BooleanField(help_text="People are in danger, or were hurt.")

    department = serializers.CharField(source="department.code", help_text="Code of the department it is about.")
    owner = Username(help_text="Username of who works on it; null while nobody owns it.")
    severity_class = serializers.ChoiceField(
        choices=SeverityClass.choices, help_text="1: settled at the desk; 2: a case."
    )
    triage = TriageReasonOutput(many=True, help_text="The rules that applied, with reasons.")
    suggests_crisis = serializers.BooleanField(help_text="Whether a rule suggests a crisis.")
    reach = Code(choices=Reach.choices, help_text="Told to us, or to others.")
    workflow = serializers.ChoiceField(source="workflow_name", choices=WORKFLOWS, help_text="LASTR or AGREE.")
    state = Code(choices=State.choices, help_text="Where it stands.")
    is_open = serializers.BooleanField(help_text="Whether it has not ended.")
    is_restricted = serializers.BooleanField(help_text="Read by named people only.")
    deadlines = DeadlineOutput(
        many=True, source="answered_deadlines", help_text="The newest deadline of each kind; earlier ones: /deadlines."
    )
    next_due_at = Instant(allow_null=True, help_text="When the nearest open deadline is due.")
    waiting = serializers.SerializerMethodField(help_text="While we wait for the customer; null when we do not.")
    outside = OutsideOutput(
        many=True, source="answered_outside_matters", help_text="Authorities, press and public who have the matter."
    )
    first_contact_at = Instant(allow_null=True, help_text="When the customer was first contacted.")
    nature = Said(choices=Nature.choices, help_text="What kind of complaint it turned out to be.")
    fault = Said(choices=Fault.choices, help_text="How much of it was the company’s fault.")
    satisfaction = SatisfactionOutput(source="*", help_text="The ladder.")
    outcome = Said(choices=Outcome.choices, help_text="What came of it.")
    relief = Said(choices=Relief.choices, help_text="What the customer got.")
    ended_at = Instant(allow_null=True, help_text="When it ended.")
    end_reason = serializers.CharField(help_text="Why it ended, where a reason is asked.")
    reopened_count = serializers.IntegerField(help_text="How often it was taken up again.")
    referrals = ReferralOutput(
        many=True, source="answered_referrals", help_text="Where it went on outside, with their reference and date."
    )
    reports = ReportOutput(
        many=True, source="answered_oral_reports", help_text="To whom it was reported, newest first."
    )
    links = LinkOutput(many=True, source="answered_links", help_text="Complaints that belong together with it.")
    hand_over = HandOverOutput(
        allow_null=True, source="answered_hand_over", help_text="The offer that waits for an answer; null for none."
    )
    changed_hands = serializers.IntegerField(help_text="How often it went from one owner to another.")

    @extend_schema_field(WaitingOutput(allow_null=True))
    def get_waiting(self, complaint: Complaint) -> dict[str, Any] | None:
        wait = next(iter(complaint.__dict__["answered_waits"]), None)
        return WaitingOutput(wait).data if wait else None

    def get_external_ids(self, complaint: Complaint) -> dict[str, str]:
        return {row.source: row.external_id for row in complaint.__dict__["answered_external_references"]}

    @extend_schema_field(BehalfOutput(allow_null=True))
    def get_on_behalf_of(self, complaint: Complaint) -> dict[str, Any] | None:
        texts = (
            complaint.representative_name,
            complaint.representative_authority,
            complaint.representative_until,
            complaint.representative_proof,
        )
        return BehalfOutput(complaint).data if any(texts) else None

    @extend_schema_field(GroupOutput(allow_null=True))
    def get_group(self, complaint: Complaint) -> dict[str, Any] | None:
        is_grouped = complaint.group_size or complaint.__dict__["answered_group"]
        return GroupOutput(complaint).data if is_grouped else None

    def get_subjects(self, complaint: Complaint) -> list[str]:
        return [row.user.username for row in complaint.__dict__["answered_subject_rows"]]

    def get_further_categories(self, complaint: Complaint) -> list[str]:
        return [category.code for category in complaint.__dict__["answered_further_categories"]]

    @extend_schema_field(MoneyField(allow_null=True))
    def get_amount_claimed(self, complaint: Complaint) -> dict[str, str] | None:
        if complaint.amount_claimed is None:
            return None
        return MoneyField().to_representation(Money(complaint.amount_claimed, complaint.currency))


class ComplaintOutput(ComplaintRowOutput):
    """A complaint."""

    possible_duplicates = DuplicateOutput(
        many=True,
        source="answered_duplicates",
        help_text=(
            "While it is open, up to three others that may be the same matter, as far as you may see them: of the same "
            "customer, phone or sale, received around the same time. Similar words alone are looked for when lodging."
        ),
    )


class HiddenComplaintOutput(Output):
    """A complaint that was saved, and that its recorder may not read: it is about them, or only for named people."""

    number = serializers.CharField(help_text="Its number, for the customer.")
    is_hidden = serializers.SerializerMethodField(help_text="Always true: reading it answers 404.")

    def get_is_hidden(self, complaint: Complaint) -> bool:
        return True


class DeliveryOutput(Output):
    to = serializers.CharField(source="sent_to", help_text="The address.")
    state = Code(source="delivery_state", choices=DeliveryState.choices, help_text="What has come of it.")
    error = serializers.CharField(source="delivery_error", help_text="Why it was not sent; else empty.")


class CommunicationOutput(Output):
    id = serializers.IntegerField(help_text="Id of the communication.")
    direction = Code(choices=WAYS, help_text="Who got in touch.")
    medium = Code(choices=Medium.choices, help_text="How.")
    at = Instant(help_text="When it was.")
    duration_seconds = serializers.IntegerField(allow_null=True, help_text="How long it took.")
    counterpart = Code(choices=Counterpart.choices, help_text="With whom: the customer, or somebody outside.")
    participants = serializers.CharField(help_text="Who took part; may be empty.")
    subject = serializers.CharField(help_text="Subject of an e-mail; may be empty.")
    summary = serializers.CharField(help_text="What was said.")
    is_interim = serializers.BooleanField(help_text="An answer that is not final yet.")
    next_answer_at = Instant(allow_null=True, help_text="When an interim answer says that the next one comes.")
    recorded_by = Username(help_text="Who recorded it.")
    recorded_at = Instant(help_text="When it was recorded.")
    corrected_at = Instant(allow_null=True, help_text="When its author corrected it last.")
    delivery = serializers.SerializerMethodField(help_text="Of what was sent from here; null for what was only noted.")

    @extend_schema_field(DeliveryOutput(allow_null=True))
    def get_delivery(self, row: Communication) -> dict[str, Any] | None:
        return DeliveryOutput(row).data if row.delivery_state else None


class CaseQuestionOutput(Output):
    id = serializers.IntegerField(help_text="Id of the question.")
    kind = Code(choices=QuestionKind.choices, help_text="Open or closed.")
    question = serializers.CharField(help_text="What was asked.")
    answer = serializers.CharField(help_text="What was answered; empty while there is no answer.")
    asked_at = Instant(help_text="When it was noted.")
    asked_by = Username(help_text="Who noted it.")
    answered_at = Instant(allow_null=True, help_text="When the answer was noted.")
    answered_by = Username(help_text="Who noted the answer.")


class NoteOutput(Output):
    id = serializers.IntegerField(help_text="Id of the note.")
    text = serializers.CharField(source="summary", help_text="What was noted, for colleagues only.")
    at = Instant(help_text="When.")
    recorded_by = Username(help_text="Who wrote it.")
