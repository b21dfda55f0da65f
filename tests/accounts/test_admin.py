"""Django's admin: only what holds no customer, saved by the actions, refused in the form."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import translation
from zeal import zeal_ignore

from accounts.models import Calendar, Delegation, Department, User
from complaints.models import Category
from events.models import Event
from tests.house import House

REGISTERED = {
    "accounts.calendar",
    "accounts.delegation",
    "accounts.department",
    "accounts.user",
    "complaints.category",
    "complaints.rootcause",
    "policies.policy",
}
# "app", model and what a page of it is called; every page of the admin there is.
HOUSE = ("calendar", "delegation", "department", "user")


# A form of Django's reads each choice by itself, so two of one model are two readings.
CHOICES = [
    {"model": model, "field": "get()"} for model in ("accounts.User", "accounts.Department", "complaints.Category")
]


@pytest.fixture(autouse=True)
def forms_read_each_choice() -> Iterator[None]:
    with zeal_ignore(CHOICES):
        yield


def test_nothing_that_holds_a_customer_or_a_complaint_is_registered():
    assert {model._meta.label_lower for model in admin.site._registry} == REGISTERED


def page(model: str, what: str = "changelist", *args: object, app: str = "accounts") -> str:
    return reverse(f"admin:{app}_{model}_{what}", args=args)


@pytest.fixture
def as_admin(client: Client, house: House) -> Client:
    client.force_login(house.administrator)
    return client


def faults(answer) -> dict[str, list[str]]:
    assert answer.status_code == 200, answer
    errors: dict[str, list[str]] = answer.context["adminform"].form.errors
    return errors


def shown(client: Client, url: str) -> dict[str, object]:
    """The form as a browser would send it back."""
    form = client.get(url).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    entered = {name: value for name, value in values.items() if value not in (None, False)}
    for name in ("starts_at", "ends_at"):
        entered.pop(name, None)
    return entered


class TestWhoComesIn:
    @pytest.mark.parametrize("who", ["clerk", "handler", "supervisor", "auditor"])
    def test_who_sets_nothing_is_refused(self, client, house, who):
        client.force_login(getattr(house, who))
        for model in HOUSE:
            assert client.get(page(model)).status_code in (302, 403)

    def test_a_manager_sees_rules_and_categories_and_no_people(self, client, house):
        User.objects.filter(pk=house.director.pk).update(is_staff=True)
        client.force_login(house.director)
        index = client.get(reverse("admin:index")).content.decode()
        assert page("category", app="complaints") in index
        assert page("user") not in index
        for model in HOUSE:
            assert client.get(page(model)).status_code == 403
            assert client.get(page(model, "add")).status_code == 403

    def test_one_signs_in_where_everybody_does(self, client, db):
        answer = client.get("/admin/")
        assert answer.status_code == 302
        answer = client.get("/admin/login/")
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse(settings.LOGIN_URL))

    @pytest.mark.parametrize("model", HOUSE)
    def test_an_administrator_opens_every_page_in_both_languages(self, as_admin, house, model):
        Delegation.objects.create(delegator=house.clerk, starts_at="2026-11-01T00:00Z", ends_at="2026-11-02T00:00Z")
        for language in ("en", "zh-hans"):
            User.objects.filter(pk=house.administrator.pk).update(language=language)
            for url in (page(model), page(model, "add"), reverse("admin:index")):
                answer = as_admin.get(url)
                assert answer.status_code == 200
                assert f'lang="{language}"' in answer.content.decode()

    def test_nothing_is_deleted(self, as_admin, house):
        assert as_admin.post(page("department", "delete", house.east.pk), {"post": "yes"}).status_code == 403
        assert as_admin.post(page("user", "delete", house.clerk.pk), {"post": "yes"}).status_code == 403
        assert "delete" not in as_admin.get(page("department", "change", house.east.pk)).content.decode().lower()


class TestStrictPage:
    @pytest.mark.parametrize("model", HOUSE)
    def test_no_style_or_script_stands_in_the_page(self, as_admin, model):
        for url in (page(model), page(model, "add")):
            answer = as_admin.get(url)
            html = answer.content.decode()
            assert "style-src 'self'" in answer["Content-Security-Policy"]
            assert not re.search(r"\sstyle=|<style|\son\w+=", html)
            scripts = re.findall(r"<script([^>]*)>", html)
            assert all("src=" in script or 'type="application/json"' in script for script in scripts)

    def test_rights_beside_the_roles_are_not_offered(self, as_admin, house):
        html = as_admin.get(page("user", "change", house.clerk.pk)).content.decode()
        for name in ("is_superuser", "is_staff", "user_permissions", "groups", "last_login", "password"):
            assert f'name="{name}"' not in html


class TestCalendars:
    def entry(self, **fields: str) -> dict[str, str]:
        hours = "09:00-12:00, 13:30-18:00"
        return {
            "name": "Office",
            "time_zone": "Asia/Shanghai",
            "country": "cn",
            "monday": hours,
            "friday": hours,
            **fields,
        }

    def test_hours_are_text_and_the_action_saves_them(self, as_admin, house):
        days = "2026-10-01 | closed | National Day\n2026-10-10 | 9:00-18:00 | Make-up day"
        assert as_admin.post(page("calendar", "add"), self.entry(days=days)).status_code == 302
        calendar = Calendar.objects.get(name="Office")
        assert calendar.country == "CN"
        assert [(slot.weekday, slot.opens) for slot in calendar.slots.all()] == [(0, 540), (0, 810), (4, 540), (4, 810)]
        assert [row.slots for row in calendar.exceptions.all()] == [[], [[540, 1080]]]
        event = Event.objects.get(type="calendar.changed")
        assert (event.subject_id, event.actor) == (calendar.pk, house.administrator)

    def test_shows_what_was_saved_and_saves_it_unchanged(self, as_admin):
        as_admin.post(page("calendar", "add"), self.entry(days="2026-10-01 | closed | National Day"))
        calendar = Calendar.objects.get(name="Office")
        html = as_admin.get(page("calendar", "change", calendar.pk)).content.decode()
        assert "09:00-12:00, 13:30-18:00" in html
        assert "2026-10-01 | closed | National Day" in html
        answer = as_admin.post(page("calendar", "change", calendar.pk), shown_texts(html, self.entry()))
        assert answer.status_code == 302
        assert calendar.slots.count() == 4

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"monday": "nine"}, "monday"),
            ({"days": "tomorrow | closed"}, "days"),
            ({"name": ""}, "name"),
            ({"name": "Stores"}, "name"),
            ({"time_zone": "Moon"}, "__all__"),
            ({"monday": "", "friday": ""}, "__all__"),
        ],
    )
    def test_what_is_refused_is_said_in_the_form(self, as_admin, fields, field):
        answer = as_admin.post(page("calendar", "add"), self.entry(**fields))
        assert list(faults(answer)) == [field]
        assert not Calendar.objects.filter(name="Office").exists()
        assert not Event.objects.exists()

    def test_holidays_are_imported_with_a_warning(self, as_admin, house, at_work):
        Calendar.objects.filter(pk=house.calendar.pk).update(country="CN")
        told = {"action": "import_holidays", "_selected_action": [house.calendar.pk]}
        html = as_admin.post(page("calendar"), told, follow=True).content.decode()
        assert "dates added" in html
        assert "2027 are not published" in html
        assert house.calendar.exceptions.filter(on="2026-10-10").exists()
        Calendar.objects.update(country="")
        html = as_admin.post(page("calendar"), told, follow=True).content.decode()
        assert "Enter the country of public holidays first" in html


def shown_texts(html: str, entry: dict[str, str]) -> dict[str, str]:
    days = re.search(r'<textarea name="days"[^>]*>\s*(.*?)</textarea>', html, re.DOTALL)
    assert days
    return {**entry, "days": days.group(1)}


class TestDepartments:
    def entry(self, house: House, **fields: object) -> dict[str, object]:
        told = {"name": "North", "code": "north", "parent": house.region.pk, "calendar": house.calendar.pk}
        return {**told, "language": "en", "is_active": "on", **fields}

    def test_the_action_saves_it(self, as_admin, house):
        assert as_admin.post(page("department", "add"), self.entry(house)).status_code == 302
        north = Department.objects.get(code="north")
        assert north.path == f"{house.region.path}{north.pk}/"
        assert Event.objects.get().type == "department.created"

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"parent": ""}, "There is a head office already"),
            ({"code": "west-store"}, "already exists"),
            ({"code": "no spaces"}, "valid “slug”"),
            ({"calendar": ""}, "required"),
        ],
    )
    def test_what_is_refused_is_said_in_the_form(self, as_admin, house, fields, words):
        answer = as_admin.post(page("department", "add"), self.entry(house, **fields))
        assert words in str(faults(answer))
        assert Department.objects.count() == 4

    def test_one_where_people_work_is_not_closed(self, as_admin, house):
        url = page("department", "change", house.west.pk)
        answer = as_admin.post(url, {**shown(as_admin, url), "is_active": ""})
        assert "People work there, or programs" in str(faults(answer))
        assert Department.objects.get(pk=house.west.pk).is_active

    def test_it_does_not_stand_under_itself(self, as_admin, house):
        url = page("department", "change", house.region.pk)
        answer = as_admin.post(url, {**shown(as_admin, url), "parent": house.west.pk})
        assert "cannot stand under itself" in str(faults(answer))
        house.region.refresh_from_db()
        assert house.region.parent == house.office


class TestUsers:
    def entry(self, house: House, **fields: object) -> dict[str, object]:
        told = {"username": "lin", "name": "林悦", "department": house.west.pk, "roles": ["front_desk", "handler"]}
        return {**told, **fields}

    def test_the_action_creates_it_with_roles(self, as_admin, house):
        secret = {"new_password": "correct horse battery", "new_password_again": "correct horse battery"}
        assert as_admin.post(page("user", "add"), self.entry(house, **secret)).status_code == 302
        user = User.objects.get(username="lin")
        assert user.role_set == {"front_desk", "handler"}
        assert user.check_password("correct horse battery")
        assert set(Event.objects.values_list("type", flat=True)) == {"user.created", "user.role_granted"}

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"username": "clerk"}, "already exists"),
            ({"username": "no spaces"}, "valid username"),
            ({"name": ""}, "required"),
            ({"department": ""}, "required"),
            ({"roles": ["king"]}, "not one of the available choices"),
            ({"new_password": "correct horse battery"}, "not the same"),
            ({"new_password": "short", "new_password_again": "short"}, "too short"),
        ],
    )
    def test_what_is_refused_is_said_in_the_form(self, as_admin, house, fields, words):
        answer = as_admin.post(page("user", "add"), self.entry(house, **fields))
        assert words in str(faults(answer))
        assert not User.objects.filter(name="林悦").exists()

    def test_only_what_changed_is_an_event(self, as_admin, house):
        url = page("user", "change", house.clerk.pk)
        assert as_admin.post(url, shown(as_admin, url)).status_code == 302
        assert not Event.objects.exists()
        entry = {**shown(as_admin, url), "roles": ["handler"], "new_password": "correct horse battery"}
        entry["new_password_again"] = entry["new_password"]
        assert as_admin.post(url, entry).status_code == 302
        assert list(Event.objects.order_by("id").values_list("type", flat=True)) == [
            "user.role_granted",
            "user.role_revoked",
            "user.password_set",
        ]
        assert User.objects.get(username="clerk").username == "clerk"

    def test_nobody_changes_their_own_roles_or_closes_their_own_account(self, as_admin, house):
        url = page("user", "change", house.administrator.pk)
        entry = shown(as_admin, url)
        answer = as_admin.post(url, {**entry, "roles": ["administrator", "manager"]})
        assert "Somebody else must change your roles" in str(faults(answer))
        entry.pop("is_active")
        assert "Somebody else must close your account" in str(faults(as_admin.post(url, entry)))
        assert not Event.objects.exists()

    def test_a_refusal_is_said_in_the_readers_language(self, as_admin, house):
        User.objects.filter(pk=house.administrator.pk).update(language="zh-hans")
        answer = as_admin.get(page("user", "add"))
        with translation.override("zh-hans"):
            assert translation.gettext("Save") in answer.content.decode()


class TestAbsences:
    def entry(self, house: House, **fields: object) -> dict[str, object]:
        told = {"delegator": house.supervisor.pk, "delegate": house.handler.pk}
        times = {"starts_at_0": "2026-11-18", "starts_at_1": "09:00", "ends_at_0": "2026-11-20", "ends_at_1": "18:00"}
        return {**told, **times, **fields}

    def test_recorded_and_ended_by_the_actions(self, as_admin, house, at_work):
        assert as_admin.post(page("delegation", "add"), self.entry(house)).status_code == 302
        row = Delegation.objects.get()
        assert row.starts_at.isoformat() == "2026-11-18T01:00:00+00:00"
        assert as_admin.get(page("delegation", "change", row.pk)).status_code == 200
        assert as_admin.post(page("delegation", "change", row.pk), self.entry(house)).status_code == 403
        told = {"action": "end_now", "_selected_action": [row.pk]}
        assert "1 absence ended" in as_admin.post(page("delegation"), told, follow=True).content.decode()
        assert Delegation.objects.get().ends_at == at_work

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"ends_at_0": "2026-11-17"}, "after the start"),
            ({"delegate": "self"}, "somebody else"),
            ({"starts_at_0": "?"}, "valid date"),
        ],
    )
    def test_what_is_refused_is_said_in_the_form(self, as_admin, house, fields, words):
        if fields.get("delegate"):
            fields = {"delegate": house.supervisor.pk}
        answer = as_admin.post(page("delegation", "add"), self.entry(house, **fields))
        assert words in str(faults(answer))
        assert not Delegation.objects.exists()


class TestCategories:
    def entry(self, **fields: object) -> dict[str, object]:
        told = {"code": "tyres", "name_en": "Tyres", "name_zh": "轮胎", "position": 1, "is_active": "on"}
        return {**told, **fields}

    def test_the_action_saves_it_and_its_code_stays(self, as_admin, house):
        add = page("category", "add", app="complaints")
        assert as_admin.post(add, self.entry(parent=house.product.pk)).status_code == 302
        tyres = Category.objects.get(code="tyres")
        change = page("category", "change", tyres.pk, app="complaints")
        assert as_admin.post(change, self.entry(code="other", name_en="Tires", is_active="")).status_code == 302
        tyres.refresh_from_db()
        assert (tyres.code, tyres.name_en, tyres.is_active, tyres.parent) == ("tyres", "Tires", False, None)
        assert list(Event.objects.order_by("id").values_list("type", flat=True)) == [
            "category.created",
            "category.changed",
        ]

    def test_what_stands_below_a_restricted_one_is_restricted(self, as_admin, house):
        as_admin.post(page("category", "add", app="complaints"), self.entry(parent=house.integrity.pk))
        assert Category.objects.get(code="tyres").is_restricted

    def test_it_does_not_stand_under_itself(self, as_admin, house):
        below = Category.objects.create(code="below", name_en="b", name_zh="b", parent=house.product)
        url = page("category", "change", house.product.pk, app="complaints")
        answer = as_admin.post(url, self.entry(parent=below.pk))
        assert "cannot stand under itself" in str(faults(answer))

    @pytest.mark.parametrize(
        "fields", [{"code": "product_quality"}, {"code": "a b"}, {"name_zh": ""}, {"position": -1}]
    )
    def test_what_is_refused_is_said_in_the_form(self, as_admin, fields):
        before = Category.objects.count()
        faults(as_admin.post(page("category", "add", app="complaints"), self.entry(**fields)))
        assert Category.objects.count() == before
