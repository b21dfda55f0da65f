"""Hostile and unlucky input, one of each class. Source: RELIABILITY.md 6A, 6C, 6G."""

LONG = "字" * 100_000
SCRIPT = "<script>canary()</script><img src=x onerror=canary()>"
ATTRIBUTE = "'\"></textarea><svg onload=canary()>"
TEMPLATE = "{{ request.user.password }}{% debug %}{# x #}${7*7}"

# All that is text and must be kept as text, in one.
MIXED = "".join(
    (
        SCRIPT,
        ATTRIBUTE,
        TEMPLATE,
        "x' OR 1=1; DROP TABLE complaints_complaint;--%_\\",
        "𠀀𪛖",  # beyond the basic plane
        "👩🏽‍🚒👨‍👩‍👧‍👦",
        "\u202egnp.exe\u2066",
        "a" + "\u0301" * 100,
        "%s %(name)s {0} {actor} {self.__class__}",
        "\ufffd\ufffe\uffff",
    )
)

TEXTS = {
    "mixed": MIXED,
    "null byte": "a\0b",
    "control signs": "a\x01\x08\x1b[31mb",
    "100,000 characters": LONG,
    "zero-width only": "\u200b\u200c\u200d\ufeff\u3000",
    "full-width digits": "１２３４５６７８９０１",
    "CR, LF and others": "a\r\nSet-Cookie: x=1\r\n\r\n<b>\u2028b\u2029c\x85d",
    "2^31": "2147483648",
    "2^63": "9223372036854775808",
    "many digits": "9" * 5000,
    "minus one": "-1",
    "instant of year 9999, otherwise written": "12/31/9999 23:59",
    "instant with a far zone": "0001-01-01T00:00:00+14:00",
    "name of a view": "complaints:queue",
}

# For fields that are read as JSON.
JSON = {
    "brackets without end": "[" * 50_000,
    "half a sign in JSON": '{"en": ["\\ud800"], "zh": ["\\u0000"]}',
    "JSON": '{"a": [1, null]}',
}
