"""Two programs that change one record: the second is told, and nothing is lost."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.key_actions import create_api_key
from api import preconditions
from core import clock
from customers.actions import change_customer, create_customer
from customers.models import Customer
from tests.api.conftest import problem
from tests.house import House


@pytest.fixture(autouse=True)
def trial(settings):
    settings.ROOT_URLCONF = "tests.api.trial"


@pytest.fixture
def client(api, house):
    return api(house.clerk)


@pytest.fixture
def fang(house):
    return create_customer("Fang", by=house.clerk)


def url(customer):
    return f"/api/v1/trials/{customer.pk}"


def change(client, customer, etag, name="Wang"):
    headers = {} if etag is None else {"If-Match": etag}
    return client.patch(url(customer), {"name": name}, headers=headers)


def test_an_etag_is_version_and_digest(client, fang):
    etag = client.get(url(fang))["ETag"]
    version, _dot, digest = etag.strip('"').partition(".")
    assert (int(version), len(digest)) == (fang.version, 24)
    assert client.get(url(fang))["ETag"] == etag


def test_who_has_it_is_not_sent_it_again(client, fang):
    etag = client.get(url(fang))["ETag"]
    for asked in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        answer = client.get(url(fang), headers={"If-None-Match": asked})
        assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
        assert answer["RateLimit-Limit"]
        assert answer["X-Request-ID"]
    for asked in ('"other"', etag.strip('"'), f'"{fang.version}."', ""):
        assert client.get(url(fang), headers={"If-None-Match": asked}).status_code == 200


def test_the_digest_is_of_what_this_reader_sees(client, api, house, fang):
    """The version is the same, the answer is not: 304 would be untrue."""
    etag = client.get("/api/v1/me")["ETag"]
    assert client.get("/api/v1/me", headers={"If-None-Match": etag}).status_code == 304
    assert api(house.colleague).get("/api/v1/me", headers={"If-None-Match": etag}).status_code == 200
    house.clerk.name = "Another name"
    house.clerk.save()
    assert client.get("/api/v1/me", headers={"If-None-Match": etag}).status_code == 200


def test_a_change_needs_what_was_seen(client, fang):
    problem(change(client, fang, None), 428, "if_match_required")
    etag = client.get(url(fang))["ETag"]
    answer = change(client, fang, etag)
    assert (answer.status_code, answer.json()["name"]) == (200, "Wang")
    assert answer["ETag"] == client.get(url(fang))["ETag"] != etag
    refused = change(client, fang, etag, name="Li")
    problem(refused, 412, "stale")
    assert refused["ETag"] == answer["ETag"], "the present one, to look again"
    assert Customer.objects.get().name == "Wang"


def test_the_version_alone_is_compared(client, fang):
    """Another language or role sees another digest of the same version."""
    assert change(client, fang, f'"{fang.version}.anything"').status_code == 200


@pytest.mark.parametrize("etag", ['""', "nonsense", '"x.y"', 'W/"1.abc"', '"-1.abc"', '"1"x', '"' + "9" * 500 + '.a"'])
def test_what_is_no_etag_of_this_does_not_match(client, fang, etag):
    Customer.objects.filter(pk=fang.pk).update(version=7)
    problem(change(client, fang, etag), 412, "stale")


def test_a_star_is_whatever_is_there(client, fang):
    assert change(client, fang, "*").status_code == 200
    problem(client.patch("/api/v1/trials/999999", {"name": "x"}, headers={"If-Match": "*"}), 404, "not_found")


def test_a_stale_etag_is_told_before_a_wrong_body_is(client, fang):
    problem(client.patch(url(fang), {"nothing": 1}, headers={"If-Match": '"99.x"'}), 412, "stale")
    problem(client.patch(url(fang), {"nothing": 1}, headers={"If-Match": "*"}), 400, "invalid")


WRITERS, ROUNDS = 8, 5


def race(house, fang):
    secrets = [create_api_key(house.clerk.pk, name="race", now=clock.now(), by=None)[1] for _ in range(WRITERS)]
    told = Counter()
    for number in range(ROUNDS):
        etag = f'"{Customer.objects.get(pk=fang.pk).version}.x"'
        start = threading.Barrier(WRITERS)

        def write(secret, number=number, etag=etag, start=start):
            client = APIClient(raise_request_exception=False)
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
            try:
                start.wait()
                return change(client, fang, etag, name=f"Round {number} by {secret[-6:]}")
            finally:
                connection.close()

        with ThreadPoolExecutor(WRITERS) as people:
            answers = list(people.map(write, secrets))
        now = Customer.objects.get(pk=fang.pk)
        told.update(answer.status_code for answer in answers)
        for answer in answers:
            if answer.status_code == 412:
                assert answer["ETag"].startswith(f'"{now.version}.')
    return told


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_eight_writers_one_wins():
    house = House()
    fang = create_customer("Fang", by=house.clerk)
    assert race(house, fang) == {200: ROUNDS, 412: ROUNDS * (WRITERS - 1)}
    assert Customer.objects.get(pk=fang.pk).version == fang.version + ROUNDS


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_compared_before_the_lock_more_than_one_wins(monkeypatch):
    """The control: the version is looked at, and not again by the action under its lock."""
    from tests.api import trial  # noqa: PLC0415

    seen = threading.Barrier(WRITERS)

    def looked(request, current):
        version = preconditions.wanted_version(request, current)
        seen.wait()
        return version

    monkeypatch.setattr("api.views.required_version", looked)
    monkeypatch.setattr(
        trial.Trial,
        "change",
        lambda view, item, values, version: change_customer(item.pk, name=values["name"], by=view.user),
    )
    house = House()
    fang = create_customer("Fang", by=house.clerk)
    assert race(house, fang) == {200: ROUNDS * WRITERS}
