"""Makes a key for the API, and prints it alone on the last line. It is shown only this once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from accounts.key_actions import create_api_key
from accounts.models import User
from core import clock
from core.errors import Blocked


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", required=True, help="the username it acts as")
        parser.add_argument("--scopes", default="", help="read,write,sales,admin; all that the user may when left out")
        parser.add_argument("--expires-days", type=int, default=365, help="how long it is valid (365)")
        parser.add_argument("--name", default="command line", help="what it is for")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['user']!r}.")
        scopes = [scope.strip() for scope in options["scopes"].split(",") if scope.strip()]
        try:
            key, secret = create_api_key(
                user.pk,
                name=options["name"],
                scopes=scopes,
                days=options["expires_days"],
                now=clock.now(),
                by=None,
            )
        except Blocked as refused:
            raise CommandError(" ".join(str(blocker.message) for blocker in refused.blockers)) from refused
        until = f"{key.expires_at:%Y-%m-%d}"
        self.stdout.write(f"Key {key.prefix}… of {user.username}, valid until {until}. It is shown only now.")
        self.stdout.write(secret)
