"""The production installation as a file: complete, closed to the outside, and made of programs that exist."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from celery import current_app
from celery.bin.base import CLIContext
from celery.bin.beat import beat
from celery.bin.worker import worker
from django.conf import settings
from django.core.management import get_commands
from gunicorn.config import Config

from core.management.commands import up
from tests.config.test_deploy import example, names_used_by_compose

ROOT = Path(settings.BASE_DIR)
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
VOLUMES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["volumes"]
OURS = {name: service for name, service in SERVICES.items() if service.get("image") == "complaints"}
LASTING = {name: service for name, service in SERVICES.items() if service["restart"] != "no"}
WORKERS = {name: service for name, service in OURS.items() if name.startswith("worker-")}
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def option(command, name):
    return command[command.index(name) + 1]


def test_everything_a_production_installation_needs_is_there():
    assert {"web", "beat", "migrate", "db", "redis"} | WORKERS.keys() == SERVICES.keys()
    assert SERVICES["db"]["image"].startswith("postgres:")
    assert SERVICES["redis"]["image"].startswith("redis:")


def test_every_queue_has_a_worker_of_its_own():
    queues = [option(service["command"], "-Q") for service in WORKERS.values()]
    assert sorted(queues) == sorted(queue.name for queue in settings.CELERY_TASK_QUEUES)


def test_nothing_is_reachable_but_the_page_and_that_from_this_machine_only():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert list(published) == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in published["web"])
    networks = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["networks"]
    assert networks["inside"]["internal"] is True
    for name in ("db", "redis"):
        assert SERVICES[name]["networks"] == ["inside"]
    assert "network_mode" not in str(SERVICES)


@pytest.mark.parametrize("name", OURS)
def test_our_containers_may_do_little(name):
    service = OURS[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "user" not in service, "the image's user, who is not root"
    assert "privileged" not in service
    assert service["volumes"] == ["data:/data"]


@pytest.mark.parametrize("name", LASTING)
def test_what_is_to_stay_up_is_started_again_and_asked_how_it_is(name):
    service = LASTING[name]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    assert {"interval", "timeout", "retries"} <= service["healthcheck"].keys()


def test_database_is_ready_before_anything_starts():
    for name, service in OURS.items():
        if name != "migrate":
            assert service["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        assert service["depends_on"]["db"]["condition"] == "service_healthy"
    assert SERVICES["migrate"]["restart"] == "no"


def test_data_outlives_containers():
    mounted = {volume.partition(":")[0] for service in SERVICES.values() for volume in service["volumes"]}
    assert mounted == VOLUMES.keys()
    assert option(SERVICES["redis"]["command"], "--appendonly") == "yes"
    assert SERVICES["db"]["volumes"] == ["db:/var/lib/postgresql/data"]


def test_secrets_come_from_the_env_file_alone():
    text = (ROOT / "docker-compose.yml").read_text()
    assert not names_used_by_compose() - example().keys(), "Say in .env.example what these are for."
    for name, service in OURS.items():
        assert service["env_file"] == ".env", name
        assert "SECRET_KEY" not in service["environment"]
    assert re.findall(r"PASSWORD: (?!\$\{POSTGRES_PASSWORD:\?)", text) == []


@pytest.mark.parametrize("name", OURS)
def test_the_environment_is_made_of_settings(name):
    assert OURS[name]["environment"].keys() <= example().keys()
    assert OURS[name]["environment"]["ENVIRONMENT"] == "production"


@pytest.mark.parametrize("name", OURS)
def test_commands_exist_and_understand_their_options(name):
    command = [re.sub(r"\$\{\w+:-(\w+)\}", r"\1", part) for part in OURS[name]["command"]]
    program = Path(sys.executable).with_name(command[0])
    if command[0] == "python":
        assert command[1] == "manage.py"
        assert command[2] in get_commands()
    elif command[0] == "gunicorn":
        assert program.exists()
        # Ends the process for an option that there is not.
        understood = Config().parser().parse_args(command[1:])
        assert understood.args == ["config.wsgi"]
        assert understood.bind == ["0.0.0.0:8000"]
    else:
        assert command[:4] == ["celery", "-q", "-A", "config"]
        assert program.exists()
        # Raises for an option that there is not.
        understood = {"worker": worker, "beat": beat}[command[4]]
        asked = CLIContext(app=current_app, no_color=True, workdir=None, quiet=True)
        understood.make_context(command[4], list(command[5:]), obj=asked)


def test_they_are_what_one_machine_runs_too():
    """Of a flag that `make run` needs, production must not be without."""
    for line, command in ((up.WEB, SERVICES["web"]["command"]), (up.WORKER, SERVICES["worker-deadlines"]["command"])):
        flags = {part for part in line.split() if part.startswith("--")}
        assert flags <= set(command)
    assert set(up.BEAT.split()) <= set(SERVICES["beat"]["command"])


@pytest.mark.parametrize("name", [*WORKERS, "web", "beat"])
def test_health_is_asked_of_programs_that_exist(name):
    test = SERVICES[name]["healthcheck"]["test"]
    words = test[1:] if test[0] == "CMD" else shlex.split(test[1])
    if words[0] == "python":
        assert words[1:3] == ["-m", "core.probe"]
    else:
        assert words[:6] == ["celery", "-q", "-A", "config", "inspect", "ping"]
        node = option(SERVICES[name]["command"], "-n").partition("@")[0]
        assert words[-1] == f"{node}@$$HOSTNAME"


def instructions(name):
    joined = DOCKERFILE.replace("\\\n", " ")
    return [line.split(maxsplit=1)[1] for line in joined.splitlines() if line.startswith(f"{name} ")]


def test_image_runs_as_nobody_in_particular():
    assert instructions("USER") == ["10001:10001"]
    after = DOCKERFILE[DOCKERFILE.index("USER 10001") :]
    assert "RUN" not in after, "what runs belongs to root"
    assert "ADD" not in DOCKERFILE
    assert len(instructions("HEALTHCHECK")) == 1


def test_image_holds_what_is_pinned_with_its_hash_and_nothing_for_tests():
    (install,) = [line for line in instructions("RUN") if "pip" in line and "install" in line]
    assert "--require-hashes" in install
    assert "requirements.txt" in install
    assert "requirements-dev" not in DOCKERFILE
    lines = (ROOT / "requirements.txt").read_text().replace("\\\n", " ").splitlines()
    pinned = [line for line in lines if re.match(r"^[a-z0-9]", line)]
    assert pinned
    assert all("==" in line and "--hash=sha256:" in line for line in pinned)


def test_image_is_of_the_python_that_is_tested():
    images = {line.split()[0] for line in instructions("FROM")}
    assert len(images) == 1
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert images.pop().startswith(f"python:{version}-slim")


def test_programs_for_backups_are_not_older_than_the_database():
    server = int(re.search(r"postgres:(\d+)", SERVICES["db"]["image"])[1])
    client = int(re.search(r"postgresql-client-(\d+)", DOCKERFILE)[1])
    assert client >= server


def test_no_secret_and_no_history_comes_into_the_image():
    """Everything is left out but what is named, and what is named exists or is an app that will."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*"
    named = {line[1:] for line in lines if line.startswith("!")}
    assert not named & {".env", ".git", ".venv", "data", "tests"}
    apps = {app for app in settings.INSTALLED_APPS if (ROOT / app).is_dir()}
    assert (
        apps | {"config", "templates", "static", "locale", "manage.py", "pyproject.toml", "requirements.txt"} <= named
    )


def test_env_file_is_kept_out_of_git():
    assert "/.env" in (ROOT / ".gitignore").read_text().splitlines()


def test_probe_needs_no_settings():
    """It is asked every few seconds, so it must not load the product; and it fails where no page is."""
    environment = {"PATH": os.environ["PATH"], "PORT": "1"}
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "core.probe"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "/healthz does not answer" in done.stderr
    assert "django" not in done.stderr
