"""A browser's name for itself, in words that people know it by."""

from django.utils.translation import gettext_lazy as _

from core.errors import Sentence

# The first that fits: each browser names those before it too, to be served like them.
BROWSERS = (
    ("MicroMessenger/", _("WeChat")),
    ("DingTalk/", _("DingTalk")),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("HuaweiBrowser/", "HUAWEI Browser"),
    ("QQBrowser/", "QQ Browser"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
HANDHELD = ("iPhone", "iPad", "Android", "Mobile")


def browser_words(user_agent: str) -> Sentence:
    """ "Firefox on Windows". What it says is the browser's own word, and only helps to recognise it."""
    browser = _first(user_agent, BROWSERS)
    system = _first(user_agent, SYSTEMS)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("A program we do not know")


def is_handheld(user_agent: str) -> bool:
    return any(sign in user_agent for sign in HANDHELD)


def _first(user_agent: str, table: tuple[tuple[str, Sentence], ...]) -> Sentence:
    return next((words for sign, words in table if sign in user_agent), "")
