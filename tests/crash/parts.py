"""Web, worker and beat started one by one, as production runs them: any number of each."""

import subprocess

from core.management.commands.up import BEAT, WEB, WORKER
from tests.crash.place import Place, wait_until

PARTS = {"web": WEB, "worker": WORKER, "beat": BEAT}


def start_parts(place: Place, *names: str) -> list[subprocess.Popen[bytes]]:
    """Start them and wait until beat's sweep comes by the broker to the worker, not only the web's reserve."""
    for folder in ("messages", "control"):
        (place.folder / "broker" / folder).mkdir(parents=True, exist_ok=True)
    started = [start_part(place, name) for name in names]
    wait_until(lambda: bool(place.ask("is_swept")), 90, "the first regular sweep is done")
    return started


def start_part(place: Place, name: str) -> subprocess.Popen[bytes]:
    words = PARTS[name].split()
    if name == "web":
        words += ["--bind", f"127.0.0.1:{place.port}"]
    if name == "beat":
        # Each beat keeps its own notes; a second one must not trip over the first one's file.
        words += ["--schedule", str(place.folder / f"beat-schedule-{len(place.processes)}")]
    return place.start("-m", *words)
