"""Which facts and which ways on the pages of a complaint and of a customer are shown to whom."""

import re
from decimal import Decimal
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve

from accounts.roles import Role
from complaints.actions.links import link_complaints
from complaints.actions.talks import write_note
from complaints.intake import PromiseMade
from customers.actions import mark_vip
from tests.hostile.conftest import PASSWORD, signed_in
from tests.hostile.routes import ROUTES
from tests.house import lodge, make_user
from tests.rights.matrix import MATRIX, READ, ROLES

WORDS = re.compile(r"<dt[^>]*>(.*?)</dt>", re.DOTALL)
READERS = [role for role in ROLES if role.value in READ.holders()]


class Ways(HTMLParser):
    """Where a page leads, and where its forms go."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attributes}
        if tag == "a" and "href" in has:
            self.found.add(("GET", has["href"]))
        if tag == "form":
            self.found.add((has.get("method", "get").upper(), has.get("action", "")))
        for name in ("get", "post"):
            if f"hx-{name}" in has:
                self.found.add((name.upper(), has[f"hx-{name}"]))


def ways(html):
    """The routes of the product that a page offers, by method."""
    found = set()
    for method, url in Ways(html).found:
        path = urlsplit(url).path
        if path.startswith("/") and not path.startswith("/static/"):
            try:
                found.add((method, resolve(path).view_name))
            except Resolver404 as error:
                raise AssertionError(f"{url} leads nowhere") from error
    return found


def facts(html):
    # The list of keys stands outside.
    main = html.partition("<main")[2].partition("</main>")[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", words).split()) for words in WORDS.findall(main)]


# What a page of a complaint tells, in its order, to everybody who may read it.
COMPLAINT_FACTS = [
    "Where", "People involved", "About staff", "Category", "Also about", "Phase", "Promised", "Wants", "Claims",
    "What waiting costs them", "How upset", "Danger", "Name", "Phone", "E-mail", "Address", "Company", "Best way",
    "Best time", "Product", "Batch", "Symptom", "Complains for the customer", "For what", "Proof", "Came by",
    "Received", "Recorded", "Department", "Reach", "Customer’s language", "Phone", "E-mail", "Company",
    "Best way and time", "Product", "Wants", "Claims", "How upset", "Earlier, 180 days",
]  # fmt: skip
CUSTOMER_FACTS = ["Kind", "Company", "Address", "Language", "Why VIP", "On record since", "Complaints, 180 days"]
# What of a complaint somebody is offered, by the row of the matrix that gives it.
OFFERED = {name: row for row in MATRIX for name in row.routes if name.startswith(("complaints:", "customers:"))}


@pytest.fixture
def told(house, at_work):
    """A complaint of which everything is on record, its customer, and a person of each role in its store."""
    complaint = lodge(
        house.clerk, title="The pump", description="It leaks.", email="emily@example.com", address="1 Lake Road",
        company="Lake Ltd", preferred_contact="phone", preferred_time="evenings", representative_name="Henry",
        representative_authority="everything", representative_proof="a letter", happened_where="The yard",
        people_involved="The fitter", subject_ids=[house.handler.pk], category_id=house.product.pk,
        further_category_ids=[house.attitude.pk], phase="after", product_name="Pump", product_batch="B7",
        product_symptom="drips", cost_of_waiting="a wet floor", demands=["repair"], amount_claimed=Decimal(100),
        upset="annoyed", promises=[PromiseMade("A week", "The fitter", "spoken")], is_danger=True,
    )  # fmt: skip
    other = lodge(house.clerk)
    link_complaints(complaint.pk, other.number, relation="related", by=None)
    write_note(complaint.pk, text="A note among colleagues.", by=house.clerk)
    mark_vip(complaint.customer_id, "A neighbour", by=None)
    people = {}
    for role in ROLES:
        is_staff = role in (Role.MANAGER, Role.ADMINISTRATOR)
        people[role] = make_user(f"a-{role.value}", house.west, role, is_staff=is_staff)
        people[role].set_password(PASSWORD)
        people[role].save(update_fields=["password"])
    return complaint, people


def test_every_reader_sees_the_same_facts_of_a_complaint_and_of_a_customer(told):
    complaint, people = told
    for role in READERS:
        client = signed_in(people[role])
        page = client.get(complaint.get_absolute_url()).content.decode()
        assert (role, facts(page)) == (role, COMPLAINT_FACTS)
        assert "A note among colleagues." in page
        record = client.get(f"/customers/{complaint.customer_id}/").content.decode()
        assert (role, facts(record)) == (role, CUSTOMER_FACTS)


def test_pages_offer_what_the_reader_may_do_and_nothing_that_would_be_refused(told):
    """Every link, button and poll of the main pages leads where this role is let in."""
    complaint, people = told
    pages = ("/", "/search/?q=pump", complaint.get_absolute_url(), f"/customers/{complaint.customer_id}/", "/profile/")
    for role in ROLES:
        client = signed_in(people[role])
        offered: set[str] = set()
        for url in pages:
            answer = client.get(url)
            if answer.status_code != 200:
                assert role.value not in READ.holders(), (role, url)
                continue
            for method, name in ways(answer.content.decode()):
                where = (role.value, url, method, name)
                assert name in ROUTES, where
                row = ROUTES[name]
                assert row.is_public or row.allows(role, method) or role in row.own, where
                offered.add(name)
        for name in offered & set(OFFERED):
            row = ROUTES[name]
            assert role.value in OFFERED[name].holders() or role in row.readers, (role.value, name)
        # The pages do offer something: to a leader, to give it to somebody.
        assert ("complaints:assign" in offered) == (role in (Role.SUPERVISOR, Role.MANAGER)), role
        assert ("customers:vip" in offered) == (role in (Role.SUPERVISOR, Role.MANAGER)), role
        assert ("complaints:new" in offered) == (role.value in {r.value for r in READERS} - {"auditor"}), role
