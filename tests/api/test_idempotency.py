"""A POST that is sent again is done once."""

import logging
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models
from rest_framework.test import APIClient

from accounts.key_actions import create_api_key
from api import idempotency
from api.idempotency import forget_old_answers
from api.models import IdempotencyKey
from core import clock
from customers.models import Customer
from tests.api.conftest import problem
from tests.house import WORKING_HOUR, House

TRIALS = "/api/v1/trials"


@pytest.fixture(autouse=True)
def trial(settings):
    settings.ROOT_URLCONF = "tests.api.trial"


@pytest.fixture
def client(api, house):
    return api(house.clerk)


def post(client, name="Fang", key="k1", path=TRIALS, **more):
    return client.post(path, {"name": name, **more}, headers={"Idempotency-Key": key})


def test_the_same_again_is_the_first_answer_byte_for_byte(client):
    first = post(client)
    Customer.objects.update(name="Changed since")
    again = post(client)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert not first.has_header("Idempotency-Replayed")
    assert again["Idempotency-Replayed"] == "true"
    for header in ("Location", "ETag", "Content-Type"):
        assert again[header] == first[header]
    assert again["X-Request-ID"] != first["X-Request-ID"]
    assert again["RateLimit-Remaining"] != first["RateLimit-Remaining"]
    assert Customer.objects.count() == 1


def test_without_a_key_each_is_done(client):
    for _ in range(2):
        assert client.post(TRIALS, {"name": "Fang"}).status_code == 201
    assert Customer.objects.count() == 2
    assert not IdempotencyKey.objects.exists()


def test_another_body_or_address_is_told(client):
    post(client)
    problem(post(client, name="Wang"), 422, "idempotency_key_reused")
    problem(post(client, path=f"{TRIALS}/echo"), 422, "idempotency_key_reused")
    assert post(client)["Idempotency-Replayed"] == "true"
    assert Customer.objects.count() == 1


def test_keys_are_each_users_own(api, house, client):
    post(client)
    assert post(api(house.colleague), name="Wang").status_code == 201
    # Another key of the same user is the same caller.
    assert post(api(house.clerk))["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("written", ['"k1"', "k1", " k1 "])
def test_quoted_and_bare_are_one_key(client, written):
    post(client)
    assert post(client, key=written)["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", '""', " ", "x" * 256, "é", "a\tb", '"' + "x" * 256 + '"'])
def test_what_is_no_key_is_refused(client, key):
    problem(post(client, key=key), 400, "invalid_idempotency_key")
    assert not Customer.objects.exists()


def test_255_characters_are_a_key(client):
    assert post(client, key="x" * 255).status_code == 201
    assert post(client, key='"' + "x" * 255 + '"')["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(("name", "status"), [("forbidden", 403), ("missing", 404), ("", 400)])
def test_a_refusal_is_an_answer_too(client, name, status):
    first, again = post(client, name=name), post(client, name=name)
    assert (first.status_code, again.status_code) == (status, status)
    assert again.content == first.content
    assert again["Content-Type"] == "application/problem+json"
    assert again["Idempotency-Replayed"] == "true"
    assert not Customer.objects.exists(), "what led to it is undone"


@pytest.mark.parametrize(
    ("name", "status"), [("blocked", 409), ("conflict", 409), ("broken", 500), ("no database", 503)]
)
def test_what_may_turn_out_otherwise_is_not_kept(client, name, status):
    logging.disable(logging.CRITICAL)
    for _ in range(2):
        answer = post(client, name=name)
        assert answer.status_code == status
        assert not answer.has_header("Idempotency-Replayed")
    logging.disable(logging.NOTSET)
    assert not IdempotencyKey.objects.exists()
    assert not Customer.objects.exists()
    assert post(client, name="Fang").status_code == 201, "the key is free for what is right"


def test_a_wrong_key_does_nothing(client, house):
    nobody = APIClient()
    problem(post(nobody), 401, "not_authenticated")
    assert not IdempotencyKey.objects.exists()
    assert post(client).status_code == 201


def test_files_sent_again_are_the_same_though_their_boundary_is_not(client):
    def send(content, name="Fang"):
        file = SimpleUploadedFile("note.txt", content, "text/plain")
        body = {"name": name, "file": file}
        return client.post(f"{TRIALS}/upload", body, format="multipart", headers={"Idempotency-Key": "f"})

    first = send(b"one" * 1000)
    assert first.json() == {"bytes": 3000}
    assert send(b"one" * 1000)["Idempotency-Replayed"] == "true"
    problem(send(b"two" * 1000), 422, "idempotency_key_reused")
    problem(send(b"one" * 1000, name="Wang"), 422, "idempotency_key_reused")
    assert Customer.objects.count() == 1


def test_keys_are_kept_for_seven_days(client):
    with clock.frozen(WORKING_HOUR):
        first = post(client)
    with clock.frozen(WORKING_HOUR + timedelta(days=7)):
        forget_old_answers()
        assert post(client).content == first.content
    # Older, though the hourly chore has not come by.
    with clock.frozen(WORKING_HOUR + timedelta(days=7, seconds=1)):
        assert not post(client, name="Wang").has_header("Idempotency-Replayed")
    assert Customer.objects.count() == 2
    assert IdempotencyKey.objects.get().created_at == WORKING_HOUR + timedelta(days=7, seconds=1)


def test_what_is_old_is_forgotten_in_batches(house, monkeypatch):
    monkeypatch.setattr(idempotency, "BATCH", 3)
    for number in range(8):
        IdempotencyKey.objects.create(
            user=house.clerk, key=str(number), status=200, created_at=WORKING_HOUR - timedelta(days=number + 4)
        )
    with clock.frozen(WORKING_HOUR):
        forget_old_answers()
    assert set(IdempotencyKey.objects.values_list("key", flat=True)) == {"0", "1", "2", "3"}


# ------------------------------------------------------------------ at the same moment

THREADS, ROUNDS = 8, 5


def race(rounds=ROUNDS):
    """All send the same at the same moment, several times over. Counts the answers, and returns them by round."""
    house = House()
    clients = []
    for _ in range(THREADS):
        _key, secret = create_api_key(house.clerk.pk, name="race", now=clock.now(), by=None)
        clients.append(secret)
    told, bodies = Counter(), []
    for number in range(rounds):
        start = threading.Barrier(THREADS)

        def send(secret, number=number, start=start):
            client = APIClient(raise_request_exception=False)
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
            try:
                start.wait()
                return post(client, name=f"Round {number}", key=f"key-{number}")
            finally:
                connection.close()

        with ThreadPoolExecutor(THREADS) as people:
            answers = list(people.map(send, clients))
        told.update((answer.status_code, answer.has_header("Idempotency-Replayed")) for answer in answers)
        bodies.append({answer.content for answer in answers})
    return told, bodies


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_at_once_make_one_row():
    told, bodies = race()
    assert Customer.objects.count() == ROUNDS
    assert told == {(201, False): ROUNDS, (201, True): ROUNDS * (THREADS - 1)}
    assert all(len(each) == 1 for each in bodies)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_the_unique_row_they_make_more(monkeypatch):
    """The control: the same race, where each looks first and inserts then."""
    constraint = next(each for each in IdempotencyKey._meta.constraints if isinstance(each, models.UniqueConstraint))
    looked = threading.Barrier(THREADS)

    def look_and_insert(user, key, token, fingerprint, *, now):
        found = IdempotencyKey.objects.filter(user=user, key=key).first()
        looked.wait()
        return found or IdempotencyKey.objects.create(
            user=user, key=key, token=token, fingerprint=fingerprint, created_at=now
        )

    monkeypatch.setattr(idempotency, "claim", look_and_insert)
    with connection.schema_editor() as editor:
        editor.remove_constraint(IdempotencyKey, constraint)
    try:
        race(rounds=1)
        assert Customer.objects.count() == THREADS
    finally:
        IdempotencyKey.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(IdempotencyKey, constraint)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_who_would_wait_too_long_is_told_to_come_again(monkeypatch):
    monkeypatch.setattr(idempotency, "PATIENCE_SECONDS", 1)
    house = House()
    _key, secret = create_api_key(house.clerk.pk, name="slow", now=clock.now(), by=None)
    is_inside, may_end = threading.Event(), threading.Event()
    from tests.api import trial  # noqa: PLC0415

    usual = trial.made

    def slow(name, by, **details):
        is_inside.set()
        may_end.wait(20)
        return usual(name, by, **details)

    monkeypatch.setattr(trial, "made", slow)

    def send():
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        try:
            return post(client)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as first:
        answer = first.submit(send)
        assert is_inside.wait(20)
        told = send()
        may_end.set()
        assert answer.result().status_code == 201
    problem(told, 409, "in_progress")
    assert int(told["Retry-After"]) > 0
    again = send()
    assert (again.content, again["Idempotency-Replayed"]) == (answer.result().content, "true")
    assert Customer.objects.count() == 1
