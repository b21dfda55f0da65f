"""A broker of files that is safe to read while it is written.

kombu's own filesystem transport writes a message in the folder that is being read, so a reader can meet half of it,
and names it by a clock that starts again at boot. Here a message appears whole or not at all, and names sort by wall
time. What is lost when the folder is wiped is a wake-up: the next tick of beat sends another one.
"""

import time
import uuid
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

LONGEST_WAIT = 0.5  # seconds


class RenameChannel(filesystem.Channel):
    """Publishes by rename, and takes a message by renaming it out of everybody's sight."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override] # as kombu has it
        folder = Path(self.data_folder_out)
        # Wall time in fixed width, so that names sort by age also after a reboot; the random part keeps two apart.
        stamp = f"{time.time_ns():020d}-{uuid.uuid4().hex}"
        partial = folder / f"{stamp}.partial"
        try:
            folder.mkdir(parents=True, exist_ok=True)  # somebody may have wiped it
            partial.write_text(dumps(payload), encoding="utf-8")
            partial.rename(folder / f"{stamp}.{queue}.msg")
        except OSError as error:
            with suppress(OSError):
                partial.unlink()
            raise ChannelError(f"Cannot put a message into {folder}: {error}") from error

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for message in self._waiting(queue):
            taken = message.with_name(f"{message.name}.{uuid.uuid4().hex}.taken")
            try:
                message.rename(taken)
            except OSError:
                continue  # another reader was faster, or the folder was wiped
            try:
                payload = loads(taken.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                continue  # wiped under our hands, or not written by us: one wake-up less
            finally:
                taken.unlink(missing_ok=True)
            return payload
        raise Empty

    def _size(self, queue: str) -> int:
        return len(self._waiting(queue))

    def _purge(self, queue: str) -> int:
        messages = self._waiting(queue)
        for message in messages:
            message.unlink(missing_ok=True)
        return len(messages)

    def _waiting(self, queue: str) -> list[Path]:
        """Return the messages of a queue, oldest first; none when the folder is gone."""
        folder = Path(self.data_folder_in)
        try:
            # The stamp has no dot, so a queue "b" does not read what was sent to "a.b".
            return sorted(path for path in folder.iterdir() if path.name.partition(".")[2] == f"{queue}.msg")
        except OSError:
            return []


class RenameTransport(filesystem.Transport):
    Channel = RenameChannel

    def drain_events(self, connection: Any, timeout: float | None = None) -> None:  # type: ignore[override] # as above
        """Wait for a message, never so long that a worker which is told to end keeps somebody waiting."""
        super().drain_events(connection, timeout=min(timeout or LONGEST_WAIT, LONGEST_WAIT))
