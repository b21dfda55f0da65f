"""The file broker: whole messages or none, oldest first, and no harm when somebody wipes it."""

import shutil
import threading
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection
from kombu.exceptions import ChannelError


@pytest.fixture
def folders(tmp_path):
    for name in ("messages", "control"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture
def connect(folders):
    opened = []

    def connect():
        connection = Connection(
            "filesystem://localhost",
            transport="config.broker:RenameTransport",
            transport_options={
                "data_folder_in": str(folders / "messages"),
                "data_folder_out": str(folders / "messages"),
                "control_folder": str(folders / "control"),
                "polling_interval": 0.01,
            },
        )
        opened.append(connection)
        return connection.channel()

    yield connect
    for connection in opened:
        connection.release()


def take_all(channel, queue="deadlines"):
    taken = []
    while True:
        try:
            taken.append(channel._get(queue))
        except Empty:
            return taken


def test_messages_come_in_the_order_they_were_sent(connect):
    channel = connect()
    for number in range(20):
        channel._put("deadlines", {"number": number})
    assert channel._size("deadlines") == 20
    assert [message["number"] for message in take_all(channel)] == list(range(20))


def test_each_queue_has_its_own(connect):
    channel = connect()
    channel._put("deadlines", {"is": "deadlines"})
    channel._put("other.deadlines", {"is": "other"})
    assert take_all(channel) == [{"is": "deadlines"}]
    assert take_all(channel, "other.deadlines") == [{"is": "other"}]


def test_purge_empties_one_queue(connect):
    channel = connect()
    channel._put("deadlines", {})
    channel._put("deliveries", {})
    assert channel._purge("deadlines") == 1
    assert channel._size("deliveries") == 1


class Watched(threading.Thread):
    """A thread that keeps what went wrong in it."""

    fault: BaseException | None = None

    def run(self):
        try:
            super().run()
        except BaseException as fault:
            self.fault = fault


def test_reader_never_meets_half_a_message_and_none_is_taken_twice(connect):
    """Two write, two read, as fast as they can. kombu's own transport mostly fails here."""
    each, text = 600, "x" * 20_000
    written = threading.Event()
    taken = []

    def write(channel, name):
        for number in range(each):
            channel._put("deadlines", {"id": f"{name}{number}", "text": text})

    def read(channel):
        while not written.is_set() or channel._size("deadlines"):
            taken.extend(take_all(channel))

    writers = [Watched(target=write, args=(connect(), name)) for name in "ab"]
    readers = [Watched(target=read, args=(connect(),)) for _ in range(2)]
    for thread in readers + writers:
        thread.start()
    for thread in writers:
        thread.join()
    written.set()
    for thread in readers:
        thread.join()
    assert [thread.fault for thread in readers + writers] == [None] * 4
    assert sorted(message["id"] for message in taken) == sorted(f"{name}{n}" for name in "ab" for n in range(each))
    assert all(message["text"] == text for message in taken)


def test_wiped_folder_loses_messages_and_nothing_else(connect, folders):
    channel = connect()
    channel._put("deadlines", {"lost": True})
    shutil.rmtree(folders / "messages")
    assert take_all(channel) == []
    assert channel._purge("deadlines") == 0
    channel._put("deadlines", {"lost": False})
    assert take_all(channel) == [{"lost": False}]


def test_message_that_vanishes_while_it_is_read_is_passed_over(connect, monkeypatch):
    channel = connect()
    channel._put("deadlines", {"number": 1})
    channel._put("deadlines", {"number": 2})
    read_text = Path.read_text

    def wiped_first(path, *args, **kwargs):
        monkeypatch.undo()
        path.unlink()
        return read_text(path, *args, **kwargs)

    monkeypatch.setattr(Path, "read_text", wiped_first)
    assert channel._get("deadlines") == {"number": 2}


def test_file_that_is_no_message_is_passed_over(connect, folders):
    channel = connect()
    (folders / "messages" / "0.deadlines.msg").write_text('{"half": ')
    channel._put("deadlines", {"whole": True})
    assert take_all(channel) == [{"whole": True}]
    assert list((folders / "messages").iterdir()) == []


def test_message_that_cannot_be_written_is_an_error_and_leaves_nothing(connect, folders):
    channel = connect()
    shutil.rmtree(folders / "messages")
    (folders / "messages").write_text("a file in the way")
    with pytest.raises(ChannelError):
        channel._put("deadlines", {})
