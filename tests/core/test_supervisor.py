"""The parent keeps its programs running, and takes them along when it goes: tried with real processes."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from django.conf import settings

from core import supervisor
from core.supervisor import BACK_OFF, Program, Supervisor

# A program that says who it is, has a child of its own, and ends on TERM or not, as it was asked to.
CHILD = """
import os, pathlib, signal, subprocess, sys, time
name, on_term = sys.argv[1:]
folder = pathlib.Path(__file__).parent
signal.signal(signal.SIGTERM, signal.SIG_IGN if on_term == "stays" else signal.SIG_DFL)
own = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
with open(folder / f"{name}.pids", "a") as file:
    file.write(f"{os.getpid()} {own.pid}\\n")
time.sleep(300)
"""
# The supervisor itself, in a process that can be killed.
PARENT = """
import os, sys
from pathlib import Path
from core import supervisor
supervisor.GRACE = float(os.environ["GRACE"])
sys.path.insert(0, str(Path(__file__).parent))
programs = [supervisor.Program(name, ["child", name, on_term]) for name, on_term in zip(*[iter(sys.argv[1:])] * 2)]
supervisor.Supervisor(programs, Path(__file__).parent, print).run()
print("stopped")
"""


def until(true, seconds=10.0):
    end = time.monotonic() + seconds
    while not (value := true()):
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(0.02)
    return value


def is_alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


class Family:
    """A supervisor and its programs, seen from outside."""

    def __init__(self, folder, *programs, grace):
        self.folder = folder
        (folder / "child.py").write_text(textwrap.dedent(CHILD))
        (folder / "parent.py").write_text(textwrap.dedent(PARENT))
        self.process = subprocess.Popen(
            [sys.executable, "parent.py", *programs],
            cwd=folder,
            env=os.environ
            | {"PYTHONPATH": f"{settings.BASE_DIR}:{folder}", "PYTHONUNBUFFERED": "1", "GRACE": str(grace)},
            stdout=subprocess.PIPE,
            text=True,
        )

    def pids(self, name):
        """The program's lives so far, each with its own pid and the one of its child."""
        path = self.folder / f"{name}.pids"
        lines = path.read_text().splitlines() if path.exists() else []
        return [tuple(map(int, line.split())) for line in lines if len(line.split()) == 2]

    def everybody(self):
        return [pid for path in self.folder.glob("*.pids") for pids in self.pids(path.stem) for pid in pids]

    def words(self):
        output, _ = self.process.communicate(timeout=15)
        return output


@pytest.fixture
def family(tmp_path):
    families = []

    def start(*programs, grace=10.0):
        families.append(Family(tmp_path, *programs, grace=grace))
        for name in programs[::2]:
            until(lambda name=name: families[-1].pids(name))
        return families[-1]

    yield start
    for each in families:
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait()
        for pid in each.everybody():
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)


def test_killed_program_is_started_again_without_what_it_left_behind(family):
    parents = family("web", "ends", "worker", "ends")
    ((pid, own),) = parents.pids("web")
    os.kill(pid, signal.SIGKILL)
    _, (again, _) = until(lambda: len(parents.pids("web")) == 2 and parents.pids("web"))
    assert again != pid
    until(lambda: not is_alive(own))
    assert len(parents.pids("worker")) == 1  # the other one was left in peace
    parents.process.terminate()
    assert "web was killed by SIGKILL" in parents.words()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_all_stop_when_the_parent_is_told_to(family, number):
    parents = family("web", "ends", "worker", "ends", "beat", "ends")
    parents.process.send_signal(number)
    assert parents.words().splitlines() == ["stopped"]
    assert parents.process.returncode == 0
    assert len(parents.everybody()) == 6
    until(lambda: not any(map(is_alive, parents.everybody())))


def test_who_does_not_stop_in_time_is_killed(family):
    parents = family("web", "ends", "worker", "stays", grace=0.5)
    parents.process.terminate()
    assert "worker did not end in time and was killed." in parents.words()
    until(lambda: not any(map(is_alive, parents.everybody())))


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel of Linux")
def test_programs_end_when_the_parent_is_killed(family):
    parents = family("web", "ends", "worker", "ends")
    parents.process.kill()
    until(lambda: not any(is_alive(pids[0]) for name in ("web", "worker") for pids in parents.pids(name)))


def test_parent_that_is_gone_is_noticed_without_the_kernel_too(tmp_path):
    """What other systems than Linux rely on: the program looks who its parent is."""
    script = f"""
        import os, sys, time
        from core import supervised
        supervised.LOOK_SECONDS = 0.05
        if os.fork():
            time.sleep(0.5)
            os._exit(0)
        (open({str(tmp_path / "pid")!r}, "w")).write(str(os.getpid()))
        supervised.watch(os.getppid())
    """
    environment = os.environ | {"PYTHONPATH": str(settings.BASE_DIR)}
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], env=environment, check=True, timeout=20)
    pid = int((tmp_path / "pid").read_text())
    until(lambda: not is_alive(pid))


def test_program_that_dies_at_once_waits_longer_each_time():
    program = Program("web", [])
    waits = []
    for start in range(0, 60, 10):
        program.started_at = start
        program.lived(now=start + 1.0)
        waits.append(program.start_again_at - (start + 1.0))
    assert waits == [*BACK_OFF, BACK_OFF[-1], BACK_OFF[-1]]


def test_program_that_lived_is_started_at_once_and_its_failures_are_forgotten():
    program = Program("web", [])
    program.lived(now=1.0)
    assert program.start_again_at == 2.0
    program.started_at = 2.0
    program.lived(now=100.0)
    assert program.start_again_at == 100.0
    program.started_at = 100.0
    program.lived(now=101.0)
    assert program.start_again_at == 102.0


def test_failure_between_the_rounds_leaves_nothing_running(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "GRACE", 5.0)
    program = Program("sleeper", ["http.server", "0", "--bind", "127.0.0.1"])

    def fail():
        raise RuntimeError("each round")

    with pytest.raises(RuntimeError, match="each round"):
        Supervisor([program], settings.BASE_DIR, print, fail).run()
    assert program.process is not None
    assert program.process.poll() is not None
