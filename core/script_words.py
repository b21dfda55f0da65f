"""The words that scripts put together while the page is open. Same sentences as the server's, so one translation."""

from django.utils.translation import gettext as _


def script_words() -> dict[str, str]:
    return {
        "left": _("{time} left"),
        "over": _("Overdue {time}"),
        "seconds": _("{seconds} s"),
        "minutes": _("{minutes} min"),
        "hours": _("{hours} h"),
        "hoursMinutes": _("{hours} h {minutes} min"),
        "days": _("{days} d"),
        "daysHours": _("{days} d {hours} h"),
        "soonSaid": _("{name}: {time} left"),
        "overSaid": _("{name}: overdue"),
        "promise": _("A deadline"),
        "saving": _("Saving"),
        "draftSaved": _("Draft saved {time}"),
        "draftHere": _("Kept on this machine {time}, not on the server yet"),
        "signedOut": _("You are signed out. Your text is kept on this machine."),
        "copied": _("Copied"),
        "inserted": _("Inserted"),
        "offline": _("No connection since {time}."),
        "changed": _("Something here has changed."),
        "show": _("Show it"),
        "found": _("{count} found"),
        "foundNone": _("Nothing found"),
        "showPassword": _("Show"),
        "hidePassword": _("Hide"),
        "stop": _("Stop"),
        "close": _("Close"),
        "again": _("Try again"),
        "fileKept": _("{name} is kept"),
        "fileTooLarge": _("This file is larger than {most} MB. Make it smaller, or send it in parts."),
        "fileNotSent": _("It did not arrive. Nothing else was lost."),
        "filesOnTheWay": _("Files are still on their way. Then it is saved."),
        "broken": _("Something broke on our side. Your text is kept. Try again."),
    }
