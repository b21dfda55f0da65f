"""CPU time and memory of processes, read from /proc."""

import os
from contextlib import closing
from pathlib import Path

import psutil
import psycopg2

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


def seconds_in(stat: str) -> float:
    """CPU seconds of one process and of the children it has buried, from the text of /proc/<pid>/stat."""
    # The name may hold spaces and brackets; what follows the last bracket are numbers.
    fields = stat.rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS


def cpu_seconds(pid: int) -> float:
    """CPU seconds of a process and all below it, the dead ones included."""
    return sum(_read(process.pid) for process in family(pid))


def _read(pid: int) -> float:
    try:
        return seconds_in((PROC / str(pid) / "stat").read_text())
    except (FileNotFoundError, ProcessLookupError):
        # Buried since: its parent tells of it next time.
        return 0.0


def family(pid: int) -> list[psutil.Process]:
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def pss_in(smaps: str) -> float:
    """The proportional share in MiB, from the text of /proc/<pid>/smaps_rollup."""
    line = next(line for line in smaps.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) / 1024


def worker_memory(pid: int) -> float:
    """MiB of one web worker: the mean over the children of the web server's parent."""
    workers = psutil.Process(pid).children()
    return sum(pss_in((PROC / str(one.pid) / "smaps_rollup").read_text()) for one in workers) / len(workers)


def postmaster(url: str) -> int | None:
    """The parent of all of PostgreSQL's processes; None when the server is not on this machine, or for SQLite."""
    if not url.startswith("postgres"):
        return None
    with closing(psycopg2.connect(url)) as connection:
        backend = connection.get_backend_pid()
        try:
            process = psutil.Process(backend)
            return process.ppid() if process.name().startswith("postgres") else None
        except psutil.NoSuchProcess:
            return None
