"""Reading complaints over REST: lists, filters, search, order, what one may see, and what it costs. Source: API.md."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from complaints.actions.links import link_complaints
from complaints.actions.ownership import assign_complaint
from complaints.actions.record import change_complaint
from complaints.actions.talks import record_communication
from complaints.actions.transitions import leave
from complaints.models import Complaint
from core import clock
from customers.actions import create_customer
from deadlines.sweep import sweep
from tests.api.complaints import URL, at, case, done, errors, numbers
from tests.api.conftest import problem
from tests.house import WORKING_HOUR, lodge, make_user

HOUR = timedelta(hours=1)


@pytest.fixture
def clerk(api, house, at_work):
    return api(house.clerk)


def full(house, index=0):
    """A complaint with something in each of its parts, linked to another one."""
    customer = create_customer(f"Wang {index}", phones=[f"139 1111 {index:04d}"], by=None)
    one = lodge(
        house.clerk,
        customer_id=customer.pk,
        subject_ids=[house.colleague.pk],
        category_id=house.product.pk,
        further_category_ids=[house.attitude.pk],
        promises=[],
        external_ids={"dms": f"K-{index}", "crm": f"C-{index}"},
        is_taken=True,
    )
    one.promises.create(what="Free fitting")
    other = lodge(house.clerk, phone=f"137 1111 {index:04d}", name="Li")
    link_complaints(one.pk, other.number, relation="related", by=house.clerk)
    return one


# ------------------------------------------------------------------ who sees what


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("place", ["west", "east", "region", "office"])
def test_a_list_shows_what_the_browser_would(role, place, api, house, at_work):
    lodge(house.clerk)
    lodge(house.east_clerk)
    lodge(house.clerk, category_id=house.integrity.pk)
    somebody = make_user("somebody", getattr(house, place), role)
    client = api(somebody)
    if not somebody.has_perm("complaints.read_complaints"):
        problem(client.get(URL), 403, "may_not_read")
        problem(client.get(at("C-2026-000001")), 404, "not_found")
        return
    seen = set(Complaint.objects.visible_to(somebody).values_list("number", flat=True))
    assert set(numbers(client.get(URL))) == seen
    for number in Complaint.objects.values_list("number", flat=True):
        assert client.get(at(number)).status_code == (200 if number in seen else 404)


BELOW = ["", "transitions", "communications", "notes", "deadlines", "timeline"]


@pytest.mark.parametrize("below", BELOW)
def test_what_is_hidden_is_not_there(below, api, house, at_work):
    about = lodge(house.supervisor, subject_ids=[house.clerk.pk])
    restricted = lodge(house.clerk, category_id=house.integrity.pk)
    theirs = lodge(house.east_clerk)
    for hidden in (about, restricted, theirs):
        path = at(hidden, below) if below else at(hidden)
        problem(api(house.clerk).get(path), 404, "not_found")
    path = at("C-2026-999999", below) if below else at("C-2026-999999")
    problem(api(house.clerk).get(path), 404, "not_found")


@pytest.mark.parametrize("below", BELOW)
def test_nobody_reads_without_a_key(below, api, house, at_work):
    complaint = lodge(house.clerk)
    path = at(complaint, below) if below else at(complaint)
    problem(api().get(path), 401, "not_authenticated")
    problem(api(house.clerk, scopes=["sales"]).get(path), 403, "scope_missing")


def test_rights_taken_away_work_at_the_next_request(api, house, at_work):
    complaint, client = lodge(house.clerk), api(house.colleague)
    done(client.get(at(complaint)))
    house.colleague.role_grants.all().delete()
    problem(client.get(at(complaint)), 404, "not_found")
    problem(client.get(URL), 403, "may_not_read")


def test_links_and_duplicates_tell_only_of_what_one_may_see(api, house, at_work):
    mine = lodge(house.clerk)
    hidden = lodge(house.east_clerk)
    link_complaints(mine.pk, hidden.number, relation="same_matter", by=house.director)
    told = done(api(house.clerk).get(at(mine)))
    assert (told["links"], told["possible_duplicates"]) == ([], [])
    assert numbers(api(house.clerk).get(URL)) == [mine.number]
    director = done(api(house.director).get(at(mine)))
    assert director["links"] == [{"number": hidden.number, "relation": "same_matter"}]
    assert [row["number"] for row in director["possible_duplicates"]] == [hidden.number]
    types = [row["type"] for row in done(api(house.clerk).get(at(mine, "timeline")))["results"]]
    assert "complaint.linked" not in types
    assert hidden.number not in api(house.clerk).get(at(mine, "timeline")).content.decode()


# ------------------------------------------------------------------ one


def test_a_list_and_one_tell_the_same(clerk, house):
    one = full(house)
    row = next(row for row in done(clerk.get(URL))["results"] if row["number"] == one.number)
    told = done(clerk.get(at(one)))
    assert told.pop("possible_duplicates") == []
    assert row == told
    assert row["subjects"] == ["colleague"]
    assert (row["category"], row["further_categories"]) == ("product_quality", ["service_attitude"])
    assert row["external_ids"] == {"crm": "C-0", "dms": "K-0"}
    assert row["promises"] == [{"what": "Free fitting", "by_whom": "", "form": None}]
    assert len(row["links"]) == 1


def test_nothing_new_is_304_until_something_is(clerk, house):
    complaint = lodge(house.clerk)
    first = clerk.get(at(complaint))
    seen = {"If-None-Match": first["ETag"]}
    assert clerk.get(at(complaint), headers=seen).status_code == 304
    # Its promises have their names in words, so another language is another answer.
    chinese = clerk.get(at(complaint), headers=seen | {"Accept-Language": "zh-Hans"})
    assert (chinese.status_code, chinese["ETag"] == first["ETag"]) == (200, False)
    with clock.frozen(WORKING_HOUR + HOUR):
        sweep("hand")
    breached = clerk.get(at(complaint), headers=seen)
    assert breached.status_code == 200
    # A breach is seen, and is no change of the record.
    assert breached["ETag"].partition(".")[0] == first["ETag"].partition(".")[0]
    states = {row["kind"]: row for row in breached.json()["deadlines"]}
    assert (states["owned"]["state"], states["owned"]["round"]) == ("breached", 1)
    assert breached.json()["updated_at"] == first.json()["updated_at"]


def test_the_language_of_the_reasons_is_the_callers(clerk, house):
    complaint = lodge(house.clerk, is_danger=True)
    english, chinese = (
        done(clerk.get(at(complaint), headers={"Accept-Language": code}))["triage"][0]["reason"]
        for code in ("en", "zh-Hans")
    )
    assert english == "flagged on the form"
    assert chinese != english


@pytest.mark.parametrize("number", ["c-2026-000001", "1", "C-2026-000001%00", "..%2F..", "'--", "C" * 150])
def test_what_is_no_number_is_not_there(number, clerk, house):
    lodge(house.clerk)
    assert clerk.get(f"{URL}/{number}").status_code == 404


# ------------------------------------------------------------------ filters, search, order


@pytest.fixture
def several(house, at_work):
    """Five that differ, by a short name."""
    customer = create_customer("陈小姐", phones=["138 0013 8000"], by=None)
    rows = {
        "plain": lodge(house.clerk, description="雨刷收了两次钱", channel="phone"),
        "owned": lodge(house.clerk, is_taken=True, category_id=house.product.pk, phone="139 1111 2222"),
        "case": case(house.clerk, channel="regulator", phone="139 1111 3333"),
        "theirs": lodge(house.clerk, department_id=house.east.pk, phone="139 1111 4444"),
        "old": lodge(house.clerk, customer_id=customer.pk, name="陈小姐", received_at=WORKING_HOUR - 48 * HOUR),
    }
    leave(rows["plain"].pk, reason="x", outcome="settled", relief="explanation", by=house.clerk)
    with clock.frozen(WORKING_HOUR + HOUR):
        record_communication(rows["owned"].pk, direction="out", medium="sms", summary="Soon.", by=house.clerk)
    return {name: row.number for name, row in rows.items()}


FILTERS = {
    "state=closed": ["plain"],
    "state=listen": ["owned", "theirs", "old"],
    "is_open=false": ["plain"],
    "is_open=true": ["owned", "case", "theirs", "old"],
    "severity_class=2": ["case"],
    "owner=clerk": ["owned"],
    "owner=nobody-here": [],
    "is_unowned=false": ["owned"],
    "department=east-store": ["theirs"],
    "category=product_quality": ["owned"],
    "channel=regulator": ["case"],
    "reach=serious": ["case"],
    "received_until=2026-11-17T00:00:00Z": ["old"],
    "received_since=2026-11-17T00:00:00Z": ["plain", "owned", "case", "theirs"],
    "received_since=2026-11-18T10:00:00%2B08:00&is_open=false": ["plain"],
    "updated_since=2026-11-18T02:30:00Z": ["owned"],
    "severity_class=1&department=west-store&is_unowned=true&is_open=true": ["old"],
    "search=雨刷": ["plain"],
    "search=两次&is_open=true": [],
    "search=陈小姐": ["old"],
    "search=wiper blades&category=product_quality": ["owned"],
    "search=13911113333": ["case"],
    "search=没有这个": [],
}


@pytest.mark.parametrize("query", FILTERS)
def test_filters_narrow_the_list(query, clerk, several):
    expected = [several[name] for name in FILTERS[query]]
    assert sorted(numbers(clerk.get(f"{URL}?{query}"))) == sorted(expected)


def test_a_number_typed_short_is_found(clerk, several):
    for typed in (several["case"], several["case"].lower(), "2026-3"):
        assert numbers(clerk.get(URL, {"search": typed})) == [several["case"]]


def test_by_customer(clerk, several):
    pk = Complaint.objects.get(number=several["old"]).customer_id
    assert numbers(clerk.get(f"{URL}?customer={pk}")) == [several["old"]]


UNKNOWN = {
    "state=open": "state",
    "is_open=yes": "is_open",
    "is_open=1": "is_open",
    "severity_class=3": "severity_class",
    "channel=": "channel",
    "customer=0": "customer",
    "customer=99999999999999999999": "customer",
    "received_since=yesterday": "received_since",
    "received_since=2026-11-18": "received_since",
    "updated_since=2026-11-18T00:00:00": "updated_since",
    "external_id=dms": "external_id",
    "ordering=customer__name": "ordering",
    "ordering=--id": "ordering",
    "limit=0": "limit",
    "limit=201": "limit",
    "cursor=xyz": "cursor",
    "owner__password=x": "owner__password",
    "search=%00": "search",
    "page=2": "page",
}


@pytest.mark.parametrize("query", UNKNOWN)
def test_what_no_filter_takes_is_refused(query, clerk, house):
    assert list(errors(clerk.get(f"{URL}?{query}"))) == [UNKNOWN[query]]


def test_newest_first_unless_asked_otherwise(clerk, several):
    everything = [several[name] for name in ("old", "theirs", "case", "owned", "plain")]
    assert numbers(clerk.get(URL)) == everything
    assert numbers(clerk.get(f"{URL}?ordering=id")) == everything[::-1]
    assert numbers(clerk.get(f"{URL}?ordering=received_at"))[0] == several["old"]
    assert numbers(clerk.get(f"{URL}?ordering=-updated_at"))[0] == several["owned"]
    # Nothing is due any more: last, whichever way.
    for way in ("", "-"):
        assert numbers(clerk.get(f"{URL}?ordering={way}next_due_at"))[-1] == several["plain"]


@pytest.mark.parametrize("ordering", ["-id", "received_at", "-updated_at", "next_due_at", "-next_due_at"])
def test_pages_hold_while_others_arrive(ordering, clerk, house, several):
    whole = numbers(clerk.get(f"{URL}?ordering={ordering}"))
    url, seen = f"{URL}?ordering={ordering}&limit=2", []
    while url:
        page = done(clerk.get(url))
        seen += [row["number"] for row in page["results"]]
        url = page["next"]
        lodge(house.clerk)
    assert [number for number in seen if number in whole] == whole
    assert len(seen) == len(set(seen))


def test_a_search_goes_on_at_next(clerk, house):
    made = [lodge(house.clerk, description=f"雨刷 {index}").number for index in range(5)]
    first = clerk.get(URL, {"search": "雨刷", "limit": 3})
    assert numbers(first) == made[:1:-1]
    assert 'rel="next"' in first["Link"]
    assert numbers(clerk.get(first.json()["next"])) == made[1::-1]


# ------------------------------------------------------------------ what it costs


def asked(client, path) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        done(client.get(path))
    return len(queries)


def test_a_list_asks_the_same_whatever_its_length(clerk, house):
    full(house)
    clerk.get(URL)
    few = asked(clerk, URL)
    for index in range(1, 8):
        full(house, index)
    assert asked(clerk, URL) == few <= 9
    assert asked(clerk, f"{URL}?search=wiper") <= few + 2


def test_a_plain_one_costs_few_statements_beside_who_asks(clerk, house):
    complaint = lodge(house.clerk)
    clerk.get(at(complaint))
    # Whose key it is; the complaint, whose it is, its deadlines; while it is open its possible duplicates.
    assert asked(clerk, at(complaint)) <= 5
    leave(complaint.pk, reason="x", outcome="settled", relief="explanation", by=house.clerk)
    assert asked(clerk, at(complaint)) <= 4


def test_one_with_everything_stays_bounded(clerk, house):
    one = full(house)
    for _index in range(3):
        full(house, _index + 1)
        link_complaints(one.pk, lodge(house.clerk).number, relation="related", by=house.clerk)
        record_communication(one.pk, direction="in", medium="sms", summary="And?", by=house.clerk)
    clerk.get(at(one))
    assert asked(clerk, at(one)) <= asked(clerk, "/api/v1/me") + 12


# ------------------------------------------------------------------ changes


def patch(client, complaint, body, **headers):
    tag = client.get(at(complaint))["ETag"]
    return client.patch(at(complaint), body, headers={"If-Match": tag, **headers})


def test_facts_are_changed(clerk, house):
    complaint = lodge(house.clerk, title="Old", group_size=2, upset="angry")
    body = {
        "title": "雨刷",
        "contact": {"phone": "139 1111 2222"},
        "product": {"batch": "B-7"},
        "group": None,
        "on_behalf_of": {"name": "Li Lei"},
        "category": "product_quality",
        "further_categories": ["service_attitude"],
        "subjects": ["colleague"],
        "amount_claimed": {"amount": "200.00", "currency": "USD"},
        "upset": None,
        "demands": ["refund", "refund"],
    }
    told = done(patch(clerk, complaint, body))
    assert told["title"] == "雨刷"
    assert (told["contact"]["phone_e164"], told["contact"]["name"]) == ("+8613911112222", "Emily Carter")
    assert (told["product"]["batch"], told["group"], told["upset"]) == ("B-7", None, None)
    assert told["on_behalf_of"] == {"name": "Li Lei", "authority": "", "until": None, "proof": ""}
    assert (told["category"], told["further_categories"]) == ("product_quality", ["service_attitude"])
    assert (told["subjects"], told["demands"]) == (["colleague"], ["refund"])
    assert told["amount_claimed"] == {"amount": "200.00", "currency": "USD"}
    assert told["description"] == complaint.description
    assert numbers(clerk.get(URL, {"search": "雨刷"})) == [complaint.number]
    gone = done(patch(clerk, complaint, {"on_behalf_of": None, "amount_claimed": None, "category": None}))
    assert (gone["on_behalf_of"], gone["amount_claimed"], gone["category"]) == (None, None, None)


def test_the_same_again_changes_nothing(clerk, house):
    complaint = lodge(house.clerk, title="Wiper", subject_ids=[house.colleague.pk])
    before = clerk.get(at(complaint))
    answer = patch(clerk, complaint, {"title": "Wiper", "subjects": ["colleague"], "demands": []})
    assert (done(answer), answer["ETag"]) == (before.json(), before["ETag"])


def test_a_change_wants_the_version_it_saw(clerk, house):
    complaint = lodge(house.clerk)
    problem(clerk.patch(at(complaint), {"title": "x"}), 428, "if_match_required")
    seen = clerk.get(at(complaint))["ETag"]
    change_complaint(complaint.pk, expected_version=1, changes={"title": "Theirs"}, by=house.clerk)
    stale = clerk.patch(at(complaint), {"title": "Mine"}, headers={"If-Match": seen})
    problem(stale, 412, "stale")
    assert stale["ETag"] == clerk.get(at(complaint))["ETag"]
    complaint.refresh_from_db()
    assert complaint.title == "Theirs"
    assert done(clerk.patch(at(complaint), {"title": "Mine"}, headers={"If-Match": stale["ETag"]}))["title"] == "Mine"


def test_a_breach_is_no_reason_to_refuse_a_change(clerk, house):
    complaint = lodge(house.clerk)
    seen = clerk.get(at(complaint))["ETag"]
    with clock.frozen(WORKING_HOUR + HOUR):
        assert sweep("hand").fired
        done(clerk.patch(at(complaint), {"title": "Mine"}, headers={"If-Match": seen}))


def test_who_changes_it(api, house, at_work):
    complaint = lodge(house.clerk)
    problem(patch(api(house.colleague), complaint, {"title": "x"}), 403, "not_yours")
    problem(patch(api(house.auditor), complaint, {"title": "x"}), 403, "scope_missing")
    problem(api(house.east_clerk).patch(at(complaint), {"title": "x"}, headers={"If-Match": "*"}), 404, "not_found")
    assign_complaint(complaint.pk, owner=house.handler, by=house.supervisor)
    for who in (house.clerk, house.handler, house.supervisor):
        assert done(patch(api(who), complaint, {"title": who.name}))["title"] == who.name


def test_what_has_ended_is_changed_no_more(clerk, house):
    complaint = lodge(house.clerk)
    leave(complaint.pk, reason="x", outcome="settled", relief="explanation", by=house.clerk)
    problem(patch(clerk, complaint, {"title": "x"}), 409, "already_ended")


def test_a_change_that_hides_it_answers_nothing(clerk, house):
    complaint = lodge(house.clerk)
    answer = patch(clerk, complaint, {"category": "integrity"})
    assert (answer.status_code, answer.content) == (204, b"")
    problem(clerk.get(at(complaint)), 404, "not_found")


def test_new_facts_are_judged(clerk, house):
    complaint = lodge(house.clerk)
    told = done(patch(clerk, complaint, {"amount_claimed": {"amount": "5000.00", "currency": "CNY"}}))
    assert (told["severity_class"], [row["rule"] for row in told["triage"]]) == (2, ["intense"])


WRONG_CHANGES = {
    "state": ({"state": "closed"}, "state", "unknown_field"),
    "owner": ({"owner": "clerk"}, "owner", "unknown_field"),
    "class": ({"severity_class": 2}, "severity_class", "unknown_field"),
    "department": ({"department": "east-store"}, "department", "unknown_field"),
    "number": ({"number": "C-1"}, "number", "unknown_field"),
    "version": ({"version": 7}, "version", "unknown_field"),
    "channel": ({"channel": "phone"}, "channel", "unknown_field"),
    "no description": ({"description": "  "}, "description", "blank"),
    "null description": ({"description": None}, "description", "null"),
    "unknown part": ({"contact": {"fax": "1"}}, "contact.fax", "unknown_field"),
    "half an e-mail": ({"contact": {"email": "x"}}, "contact.email", "invalid"),
    "unknown category": ({"category": "weather"}, "category", "unknown"),
    "unknown staff": ({"subjects": ["nobody"]}, "subjects", "unknown"),
    "group of text": ({"group": {"size": "3"}}, "group.size", "invalid"),
}


@pytest.mark.parametrize("what", WRONG_CHANGES)
def test_a_wrong_change_is_said_at_its_field(what, clerk, house):
    complaint = lodge(house.clerk)
    body, field, code = WRONG_CHANGES[what]
    assert errors(patch(clerk, complaint, body)).get(field) == code
    complaint.refresh_from_db()
    assert complaint.version == 1


@pytest.mark.parametrize("method", ["put", "delete", "options"])
def test_other_methods_are_not_for_complaints(method, clerk, house):
    complaint = lodge(house.clerk)
    for path in (URL, at(complaint)):
        assert getattr(clerk, method)(path).status_code == 405
    assert Complaint.objects.count() == 1


def test_times_are_told_in_utc(clerk, house):
    with clock.frozen(datetime(2026, 11, 18, 2, 0, 0, 123456, tzinfo=UTC)):
        complaint = lodge(house.clerk)
    assert done(clerk.get(at(complaint)))["recorded_at"] == "2026-11-18T02:00:00.123456Z"
