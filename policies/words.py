"""The starter lists of words that triage looks for, in both languages. Managers edit them."""

DANGER = {
    "en": [
        "fire", "burning", "burnt", "burned", "flames", "smoke", "explosion", "exploded", "injury", "injured", "hurt",
        "wounded", "bleeding", "accident", "crash", "crashed", "collision", "rollover", "brake failure",
        "brakes failed",
        "steering failure", "lost control", "airbag", "electric shock", "electrocuted", "gas leak", "fuel leak",
        "short circuit", "overheating", "poisoned", "poisoning", "hospital", "ambulance", "unconscious", "collapsed",
        "allergic reaction", "dead", "death", "died",
    ],
    "zh": [
        "起火", "着火", "自燃", "失火", "冒烟", "烧毁", "烧伤", "烫伤", "爆炸", "受伤", "伤人", "流血", "骨折", "事故",
        "车祸", "撞车", "追尾", "翻车", "失控", "刹车失灵", "制动失灵", "刹车失效", "制动失效", "转向失灵", "方向失灵",
        "安全气囊", "气囊", "触电", "漏电", "短路", "漏油", "漏气", "煤气泄漏", "断轴", "坍塌", "坠落", "中毒", "过敏",
        "住院", "救护车", "昏迷", "死亡", "身亡", "生命危险",
    ],
}  # fmt: skip

THREATS = {
    "legal": [
        "lawyer", "attorney", "solicitor", "sue", "suing", "lawsuit", "court", "small claims", "litigation",
        "legal action", "arbitration", "律师", "律师函", "起诉", "法院", "法庭", "诉讼", "打官司", "仲裁", "告你们",
    ],
    "press": [
        "the press", "journalist", "reporter", "newspaper", "news channel", "tv station", "media", "曝光", "记者",
        "媒体", "电视台", "报社", "新闻", "315晚会",
    ],
    "regulator": [
        "regulator", "ombudsman", "cfpb", "consumer protection", "trading standards", "attorney general", "bbb",
        "better business bureau", "12315", "12345", "消费者协会", "消协", "消费者权益", "工商", "工商局", "市场监管",
        "市监局", "质检", "质监局", "银保监", "信访", "监管部门", "主管部门",
    ],
    "online": [
        "twitter", "facebook", "instagram", "tiktok", "youtube", "social media", "go viral", "online review",
        "bad review", "抖音", "快手", "微博", "小红书", "知乎", "朋友圈", "发帖", "论坛", "差评", "上网", "热搜",
        "网上曝光",
    ],
    "over_our_heads": [
        "your boss", "head office", "headquarters", "ceo", "board of directors", "your superior", "找领导",
        "找你们领导", "找老板", "总经理", "董事长", "总部", "厂家", "上级",
    ],
}  # fmt: skip

DEMANDS = {
    "refund": ["refund", "refunded", "money back", "reimburse", "reimbursement", "退款", "退钱", "退费", "返还"],
    "cancel_purchase": [
        "cancel the purchase", "cancel the contract", "return it", "退车", "退房", "退货", "退定", "退订", "解除合同",
    ],
    "exchange": ["exchange", "replace", "replacement", "换车", "换房", "换货", "更换", "调换"],
    "repair": ["repair", "repaired", "fix", "fixed", "维修", "修理", "修复", "返修", "返工"],
    "discount": ["discount", "price reduction", "打折", "优惠", "降价", "减价", "折扣"],
    "compensation": ["compensation", "compensate", "damages", "赔偿", "补偿", "赔钱", "赔付", "索赔", "退一赔三"],
    "apology": ["apology", "apologise", "apologize", "道歉", "赔礼", "赔礼道歉"],
    "explanation": ["explanation", "explain", "解释", "说明", "说法", "答复", "交代"],
    "business_support": ["business support", "sales support", "业务支持", "商务支持"],
    "be_heard": ["just listen", "be heard", "倾诉", "发泄", "听我说"],
}  # fmt: skip
