from typing import Any

from django.core.management.commands import makemessages

# Not shown to anybody.
IGNORED = ["tests", "data", "docs", "staticfiles", "migrations"]


class Command(makemessages.Command):
    """Django's own, so that everybody who collects messages writes the same file."""

    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching", "--no-wrap"]
    xgettext_options = [*makemessages.Command.xgettext_options, "--no-wrap"]
    msgattrib_options = [*makemessages.Command.msgattrib_options, "--no-wrap"]

    def handle(self, *args: Any, **options: Any) -> None:
        options["ignore_patterns"] = [*options["ignore_patterns"], *IGNORED]
        # Lines move with every change of the code; a translator looks for words.
        options["add_location"] = "file"
        options["no_obsolete"] = True
        super().handle(*args, **options)
