"""The tree of root causes a house starts with. Managers edit it afterwards. Source: DOMAIN.md 3.4."""

from complaints.models import RootCause

# code, English, Chinese, and what belongs under it.
Row = tuple[str, str, str, tuple[tuple[str, str, str], ...]]
STARTER: tuple[Row, ...] = (
    ("people", "People", "人员", (
        ("people_knowledge", "Did not know how", "不会做：知识或技能不足"),
        ("people_attitude", "Attitude towards the customer", "对客户的态度"),
        ("people_care", "A slip, or not careful enough", "疏忽或不够细心"),
        ("people_too_few", "Too few people at that time", "当时人手不足"),
    )),
    ("process", "How we work", "流程与制度", (
        ("process_missing", "There is no rule for it", "没有相应规定"),
        ("process_not_kept", "The rule was not kept", "有规定但未执行"),
        ("process_unfit", "The rule does not fit the customer", "规定不合理"),
        ("process_handover", "Lost between two people or departments", "交接脱节"),
        ("process_too_slow", "It took too long", "处理太慢"),
    )),
    ("information", "What was said", "信息与沟通", (
        ("information_promised", "More was promised than we keep", "承诺过多"),
        ("information_withheld", "Something was not told in time", "未及时告知"),
        ("information_unclear", "Contract, price or paper is hard to understand", "合同、价格或单据不清楚"),
        ("information_wrong", "Wrong information was given", "信息有误"),
    )),
    ("product", "Product", "产品", (
        ("product_design", "Design or specification", "设计或规格"),
        ("product_made", "How it was made", "制造缺陷"),
        ("product_stored", "Storage, transport or display", "仓储、运输或陈列"),
        ("product_parts", "Parts missing or unfit", "零配件缺失或不适配"),
    )),
    ("system", "Systems and equipment", "系统与设备", (
        ("system_data", "Wrong data", "数据错误"),
        ("system_failed", "A system or device failed", "系统或设备故障"),
    )),
    ("place", "Place and surroundings", "场地与环境", (
        ("place_unsafe", "Not safe, or not kept in order", "不安全或维护不到位"),
        ("place_crowded", "Too crowded, too long a wait", "拥挤、等候过久"),
    )),
    ("partner", "Partner or supplier", "合作方与供应商", (
        ("partner_late", "Delivered late or wrong", "交付迟延或有误"),
        ("partner_conduct", "Conduct of their people", "对方人员行为"),
    )),
    ("customer_expectation", "Expectation", "客户预期", (
        ("expectation_unsaid", "We did not ask what they expect", "未了解客户期望"),
        ("expectation_misuse", "Used in another way than meant", "使用方式不当"),
        ("expectation_beyond", "Beyond what can be given", "超出合理范围"),
    )),
    ("outside_us", "Outside of our reach", "外部原因", ()),
)  # fmt: skip


def starter_codes() -> set[str]:
    return {code for code, _en, _zh, children in STARTER for code in (code, *(child[0] for child in children))}


def ensure_starter_root_causes() -> int:
    """Add those of the starter tree that are not there, and return how many. What a manager changed stays as it is."""
    known = dict(RootCause.objects.values_list("code", "pk"))
    before = len(known)
    for position, (code, name_en, name_zh, children) in enumerate(STARTER):
        if code not in known:
            known[code] = RootCause.objects.create(code=code, name_en=name_en, name_zh=name_zh, position=position).pk
        missing = [child for child in children if child[0] not in known]
        RootCause.objects.bulk_create(
            RootCause(code=child, name_en=en, name_zh=zh, parent_id=known[code], position=place)
            for place, (child, en, zh) in enumerate(missing)
        )
        known |= {child: 0 for child, _en, _zh in missing}
    return len(known) - before
