"""Takes away a second factor that was lost, also the last administrator's, and ends the user's sign-ins."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from accounts.models import User
from accounts.second_factor_actions import reset_second_factor
from core.errors import Blocked


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", required=True, help="the username of who lost it")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['user']!r}.")
        try:
            reset_second_factor(user.pk, by=None)
        except Blocked as refused:
            raise CommandError(" ".join(str(blocker.message) for blocker in refused.blockers)) from refused
        self.stdout.write(f"The second factor of {user.username} is reset. They set it up anew at the next sign-in.")
