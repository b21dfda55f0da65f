"""What customers say: seeded sentences in Chinese and English, with words that are common, rare, and nowhere."""

from random import Random

COMMON, RARE, CHINESE, NOWHERE = "refund", "hexagon", "退款", "zeppelinwurst"
WORDS = (COMMON, RARE, CHINESE, NOWHERE)

PRODUCTS = (
    "Wiper blade", "Dash camera", "Seat cover", "Roof box", "Car battery", "Floor mat", "Air filter", "Snow chain",
    "轮胎", "车载充电器", "行车记录仪", "儿童座椅", "机油滤清器", "脚垫", "车衣", "雨刮器",
)  # fmt: skip

OPENINGS = {
    "en": (
        "I bought a {product} with order {number}, and it broke after {days} days.",
        "The repair under order {number} took {days} days instead of two.",
        "Order {number} was delivered {days} days late and nobody called.",
        "Your consultant promised me a discount on the {product} and the bill {number} shows none.",
        "The {product} of order {number} does not fit my car, although the shop measured it.",
        "I waited {days} minutes at the counter with order {number} while two clerks were talking.",
        "The invoice for order {number} names a {product} that I never bought.",
        "After the service on order {number} the {product} rattles at every bump.",
    ),
    "zh-hans": (
        "我买的{product}，订单{number}，用了{days}天就坏了。",
        "订单{number}的维修拖了{days}天，说好的两天根本没有做到。",
        "订单{number}晚到{days}天，没有一个人打电话通知。",
        "销售顾问答应{product}可以优惠，账单{number}上却一分没少。",
        "订单{number}的{product}和我的车型不匹配，店里明明量过尺寸。",
        "拿着订单{number}在柜台等了{days}分钟，两个店员一直在聊天。",
        "发票{number}上写的{product}我从来没有买过。",
        "做完保养{number}以后，{product}一直有异响。",
    ),
}
MIDDLES = {
    "en": (
        "I called the hotline three times and was passed on each time.",
        "The store manager was not to be found.",
        "My family depends on the car for the way to school.",
        "The second one that you sent had the same fault.",
        "The receipt and the photographs are attached.",
        "Nobody apologised, and nobody explained what happens next.",
        "I was charged twice for the same item.",
        "The parts had to be ordered again because the wrong ones came.",
    ),
    "zh-hans": (
        "客服电话打了三次，每次都被转来转去。",
        "店长一直不在，没有人能做主。",
        "孩子上学全靠这辆车，耽误了很多事情。",
        "换来的第二个还是同样的毛病。",
        "收据和照片都在这里，随时可以核对。",
        "没有人道歉，也没有人说明下一步怎么办。",
        "同一样东西收了我两次钱。",
        "配件发错了，只好重新订货。",
    ),
}
ENDINGS = {
    "en": (
        "Please call me back before the weekend.",
        "I expect an answer in writing.",
        "I want it repaired properly this time.",
        "I have been a customer for ten years and expected better.",
        "Please send somebody who knows the product.",
    ),
    "zh-hans": (
        "请在周末之前回电话。",
        "希望得到书面答复。",
        "这一次请彻底修好。",
        "我是十年的老客户，没想到会这样。",
        "请派一个懂产品的人过来。",
    ),
}
# One in so many says it.
WISHES = {
    "en": ((12, "I want a full refund."), (900, "The hexagon bolt is missing from the box.")),
    "zh-hans": ((12, "我要求全额退款。"), (900, "盒子里少了一颗 hexagon 螺栓。")),
}
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂"
FIRST = ("Emily", "James", "Olivia", "Noah", "Sophia", "Liam", "Grace", "Henry", "Chloe", "Oscar", "Ruth", "Victor")
LAST = ("Carter", "Bennett", "Hughes", "Foster", "Reed", "Murray", "Walsh", "Porter", "Keller", "Dawson", "Lowe")


def description(random: Random, language: str) -> tuple[str, str]:
    """A text with its own numbers, and the same without them, by which word lists judge it once for all."""
    parts = [random.choice(OPENINGS[language]), random.choice(MIDDLES[language])]
    parts += [wish for one_in, wish in WISHES[language] if random.random() * one_in < 1]
    parts.append(random.choice(ENDINGS[language]))
    template = ("" if language == "zh-hans" else " ").join(parts)
    number = f"A{random.randrange(10**7):07d}"
    said = template.format(product=random.choice(PRODUCTS), number=number, days=random.randrange(2, 60))
    return said, template


def person(random: Random, language: str) -> str:
    if language == "zh-hans":
        return random.choice(SURNAMES) + "".join(random.choices(GIVEN, k=random.choice((1, 2, 2))))
    return f"{random.choice(FIRST)} {random.choice(LAST)}"
