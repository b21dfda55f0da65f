"""The table of all policies: key, default, meaning, form. Managers change them in the browser. Source: DOMAIN.md."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.errors import Sentence
from policies import validators as v
from policies import words
from policies.promises import promise
from policies.statutory import RULES, ladder, longest_wait, statutory_rules


@dataclass(frozen=True)
class PolicySpec:
    """One policy. `validate` returns the clean value or raises Invalid; `unit` stands behind the figure."""

    key: str
    default: Any
    label: Sentence
    help: Sentence
    validate: Callable[[Any], Any]
    unit: Sentence = ""


DAYS, MINUTES, COMPLAINTS = _("days"), _("minutes"), _("complaints")
MEGABYTES = _("MB")
HOUSE_CURRENCY = _("in the house currency")
ranks = ("front_desk", "handler", "supervisor", "manager")
every_role = (
    *("front_desk", "handler", "sales_consultant", "sales_manager", "service_advisor"),
    *("supervisor", "manager", "auditor", "administrator", "department_staff"),
)
# Who decides, reads everything or gives rights. Everybody knows the passwords of a demonstration anyway.
guarded = [] if settings.DEMO else ["supervisor", "manager", "auditor", "administrator"]


def _promise(length: dict[str, str], *rungs: tuple[float, str], **more: Any) -> dict[str, Any]:
    return {
        "clock": "working",
        "length": length,
        "rungs": [{"at": at, "to": to} for at, to in rungs],
        **more,
    }


_DEADLINES = (
    PolicySpec(
        "deadline.owned",
        _promise({"1": "PT15M", "2": "PT10M"}, (1.0, "supervisor")),
        _("Somebody owns it"),
        _("How long a new complaint may be without an owner, for class 1 and class 2, and who is told then."),
        promise,
    ),
    PolicySpec(
        "deadline.first_response",
        _promise(
            {"1": "PT30M", "2": "PT30M"},
            (1.0, "supervisor"),
            (2.0, "manager"),
            (3.0, "head_office"),
            danger_clock="24x7",
        ),
        _("First response"),
        _(
            "How long until the first real contact with the customer. “danger_clock” is the clock when people are in"
            " danger. A rung at 2 calls after the same time again."
        ),
        promise,
    ),
    PolicySpec(
        "deadline.answer",
        _promise({"1": "same_day", "2": "same_day"}, (1.0, "supervisor"), late_hours=2),
        _("An answer to the customer"),
        _(
            "By when the customer hears from us, even an interim answer. What comes in the last “late_hours” of a"
            " working day is answered on the next one."
        ),
        promise,
    ),
    PolicySpec(
        "deadline.approval",
        _promise({"2": "PT4H"}, (1.0, "manager"), (2.0, "head_office")),
        _("Proposal decided"),
        _("How long a proposal may wait to be approved or returned; then the next role up is told."),
        promise,
    ),
    PolicySpec(
        "deadline.decision_told",
        _promise({"2": "PT2H"}, (1.0, "supervisor")),
        _("Decision told to the customer"),
        _("How long after the approval until the customer hears of it."),
        promise,
    ),
    PolicySpec(
        "deadline.oral_report",
        _promise({"1": "same_day"}, (1.0, "supervisor")),
        _("Oral report made"),
        _("By when a class 1 complaint is reported to the supervisor."),
        promise,
    ),
    PolicySpec(
        "deadline.oral_report_confirmed",
        _promise({"1": "PT4H"}, (1.0, "supervisor")),
        _("Oral report confirmed"),
        _("How long an oral report may stay unconfirmed; then the other supervisors are told."),
        promise,
    ),
    PolicySpec(
        "deadline.resolved",
        _promise({"1": "P1D", "2": "P5D"}, (0.8, "supervisor"), (1.0, "manager")),
        _("Resolved"),
        _("How many working days until the complaint is settled. A rung at 0.8 warns before the time is up."),
        promise,
    ),
    PolicySpec(
        "deadline.written_report",
        _promise({"2": "P2D"}, (1.0, "supervisor")),
        _("Written report"),
        _("How many working days after a class 2 case was carried out its report goes to the department above."),
        promise,
    ),
    PolicySpec(
        "deadline.task",
        _promise({"1": "P3D", "2": "P3D"}, (0.8, "owner"), (1.0, "supervisor"), (1.5, "manager")),
        _("Task"),
        _(
            "Who is told when a task is overdue. Each has its own date; “length” is only proposed for a new one."
            " “owner” is whose task it is; with a supervisor the department’s head and the owner of the case hear it."
        ),
        promise,
    ),
)

_CAUSES = (
    PolicySpec(
        "deadline.cause_action",
        _promise({"2": "P10D"}, (0.8, "owner"), (1.0, "supervisor"), (1.5, "manager")),
        _("Corrective action"),
        _(
            "How long until something is done about a recurring cause, where nobody has set a date. The length stands"
            " under class 2; the rungs hold for a date that was set, too."
        ),
        promise,
    ),
    PolicySpec(
        "deadline.cause_check",
        _promise({"2": "P5D"}, (0.01, "owner"), (1.0, "supervisor"), (2.0, "manager")),
        _("Effectiveness checked"),
        _(
            "How long until somebody has checked whether a corrective action helped, from the day on which that can be"
            " judged. The rung at 0.01 tells the owner on that day."
        ),
        promise,
    ),
    PolicySpec(
        "causes.check_days",
        30,
        _("Effectiveness check after"),
        _("How long a corrective action must have held before one may say that it helped."),
        v.whole(1, 365),
        DAYS,
    ),
)

_OUTSIDE = (
    PolicySpec(
        "deadline.statutory",
        {"rungs": [{"at": at, "to": "manager"} for at in (0.5, 0.8, 1.0)]},
        _("Statutory clocks"),
        _("At which share of a legal or regulator’s time whom to tell. It never pauses, and its date is its own."),
        ladder,
    ),
    PolicySpec(
        "deadline.waiting",
        {"longest_days": 30},
        _("Waiting for the customer"),
        _("For how many days at most one waits for the customer at a time; “resolved” stands still meanwhile."),
        longest_wait,
    ),
    PolicySpec(
        "statutory.rules",
        RULES,
        _("Rules of law with their days"),
        _(
            "Which legal clocks run: from the letter, from the acceptance, or from the recording of every complaint;"
            " in working days of the country or calendar days. Check them for your trade and country."
        ),
        statutory_rules,
    ),
)

_TRIAGE = (
    PolicySpec(
        "triage.vip_lifetime_value", "500000", _("Big buyer"),
        _("Who bought for at least this much, and is among our biggest customers, is a VIP: class 2."),
        v.amount, HOUSE_CURRENCY,
    ),
    PolicySpec(
        "triage.vip_top_share", 0.05, _("Biggest customers"),
        _("Which share of all customers counts as the biggest: 0.05 is the top twentieth."), v.number(0.001, 1),
    ),
    PolicySpec(
        "triage.vip_min_customers", 100, _("Customers before the share counts"),
        _("With fewer customers than this nobody is a VIP by what they bought."), v.whole(1, 1_000_000), _("customers"),
    ),
    PolicySpec(
        "triage.frequent_count", 3, _("Frequent complainer: how many"),
        _("Who complained so often within the days below is treated as class 2."), v.whole(2, 1000), COMPLAINTS,
    ),
    PolicySpec(
        "triage.frequent_days", 180, _("Frequent complainer: within"),
        _("The days that count for a frequent complainer."), v.whole(1, 3650), DAYS,
    ),
    PolicySpec(
        "triage.claim_threshold", "5000", _("Asks a lot"),
        _("A claim of this much or more makes class 2."), v.amount, HOUSE_CURRENCY,
    ),
    PolicySpec(
        "triage.recurring_count", 3, _("Recurring: how many"),
        _("So many complaints about the same thing in one department make a recurring cause."), v.whole(2, 1000),
        COMPLAINTS,
    ),
    PolicySpec(
        "triage.recurring_days", 7, _("Recurring: within"),
        _("The days in which recurring complaints are counted."), v.whole(1, 365), DAYS,
    ),
    PolicySpec(
        "triage.recurring_factor", 2, _("Recurring: times the usual"),
        _("A category recurs when it has this many times its usual number of complaints."), v.number(1, 100),
        _("times"),
    ),
    PolicySpec(
        "triage.recurring_weeks", 8, _("Recurring: weeks compared"),
        _("How many weeks back the usual number is taken from (their median)."), v.whole(2, 104), _("weeks"),
    ),
    PolicySpec(
        "triage.group_size", 5, _("Group complaint"),
        _("So many customers with the same matter are a group: class 2, and a crisis is suggested."),
        v.whole(2, 1000), _("customers"),
    ),
    PolicySpec(
        "triage.over_promising_categories", ["over_promising"], _("Categories of over-promising"),
        _("Complaints in these categories (over-promised, withheld information) are class 2."), v.codes,
    ),
    PolicySpec(
        "triage.class2_categories", ["integrity"], _("Categories that are always class 2"),
        _("Complaints in these categories are class 2 whatever else they are."), v.codes,
    ),
    PolicySpec(
        "words.danger", words.DANGER, _("Words of danger"),
        _("Words that suggest danger to people, in English (en) and Chinese (zh). Only whole words count."),
        v.word_lists("en", "zh"),
    ),
    PolicySpec(
        "words.threats", words.THREATS, _("Words of threats"),
        _("Words that suggest a threat: legal, press, regulator, online, over our heads; both languages in one list."),
        v.word_lists(*words.THREATS),
    ),
    PolicySpec(
        "words.demands", words.DEMANDS, _("Words of demands"),
        _("Words that suggest what the customer wants; both languages in one list."), v.word_lists(*words.DEMANDS),
    ),
)  # fmt: skip

_RIGHTS = (
    PolicySpec(
        "authority.limits", {"front_desk": "200", "handler": "500", "supervisor": "5000", "manager": "50000"},
        _("Authority limits"),
        _("How much each role may grant or approve for one complaint. A higher role has no less than a lower one."),
        v.limits(ranks), HOUSE_CURRENCY,
    ),
    PolicySpec(
        "integrity.readers", [], _("Who reads integrity complaints"),
        _("Usernames of those who, beside the auditor, see complaints about integrity."), v.usernames,
    ),
)  # fmt: skip

_DESK = (
    PolicySpec(
        "import.deadline_days", 7, _("Imported complaints with deadlines"),
        _("Imported complaints get deadlines only when they are open and younger than this."), v.whole(0, 365), DAYS,
    ),
    PolicySpec(
        "duplicates.days", 30, _("Possible duplicates: within"),
        _("How far back the desk is shown possible duplicates."), v.whole(1, 365), DAYS,
    ),
    PolicySpec(
        "duplicates.threshold", 0.5, _("Possible duplicates: how similar"),
        _("How much two texts must have in common to be shown as possible duplicates: 0 is nothing, 1 is everything."),
        v.number(0.05, 1),
    ),
    PolicySpec(
        "reopen.days", 90, _("Reopening"),
        _("How long after its end a complaint may be reopened."), v.whole(1, 3650), DAYS,
    ),
    PolicySpec(
        "session.idle_minutes", 120, _("Session ends after"),
        _("How long nobody may touch a page before one must sign in again."), v.whole(5, 1440), MINUTES,
    ),
    PolicySpec(
        "session.lock_minutes", 10, _("Screen locks after"),
        _("How long nobody may touch the shared desk computer before it locks."), v.whole(1, 240), MINUTES,
    ),
    PolicySpec(
        "signin.second_factor", guarded, _("Second factor"),
        _("Roles that sign in with a code of an app besides the password. Who has none yet must set it up first."),
        v.some_of(*every_role),
    ),
    PolicySpec(
        "draft.keep_days", 14, _("Drafts are kept"),
        _("How long a complaint that was begun and not saved is kept."), v.whole(1, 365), DAYS,
    ),
    PolicySpec(
        "files.most_megabytes", 20, _("Largest file"),
        _("A photo, recording or PDF that is larger than this is not taken."), v.whole(1, 60), MEGABYTES,
    ),
    PolicySpec(
        "files.most_of_complaint", 30, _("Files of one complaint"),
        _("How many files one complaint may have; what was withdrawn does not count."), v.whole(1, 500), _("files"),
    ),
    PolicySpec(
        "files.most_megabytes_of_complaint", 200, _("Files of one complaint together"),
        _("How large all files of one complaint may be together."), v.whole(1, 10_000), MEGABYTES,
    ),
    PolicySpec(
        "mail.digest_minutes", 10, _("One mail in"),
        _("Nobody gets more than one mail with notices in this time, a crisis excepted."), v.whole(1, 1440), MINUTES,
    ),
)  # fmt: skip

_COMPANY = (
    PolicySpec("company.legal_name", "", _("Legal name"), _("As it stands on slips and settlements."), v.text(200)),
    PolicySpec("company.address", "", _("Address"), _("Where customers can write to or come to."), v.text(400)),
    PolicySpec("company.phone", "", _("Phone"), _("The number customers call."), v.text(40)),
    PolicySpec(
        "company.hotline_hours", "9:00–20:00", _("Hours of the hotline"),
        _("When somebody answers the phone, as customers read it."), v.text(100),
    ),
    PolicySpec(
        "company.currency", "CNY", _("House currency"),
        _("Limits and thresholds are in it. Sums in another currency are kept as they are and never converted."),
        v.currency,
    ),
    PolicySpec(
        "company.zone", "Asia/Shanghai", _("Time zone of the house"),
        _("Decides in which year a number is counted."), v.zone,
    ),
)  # fmt: skip

_WEEKS = (
    PolicySpec(
        "week.hour", 7, _("Monday’s report: from what hour"),
        _("From this hour on a Monday, in each department’s time zone, its leaders are told of its last week."),
        v.whole(0, 23),
    ),
)  # fmt: skip

_ALL = (*_COMPANY, *_DEADLINES, *_CAUSES, *_OUTSIDE, *_TRIAGE, *_RIGHTS, *_DESK, *_WEEKS)
SPECS: dict[str, PolicySpec] = {spec.key: spec for spec in _ALL}
