"""Fixed words of the contract. Source: API.md, "Codes"; the Chinese wording is DOMAIN.md 3 and 11."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SeverityClass(models.IntegerChoices):
    ONE = 1, _("Class 1: settled at the desk")
    TWO = 2, _("Class 2: becomes a case")


class Channel(models.TextChoices):
    IN_PERSON = "in_person", _("In person")
    PHONE = "phone", _("Phone")
    HOTLINE = "hotline", _("24-hour hotline")
    WEB = "web", _("Web form")
    EMAIL = "email", pgettext_lazy("channel", "E-mail")
    LETTER = "letter", _("Letter")
    FAX = "fax", _("Fax")
    SMS = "sms", _("SMS")
    CHAT = "chat", _("Chat")
    SOCIAL_MEDIA = "social_media", _("Social media or forum")
    SUGGESTION_BOX = "suggestion_box", _("Suggestion box or opinion book")
    EVENT = "event", _("Event or owners' meeting")
    FOLLOW_UP_CALL = "follow_up_call", _("Follow-up call")
    PARTNER = "partner", _("Partner")
    REGULATOR = "regulator", _("Regulator")
    CONSUMER_ASSOCIATION = "consumer_association", _("Consumer association")
    PRESS = "press", _("Press")
    IMPORT = "import", _("Import")


# A customer on these is there while the clerk writes, so the talk itself can be the first contact.
LIVE_CHANNELS = (Channel.IN_PERSON, Channel.PHONE, Channel.HOTLINE)
# The matter has left the house when it arrives by one of these.
OUTSIDE_CHANNELS = (Channel.REGULATOR, Channel.CONSUMER_ASSOCIATION, Channel.PRESS, Channel.SOCIAL_MEDIA)


class Phase(models.TextChoices):
    BEFORE = "before", _("Before the purchase")
    DURING = "during", _("During the purchase")
    AFTER = "after", _("After the purchase")


class Reach(models.TextChoices):
    GENERAL = "general", _("General: told to us")
    SERIOUS = "serious", _("Serious: told to others")


class Demand(models.TextChoices):
    EXCHANGE = "exchange", _("Exchange")
    COMPENSATION = "compensation", _("Compensation")
    REFUND = "refund", _("Refund")
    CANCEL_PURCHASE = "cancel_purchase", _("Cancel the purchase")
    REPAIR = "repair", _("Repair")
    DISCOUNT = "discount", _("Discount")
    APOLOGY = "apology", _("Apology")
    EXPLANATION = "explanation", _("Explanation")
    BUSINESS_SUPPORT = "business_support", _("Business support")
    BE_HEARD = "be_heard", _("Be heard")


class Upset(models.TextChoices):
    CALM = "calm", _("Calm")
    ANNOYED = "annoyed", _("Annoyed")
    ANGRY = "angry", _("Angry")
    FURIOUS = "furious", _("Furious")


HEATED = (Upset.ANGRY, Upset.FURIOUS)


class Threat(models.TextChoices):
    REGULATOR = "regulator", _("Regulator")
    ONLINE = "online", _("Post online")
    PRESS = "press", _("Press")
    LEGAL = "legal", _("Lawyer or court")
    OVER_OUR_HEADS = "over_our_heads", _("Over our heads")


class PromiseForm(models.TextChoices):
    SPOKEN = "spoken", _("Spoken")
    BROCHURE = "brochure", _("Brochure")
    CONTRACT = "contract", _("Contract")


class Satisfaction(models.TextChoices):
    """The ladder, worst first."""

    DISSATISFIED = "dissatisfied", _("Dissatisfied")
    BASICALLY_SATISFIED = "basically_satisfied", _("Basically satisfied")
    SATISFIED = "satisfied", _("Satisfied")
    LOYAL = "loyal", _("Loyal")


class Nature(models.TextChoices):
    """What kind of complaint it turned out to be. Source: DOMAIN.md 1."""

    VALID = "valid", _("Valid")
    COMMUNICATIVE = "communicative", _("Communicative")
    MALICIOUS = "malicious", _("Malicious")


class Fault(models.TextChoices):
    """How much of it was the company's fault."""

    NONE = "none", _("Not our fault")
    SHARED = "shared", _("Shared fault")
    OURS = "ours", _("Our fault")


class QuestionKind(models.TextChoices):
    OPEN = "open", pgettext_lazy("question", "Open")
    CLOSED = "closed", pgettext_lazy("question", "Closed")


class ReferredTo(models.TextChoices):
    """Where a complaint goes on when it leaves the house."""

    COURT = "court", _("Court")
    REGULATOR = "regulator", _("Regulator")
    CONSUMER_ASSOCIATION = "consumer_association", _("Consumer association")
    OMBUDSMAN = "ombudsman", _("Ombudsman")
    OTHER = "other", pgettext_lazy("referred to", "Somebody else")


class RemedyKind(models.TextChoices):
    REPAIR = "repair", _("Repair")
    EXCHANGE = "exchange", _("Exchange")
    REFUND = "refund", _("Refund")
    CANCEL_PURCHASE = "cancel_purchase", _("Cancel the purchase")
    DISCOUNT = "discount", _("Discount")
    VOUCHER = "voucher", _("Voucher")
    GIFT = "gift", _("Gift")
    SERVICE_UPGRADE = "service_upgrade", _("Service upgrade")
    CASH = "cash", _("Cash")
    APOLOGY = "apology", _("Formal apology")
    SENIOR_VISIT = "senior_visit", _("A senior apologises")
    LETTER_OF_THANKS = "letter_of_thanks", _("Letter of thanks")
    PERSONAL_CARE = "personal_care", _("Personal care")
    INVITATION = "invitation", _("Invitation")
    OTHER = "other", _("Explanation or other")


MONETARY_REMEDIES = (
    RemedyKind.REFUND,
    RemedyKind.CANCEL_PURCHASE,
    RemedyKind.DISCOUNT,
    RemedyKind.VOUCHER,
    RemedyKind.CASH,
)


class Outcome(models.TextChoices):
    UPHELD = "upheld", _("Upheld")
    PARTLY_UPHELD = "partly_upheld", _("Partly upheld")
    NOT_UPHELD = "not_upheld", _("Not upheld")
    SETTLED = "settled", _("Settled without admission")
    UNKNOWN = "unknown", _("Unknown")


# What a person may choose; unknown is only for what was imported closed.
CHOSEN_OUTCOMES = [(value, label) for value, label in Outcome.choices if value != Outcome.UNKNOWN]


class Relief(models.TextChoices):
    MONETARY = "monetary", _("Monetary")
    NON_MONETARY = "non_monetary", _("Non-monetary")
    EXPLANATION = "explanation", _("Explanation only")


class State(models.TextChoices):
    LISTEN = "listen", _("Listen")
    APOLOGISE = "apologise", _("Show concern, apologise")
    SATISFY = "satisfy", _("Satisfy")
    THANK = "thank", _("Thank")
    REPORT = "report", _("Report")
    ACT = "act", _("Act quickly")
    GET_DETAILS = "get_details", _("Get details")
    REVIEW = "review", _("Review options")
    EXECUTE = "execute", _("Execute the plan")
    EVALUATE = "evaluate", _("Evaluate the outcome")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    REFERRED = "referred", _("Referred outside")
    DECLINED = "declined", _("Declined")
    VOIDED = "voided", _("Logged by mistake")


LASTR_STATES = (State.LISTEN, State.APOLOGISE, State.SATISFY, State.THANK, State.REPORT)
AGREE_STATES = (State.ACT, State.GET_DETAILS, State.REVIEW, State.EXECUTE, State.EVALUATE)
OPEN_STATES = LASTR_STATES + AGREE_STATES
END_STATES = (State.CLOSED, State.WITHDRAWN, State.REFERRED, State.DECLINED, State.VOIDED)
# What was logged by mistake stays away.
REOPENABLE = (State.CLOSED, State.WITHDRAWN, State.REFERRED, State.DECLINED)


# Who owns a class 2 case for good; the desk only keeps one until such a person takes it.
OWN_CASES = ("handler", "service_advisor", "supervisor", "manager")


class Medium(models.TextChoices):
    PHONE = "phone", _("Phone")
    VISIT = "visit", _("Visit")
    MEETING = "meeting", _("Meeting")
    SMS = "sms", _("SMS")
    EMAIL = "email", pgettext_lazy("channel", "E-mail")
    CHAT = "chat", _("Chat")
    LETTER = "letter", _("Letter")
    FAX = "fax", _("Fax")


# By what a matter usually comes from outside, and is answered.
MEDIUM_OF_OUTSIDE = {
    Channel.REGULATOR: Medium.LETTER,
    Channel.CONSUMER_ASSOCIATION: Medium.LETTER,
    Channel.PRESS: Medium.PHONE,
    Channel.SOCIAL_MEDIA: Medium.CHAT,
}


class Counterpart(models.TextChoices):
    """With whom we talked: to answer an authority or a reporter is no answer to the customer."""

    CUSTOMER = "customer", _("Customer")
    OUTSIDE = "outside", _("Authority, press or public")


class DeliveryState(models.TextChoices):
    """What has come of a message that was sent from here; empty for what was only noted."""

    WAITING = "waiting", _("Waiting to be sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")
    UNKNOWN = "unknown", _("Perhaps sent")


UNDELIVERED = (DeliveryState.FAILED, DeliveryState.UNKNOWN)


class WaitEnd(models.TextChoices):
    """How a wait for the customer ended."""

    RESUMED = "resumed", _("Ended by hand")
    OVER = "over", _("Its time was over")
    ANSWERED = "answered", _("The customer got in touch")
    CLOSED = "closed", _("The complaint ended")


class TemplatePurpose(models.TextChoices):
    RECEIPT = "receipt", pgettext_lazy("message", "Receipt")
    INTERIM_ANSWER = "interim_answer", _("Interim answer")
    APPOINTMENT = "appointment", _("Appointment")
    DOCUMENTS = "documents", _("Asking for documents")
    PLAN = "plan", _("Plan explained")
    DECISION = "decision", pgettext_lazy("message", "Decision")
    DECLINED = "declined", pgettext_lazy("message", "Declined politely")
    DONE = "done", pgettext_lazy("message", "Done")
    WAITING = "waiting", _("Reminder while we wait")
    APOLOGY = "apology", pgettext_lazy("message", "Apology")
    OTHER = "other", pgettext_lazy("message", "Other")


class Direction(models.TextChoices):
    IN = "in", _("From the customer")
    OUT = "out", _("To the customer")
    NOTE = "note", _("Internal note")


class Skill(models.TextChoices):
    """The five skills that run through AGREE and name its guidance. Source: DOMAIN.md 3.4."""

    LISTEN_ACTIVELY = "listen_actively", _("Listen actively")
    EMPATHISE = "empathise", _("Empathise")
    ASK = "ask", _("Ask the right questions")
    REACH_AGREEMENT = "reach_agreement", _("Reach an agreement")
    CHECK = "check", _("Check that it is carried out")


class Situation(models.TextChoices):
    """What a talk may be about besides its step; threats keep their own words. Source: DOMAIN.md 3.7."""

    ASKING = "asking", pgettext_lazy("situation", "Asking")
    RESTATING = "restating", pgettext_lazy("situation", "Restating")
    APOLOGISING = "apologising", pgettext_lazy("situation", "Apologising")
    CALMING = "calming", pgettext_lazy("situation", "Calming")
    REFUSING = "refusing", pgettext_lazy("situation", "Saying no")
    PROMISING = "promising", pgettext_lazy("situation", "Promising")
    INTERIM = "interim", pgettext_lazy("situation", "Interim answer")
    HANDING_OVER = "handing_over", pgettext_lazy("situation", "Handing over")
    PHONE = "phone", pgettext_lazy("situation", "On the phone")
    VISIT = "visit", pgettext_lazy("situation", "On a visit")
    MESSAGE = "message", pgettext_lazy("situation", "In writing")
    DANGER = "danger", pgettext_lazy("situation", "Danger to people")
    LEGAL = "legal", pgettext_lazy("situation", "Threatens with a lawyer")
    PRESS = "press", pgettext_lazy("situation", "Threatens with the press")
    REGULATOR = "regulator", pgettext_lazy("situation", "Threatens with a regulator")
    ONLINE = "online", pgettext_lazy("situation", "Threatens to post it")
    OVER_OUR_HEADS = "over_our_heads", pgettext_lazy("situation", "Wants to speak to the boss")
    GROUP = "group", pgettext_lazy("situation", "Several customers")
    ON_BEHALF = "on_behalf", pgettext_lazy("situation", "On behalf of a customer")
    PARTNER = "partner", pgettext_lazy("situation", "A partner")
    CLOSING = "closing", pgettext_lazy("situation", "Closing")
    FOLLOWING_UP = "following_up", pgettext_lazy("situation", "Following up")
