from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from deadlines.firing import revive_dead
from deadlines.sweep import sweep


class Command(BaseCommand):
    help = "Fires the deadlines that are due now, by hand."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--revive", action="store_true", help="try again those that were given up")

    def handle(self, *args: Any, revive: bool, **options: Any) -> None:
        if revive:
            self.stdout.write(f"{revive_dead()} given up before are tried again.")
        swept = sweep("hand", budget_seconds=600)
        self.stdout.write(
            f"{swept.fired} fired, {swept.failed} failed, {swept.busy} left because somebody is at them, "
            f"{swept.recomputed} recomputed."
        )
