"""Templates: which places they have, who writes them, that no text walks through objects. RELIABILITY.md 6C."""

import re

import pytest

from complaints.actions.templates import add_starter_templates, save_template
from complaints.codes import TemplatePurpose
from complaints.message_templates import (
    PLACES,
    ensure_starter_templates,
    fill,
    filled_for,
    offered,
    starter_templates,
    unfilled,
    wrong_places,
)
from complaints.models import Complaint, MessageTemplate, MessageTemplateVersion
from core.errors import Blocked, Conflict, PermissionDenied
from events.models import Event
from policies.actions import set_policy
from tests.complaints.pages import HTMX, client_of, text_of, url
from tests.complaints.refusals import refused

TOLD = {"purpose": "receipt", "language": "en", "name": "Receipt", "subject": "{number}", "body": "Dear {name}"}


@pytest.mark.parametrize("text", ["", "Dear {name}, {number}", "没有", "😀 \u202e {hours}", "{next_answer}{until}"])
def test_named_places_are_taken(text):
    assert wrong_places(text, "body") == []


@pytest.mark.parametrize(
    "text",
    [
        "{}", "{0}", "{name.department}", "{name!r}", "{name:>99999999}", "{owner.password}", "{owner[0]}",
        "{complaint.customer}", "{ name }", "{Name}", "{{name}}", "{name", "name}", "{na{me}}", "{name}{",
        "{__class__}",
        "{number.__class__.__mro__}", "{settings.SECRET_KEY}", "{{ owner }}", "{% load x %}", "{\u0000}", "{名字}",
        "{" * 4000,
    ],
)  # fmt: skip
def test_what_is_no_place_is_refused_on_saving(house, text):
    assert wrong_places(text, "body")
    for field in ("subject", "body"):
        with refused(Blocked):
            save_template(None, **{**TOLD, field: text}, by=house.director)


def test_a_value_is_put_in_once_and_as_it_is():
    values = {"name": "{owner} {0} \\1 $& 😀", "owner": "Handler"}
    assert fill("{name}/{owner}/{phone}", values) == "{owner} {0} \\1 $& 😀/Handler/{phone}"
    assert unfilled("{owner} {phone} {phone} {nothing}") == ["owner", "phone"]


def test_places_are_filled_in_the_templates_language(make_complaint, house):
    set_policy("company.phone", "0571 8800 1234", by=None)
    complaint = make_complaint(is_raised=True, is_taken=False)
    row = save_template(
        None, **{**TOLD, "body": "{name} {number} {owner} {department} {phone} {next_answer}"}, by=house.director
    )
    _subject, body = filled_for(row, Complaint.objects.select_related("department").get(pk=complaint.pk), house.handler)
    assert body == f"Emily Carter {complaint.number} Handler West store 0571 8800 1234 {{next_answer}}"


# ------------------------------------------------------------------ the starter set


def test_the_starter_set_has_each_purpose_in_both_languages():
    there = {(told["purpose"], told["language"]) for told in starter_templates()}
    wanted = set(TemplatePurpose.values) - {"other"}
    assert there == {(purpose, language) for purpose in wanted for language in ("en", "zh-hans")}
    for told in starter_templates():
        assert wrong_places(told["subject"], "") + wrong_places(told["body"], "") == []
        is_chinese = bool(re.search("[\u4e00-\u9fff]", told["body"]))
        assert is_chinese == (told["language"] == "zh-hans")
        if is_chinese:
            assert "你" not in told["body"], "to customers 您"


def test_it_is_added_once_and_overwrites_nothing(house):
    mine = save_template(None, **TOLD, by=house.director)
    assert add_starter_templates(by=house.director) == len(starter_templates()) - 1
    assert add_starter_templates(by=house.director) == ensure_starter_templates() == 0
    mine.refresh_from_db()
    assert mine.body == "Dear {name}"
    assert MessageTemplateVersion.objects.count() == MessageTemplate.objects.count()


# ------------------------------------------------------------------ writing


def test_each_version_is_kept(house):
    row = save_template(None, **TOLD, by=house.director)
    save_template(row.pk, **{**TOLD, "body": "Hello {name}"}, expected_version=1, by=house.director)
    assert [(each.version, each.body) for each in row.versions.all()] == [(2, "Hello {name}"), (1, "Dear {name}")]
    event = Event.objects.of(row).get(type="template.changed")
    assert event.data["version"] == 2
    with refused(Conflict, "stale"):
        save_template(row.pk, **TOLD, expected_version=1, by=house.director)
    save_template(row.pk, **{**TOLD, "body": "Hello {name}"}, by=house.director)
    assert row.versions.count() == 2, "the same again is no version"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"name": " "}, "no_name"),
        ({"body": "\n"}, "no_body"),
        ({"body": "x" * 20_000}, "too_long"),
        ({"purpose": "spam"}, "unknown_purpose"),
        ({"language": "tlh"}, "unknown_language"),
    ],
)
def test_a_template_is_refused_when(house, changed, why):
    with refused(Blocked, why):
        save_template(None, **{**TOLD, **changed}, by=house.director)


def test_one_name_a_purpose_and_language(house):
    save_template(None, **TOLD, by=house.director)
    with refused(Blocked, "name_taken"):
        save_template(None, **TOLD, by=house.manager)
    save_template(None, **{**TOLD, "language": "zh-hans"}, by=house.manager)


def test_only_managers_write_them(house):
    for by in (house.supervisor, house.clerk, house.auditor, house.administrator):
        with refused(PermissionDenied):
            save_template(None, **TOLD, by=by)
        with refused(PermissionDenied):
            add_starter_templates(by=by)


def test_the_customers_language_first_and_the_other_where_there_is_none(house):
    save_template(None, **TOLD, by=house.director)
    save_template(None, **{**TOLD, "language": "zh-hans", "name": "受理"}, by=house.director)
    save_template(None, **{**TOLD, "purpose": "done", "name": "Done"}, by=house.director)
    save_template(None, **{**TOLD, "purpose": "plan", "name": "Old"}, is_active=False, by=house.director)
    assert [row.name for row in offered("zh-hans")] == ["受理", "Done"]


# ------------------------------------------------------------------ pages


def test_a_message_begins_with_a_template_below_what_was_typed(make_complaint, house):
    complaint = make_complaint(is_raised=True)
    row = save_template(None, **TOLD, by=house.director)
    client = client_of(house.handler)
    assert "Receipt" in text_of(client.get(url("pick_template", complaint)))
    part = text_of(client.get(url("pick_template", complaint), **HTMX))
    assert 'id="entry-templates"' in part
    before = Event.objects.count()
    sent = {"template": row.pk, "kind": "message", "summary": "As we said on the phone:"}
    answer = client.post(url("fill_entry", complaint), sent, **HTMX)
    form = answer.context["entry_form"]
    assert form["summary"].value() == "As we said on the phone:\n\nDear Emily Carter"
    assert (form["subject"].value(), form["kind"].value()) == (complaint.number, "message")
    page = client.post(url("fill_entry", complaint), {"template": row.pk})
    assert (page.status_code, "Dear Emily Carter" in text_of(page)) == (200, True)
    assert (Event.objects.count(), complaint.communications.count()) == (before, 0)


@pytest.mark.parametrize("template", ["", "0", "999999", "x", "1; DROP"])
def test_a_template_that_is_gone_loses_nothing_that_was_typed(make_complaint, house, template):
    sent = {"template": template, "kind": "message", "summary": "Typed already"}
    answer = client_of(house.clerk).post(url("fill_entry", make_complaint()), sent)
    assert answer.status_code == 422
    assert "Typed already" in text_of(answer)


def test_a_manager_edits_them_on_a_page(house):
    client = client_of(house.director)
    page = text_of(client.get("/message-templates/"))
    assert "Add the starter set" in page
    assert client.post("/message-templates/starter/").url == "/message-templates/"
    page = text_of(client.get("/message-templates/"))
    assert "Add the starter set" not in page
    row = MessageTemplate.objects.get(purpose="receipt", language="en")
    edit = row.get_absolute_url()
    assert all(f"{{{place}}}" in text_of(client.get(edit)) for place in PLACES)
    told = {**TOLD, "is_active": "on", "expected_version": "1", "body": "Hi {nobody}"}
    answer = client.post(edit, told)
    assert answer.status_code == 422
    assert "{nobody} is no place" in text_of(answer)
    assert "Hi {nobody}" in text_of(answer)
    assert client.post(edit, {**told, "body": "Hi {name}"}).url == "/message-templates/"
    assert client.post(edit, {**told, "body": "Ho {name}"}).status_code == 409
    assert client.get("/message-templates/999999/").status_code == 404


def test_others_read_them_and_the_administrator_does_not(house):
    assert client_of(house.auditor).get("/message-templates/").status_code == 200
    assert client_of(house.clerk).get("/message-templates/new/").status_code == 403
    assert client_of(house.administrator).get("/message-templates/").status_code == 403
