"""The tree of categories a house starts with. Managers edit it afterwards. Source: DOMAIN.md 3.1; API.md, "Codes"."""

from complaints.models import Category

RESTRICTED = ("integrity",)

# code, English, Chinese, and what belongs under it.
Row = tuple[str, str, str, tuple[tuple[str, str, str], ...]]
STARTER: tuple[Row, ...] = (
    ("product_quality", "Product quality", "产品质量", (
        ("soiled", "Soiled", "污损"),
        ("damaged", "Damaged", "破损"),
        ("past_date", "Past its date", "过期"),
    )),
    ("service_attitude", "Service attitude", "服务态度", (
        ("pushed_goods", "Pushed goods", "强行推销"),
        ("ignored", "Ignored", "无人理睬"),
        ("sulked", "Sulked when nothing was bought", "未购买时给脸色"),
        ("rude", "Rude", "态度粗暴"),
        ("did_not_know_product", "Did not know the product", "不熟悉产品"),
    )),
    ("service_quality", "Service quality", "服务质量", ()),
    ("repair_skill", "Repair skill", "维修技术", ()),
    ("spare_parts", "Spare parts", "零配件", ()),
    ("price", "Price or fees", "价格与收费", ()),
    ("over_promising", "Over-promising or withheld information", "超范围承诺 / 隐瞒", ()),
    ("contract_deposit", "Contract or deposit", "合同与定金", ()),
    ("billing", "Billing and cashier", "收银结账", (
        ("wrong_change", "Wrong change", "找错零钱"),
        ("goods_for_change", "Goods instead of change", "以货抵零"),
        ("scanned_twice", "Scanned twice", "重复扫码"),
        ("slow_cashier", "Slow", "结账太慢"),
        ("queue_jumping", "Queue jumping", "插队"),
    )),
    ("paperwork", "Paperwork errors", "单据差错", (
        ("wrong_receipt", "Receipt", "票据开错"),
        ("wrong_price", "Price", "价格写错"),
        ("sold_twice", "Unit sold twice", "重复出售"),
    )),
    ("delivery", "Delivery", "交付", ()),
    ("privacy", "Privacy", "隐私", ()),
    ("safety", "Site or store safety", "现场与门店安全", ()),
    ("partner_service", "Partner service", "合作方服务", (
        ("partner_reports", "Reports or settlements wrong", "报表或结算差错"),
        ("partner_staff_absent", "Staff absent", "驻场人员缺岗"),
        ("partner_visits_alone", "Customers left to visit alone", "客户无人陪同看房看车"),
        ("partner_site", "Site badly run", "案场管理差"),
        ("partner_promises", "Promises in the partner’s name", "以合作方名义承诺"),
    )),
    ("integrity", "Integrity", "廉洁", (
        ("kickback", "Kickback", "收受回扣"),
        ("sold_data", "Sold data", "出售客户资料"),
        ("false_referral", "False referrals", "虚假推荐"),
    )),
    ("other", "Other", "其他", ()),
)  # fmt: skip


def starter_codes() -> set[str]:
    return {code for code, _en, _zh, children in STARTER for code in (code, *(child[0] for child in children))}


def ensure_starter_categories() -> int:
    """Add those of the starter tree that are not there, and return how many. What a manager changed stays as it is."""
    known = dict(Category.objects.values_list("code", "pk"))
    before = len(known)
    for position, (code, name_en, name_zh, children) in enumerate(STARTER):
        is_restricted = code in RESTRICTED
        if code not in known:
            row = Category.objects.create(
                code=code, name_en=name_en, name_zh=name_zh, position=position, is_restricted=is_restricted
            )
            known[code] = row.pk
        missing = [child for child in children if child[0] not in known]
        Category.objects.bulk_create(
            Category(
                code=child, name_en=en, name_zh=zh, parent_id=known[code], position=place, is_restricted=is_restricted
            )
            for place, (child, en, zh) in enumerate(missing)
        )
        known |= {child: 0 for child, _en, _zh in missing}
    return len(known) - before
