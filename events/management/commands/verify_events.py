import time
from argparse import ArgumentParser
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from events.verification import Tally, problems, snapshot, unexpected

MOST_PROBLEMS = 20


class Command(BaseCommand):
    """Check the whole log. Exit status 1 when anything was altered, deleted, inserted or cut off."""

    help = "Check that the event log was not changed: chains, heads, signed checkpoints and old texts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--expect",
            metavar="NUMBER:SIGNATURE",
            help="a checkpoint that was written down outside the database (see the log); fails when it is gone",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started, tally = time.monotonic(), Tally()
        with snapshot():
            found = list(islice(problems(tally), MOST_PROBLEMS))
            if options["expect"]:
                number, _colon, signature = options["expect"].partition(":")
                if not number.isdecimal() or not signature:
                    raise CommandError("Write --expect as NUMBER:SIGNATURE.")
                if why := unexpected(tally.last, int(number), signature):
                    found.append(why)
        for problem in found:
            self.stderr.write(self.style.ERROR(problem))
        if found:
            raise CommandError("The event log was changed; the first bad row is named above.")
        seconds = max(time.monotonic() - started, 0.001)
        self.stdout.write(
            f"{tally.events} events of {tally.subjects} subjects, {tally.checkpoints} checkpoints and {tally.texts} old"
            f" texts are as they were written ({tally.events / seconds:,.0f} events/s)."
        )
        if tally.last:
            self.stdout.write(f"Last checkpoint: {tally.last.number}:{tally.last.signature}")
