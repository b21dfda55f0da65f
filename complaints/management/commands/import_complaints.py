"""Takes over complaints from a file of another system. `--help` and `complaints/mappings/` say how."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from accounts.models import User
from complaints.categories import ensure_starter_categories
from complaints.importing.mapping import UnfitMapping, known_mappings, load_mapping
from complaints.importing.reading import UnfitFile
from complaints.importing.report import Progress, Report
from complaints.importing.run import ImportRun, Summary, mapping_for


class Command(BaseCommand):
    help = (
        "Import complaints from a file. Rows that are here already (by their id) are passed over, so a run that was"
        " cut off is started again; what cannot be taken is reported with line and reason."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--mapping",
            metavar="NAME|FILE.toml",
            help=f"which column is what: {', '.join(known_mappings())}, or your own file (default: what fits)",
        )
        parser.add_argument("--dry-run", action="store_true", help="check every row and write the report, nothing else")
        parser.add_argument(
            "--report", type=Path, metavar="PATH", help="where refused rows are listed (default: DATA_DIR/imports)"
        )
        parser.add_argument("--by", metavar="USERNAME", help="who imports (default: the system)")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        by = self._user(options["by"])
        report = Report(options["report"] or settings.DATA_DIR / "imports" / f"{path.stem}.refused.csv")
        began = time.monotonic()
        try:
            if not path.is_file() or not path.stat().st_size:
                raise CommandError(f"{path} is {'empty' if path.is_file() else 'no file'}.")
            if not options["dry_run"]:
                ensure_starter_categories()
            mapping = load_mapping(options["mapping"]) if options["mapping"] else mapping_for(path)
            with report:
                run = ImportRun(
                    path,
                    mapping,
                    report=report,
                    progress=Progress(path.stat().st_size),
                    is_dry=options["dry_run"],
                    by=by,
                )
                self._run(run)
        except (UnfitFile, UnfitMapping) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename or path} cannot be used: {error.strerror}.") from error
        self.stdout.write(said(run, time.monotonic() - began))

    def _run(self, run: ImportRun) -> None:
        run.check()
        try:
            run.run()
        except KeyboardInterrupt as stopped:
            run.progress.end()
            raise CommandError(
                f"Stopped after {run.summary.read:,} rows; {run.summary.added:,} are in. Run it again to go on."
            ) from stopped

    def _user(self, username: str | None) -> User | None:
        if username is None:
            return None
        user = User.objects.active().filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user {username}.")
        if not (user.has_perm("complaints.lodge_complaint") and user.has_perm("complaints.manage_categories")):
            raise CommandError(f"{username} may not import: that needs a manager.")
        return user


def said(run: ImportRun, seconds: float) -> str:
    """The run in two or three lines."""
    summary: Summary = run.summary
    speed = f"{seconds:,.1f} s, {summary.read / seconds:,.0f} rows/s" if seconds > 0 else ""
    verbs = ("would be added", "would be new") if run.is_dry else ("added", "new")
    lines = [
        f"{run.path.name} ({run.mapping.name}, {run.encoding}): {summary.read:,} rows, {summary.added:,} {verbs[0]},"
        f" {summary.present:,} there already, {summary.refused:,} refused. {speed}"
    ]
    if summary.new_categories:
        lines.append(f"{summary.new_categories:,} categories {verbs[1]}.")
    if summary.refused:
        lines.append(f"Why: {run.report.path}")
    return "\n".join(lines)
