"""Sentences for the talk at the desk, step by step: to say, and better not. Source: DOMAIN.md 3.7.

Each is (English, Chinese). They are spoken to the customer, so the customer's language chooses, not the page's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from complaints.codes import State

Pair = tuple[str, str]

SAY: dict[str, tuple[Pair, ...]] = {
    State.LISTEN: (
        ("Please tell me once more what happened, from the beginning.", "请您再详细讲一次，我记下来。"),
        ("One moment: there is a point I have not understood yet.", "请稍等，有一点我还不太清楚。"),
        ("If I understand you right, … Is that correct?", "我复述一下，您看对不对：……"),
    ),
    State.APOLOGISE: (
        ("I am sorry that this happened to you.", "给您添麻烦了，真对不起。"),
        ("I can see why this upsets you.", "换作是我，我也会着急。"),
        ("Thank you for telling us. Let us see what we can do right now.", "谢谢您告诉我们，我们现在就来想办法。"),
    ),
    State.SATISFY: (
        ("What would make this right for you?", "您希望我们怎样处理？"),
        ("This is what I can do for you at once: … Is that all right?", "我现在可以马上为您做的是：……您看可以吗？"),
        ("Is there anything that still bothers you?", "您看还有什么不放心的地方吗？"),
    ),
    State.THANK: (
        ("Thank you for telling us, so that we can do better.", "谢谢您的意见，帮助我们改进。"),
        ("We would be glad to see you again. Here is my name and number.", "欢迎您再来，这是我的姓名和电话。"),
    ),
    State.REPORT: (
        ("Your matter is noted under this number. Call us any time.", "您的事情已登记，这是编号，有问题随时联系我们。"),
    ),
}

AVOID: dict[str, tuple[Pair, ...]] = {
    State.LISTEN: (
        ("“That cannot be.”", "“不可能吧。”"),
        ("Interrupting, arguing, asking whose fault it is", "打断、争辩、先问是谁的错"),
    ),
    State.APOLOGISE: (
        ("“Why did you not look at it first?”", "“您当时怎么不看清楚？”"),
        ("“How can you not know how to use it?”", "“你怎么用也不会？”"),
    ),
    State.SATISFY: (
        ("“That is not my department.”", "“这不归我管。”"),
        ("Promises on the spot that others must keep", "当场许下要由别人兑现的承诺"),
    ),
    State.THANK: (("“So that is settled then.”", "“那就这样了吧。”"),),
    State.REPORT: (("“I will pass it on.” and nothing more", "只说一句“我会转达的”"),),
}

# Before anything is settled: first the mood, then the matter.
CALM: tuple[Pair, ...] = (
    ("Shall we sit down where it is quiet? May I get you some water?", "我们到里面坐下慢慢说，我给您倒杯水。"),
    ("I will ask my supervisor to come, so that you are helped at once.", "我请主管过来，马上帮您处理。"),
)


@dataclass(frozen=True)
class Sayings:
    """What stands beside a step: sentences with the language they are in, and what to avoid in the reader's."""

    language: str
    say: tuple[str, ...]
    avoid: tuple[str, ...]


def sayings_for(step: str, *, customer_language: str, reader_language: str, is_heated: bool) -> Sayings:
    pairs = (*(CALM if is_heated else ()), *SAY.get(step, ()))
    is_chinese = customer_language.startswith("zh")
    return Sayings(
        "zh" if is_chinese else "en", _in(pairs, customer_language), _in(AVOID.get(step, ()), reader_language)
    )


def _in(pairs: Sequence[Pair], language: str) -> tuple[str, ...]:
    return tuple(chinese if language.startswith("zh") else english for english, chinese in pairs)
