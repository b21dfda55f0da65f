"""The LASTR screen: one form a step, the screen as answer, and nothing typed is lost."""

import pytest
from django.test import Client
from django.urls import reverse

from complaints.actions import desk
from complaints.codes import State
from complaints.guidance.starter import ensure_starter_guidance
from complaints.models import Complaint, OralReport, SelfAssessment, StepRecord
from events.models import Notification
from tests.complaints.pages import statements
from tests.house import House

HTMX = {"headers": {"HX-Request": "true"}}

# step, what the form sends, the state after it
WALK = [
    ("listen", {"restated": "Charged twice.", "customer_agreed": "on"}, State.APOLOGISE),
    ("apologise", {"was_said": "on"}, State.SATISFY),
    (
        "satisfy",
        {
            "remedy_kinds": ["refund"],
            "further_kinds": ["personal_care"],
            "remedy": "Refunded",
            "value": "１２０",
            "satisfaction": "satisfied",
        },
        State.THANK,
    ),
    ("thank", {"was_thanked": "on"}, State.REPORT),
]


@pytest.fixture
def client_of():
    def make(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def at(client_of, house: House):
    return client_of(house.clerk)


def url(name: str, complaint: Complaint, *args: str) -> str:
    return reverse(f"complaints:{name}", args=[complaint.number, *args])


@pytest.fixture
def walk_to(make_complaint, at):
    """A complaint of the clerk walked to a step through the forms."""

    def make(step, **answers):
        complaint = make_complaint(is_taken=True, **answers)
        for name, data, _state in WALK:
            if name == step:
                break
            at.post(url("finish_step", complaint, name), data)
        complaint.refresh_from_db()
        assert complaint.state == step
        return complaint

    return make


def test_the_whole_way_without_scripts(make_complaint, at, house):
    complaint = make_complaint(is_taken=True)
    for step, data, state in WALK:
        answer = at.post(url("finish_step", complaint, step), data)
        assert (answer.status_code, answer.url) == (302, url("desk", complaint))
        complaint.refresh_from_db()
        assert complaint.state == state
    record = complaint.step_records.get(step="satisfy")
    assert (record.remedy_kinds, record.value) == (["refund", "personal_care"], 120)
    told = {"to": house.supervisor.pk, "outcome": "upheld", "relief": "monetary", "note": ""}
    at.post(url("finish_step", complaint, "report"), told)
    complaint.refresh_from_db()
    assert complaint.state == State.CLOSED
    assert OralReport.objects.get().to == house.supervisor


def test_with_htmx_the_answer_is_the_screen_with_the_next_step_open(make_complaint, at):
    complaint = make_complaint(is_taken=True)
    answer = at.post(url("finish_step", complaint, "listen"), WALK[0][1], **HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count('id="desk"') == 1
    assert "<html" not in page
    assert 'id="id_apologise_was_said"' in page
    assert "“<bdi>Charged twice.</bdi>”" in page
    # The hand goes on where the next answer is given.
    assert page.index("autofocus") > page.index('id="step-apologise"')


@pytest.mark.parametrize(
    ("step", "data", "field", "words"),
    [
        ("listen", {"restated": "Twice", "customer_agreed": ""}, "customer_agreed", "ask whether it is right"),
        ("listen", {"restated": "x" * 501, "customer_agreed": "on"}, "restated", "500"),
        ("apologise", {}, "was_said", "tick that it was said"),
        (
            "satisfy",
            {"remedy": "Refunded", "satisfaction": "satisfied"},
            "remedy",
            "Record what the customer was given",
        ),
        ("satisfy", {"remedy_kinds": ["refund"], "remedy": "x"}, "satisfaction", "Choose how the customer took it"),
        (
            "satisfy",
            {"remedy_kinds": ["refund"], "remedy": "x", "satisfaction": "dissatisfied"},
            "satisfaction",
            "Change the time, place or person",
        ),
        (
            "satisfy",
            {"remedy_kinds": ["refund"], "remedy": "x", "satisfaction": "loyal", "value": "9,000"},
            "value",
            "¥9,000 is above your limit of ¥200",
        ),
        (
            "satisfy",
            {"remedy_kinds": ["refund"], "remedy": "x", "satisfaction": "loyal", "value": "about 2k"},
            "value",
            "must be a number",
        ),
        ("satisfy", {"remedy_kinds": ["bribe"], "remedy": "x", "satisfaction": "loyal"}, "remedy_kinds", "bribe"),
        ("thank", {}, "was_thanked", "invite them back"),
        ("report", {"to": "", "outcome": "upheld", "relief": "monetary"}, "to", "Choose a supervisor"),
        ("report", {"to": "999999", "outcome": "upheld", "relief": "monetary"}, "to", "Choose a supervisor"),
        ("listen", {"restated": "a\0b", "customer_agreed": "on"}, "restated", "Null characters"),
    ],
)
@pytest.mark.parametrize("extra", [{}, HTMX], ids=["page", "htmx"])
def test_what_is_missing_is_said_at_its_field_and_changes_nothing(walk_to, at, step, data, field, words, extra):
    complaint = walk_to(step)
    before = StepRecord.objects.count()
    answer = at.post(url("finish_step", complaint, step), data, **extra)
    assert answer.status_code == 422
    form = answer.context["form"]
    assert words in str(form.errors[field])
    page = answer.content.decode()
    assert "There is a problem" in page
    # What was typed stands in the form.
    for typed in (data.get("remedy"), data.get("value")):
        if typed:
            assert f'value="{typed}"' in page
    complaint.refresh_from_db()
    assert (complaint.state, StepRecord.objects.count()) == (step, before)


def test_a_stale_tab_is_told_and_changes_nothing(walk_to, client_of, house):
    complaint = walk_to("apologise")
    answer = client_of(house.colleague).post(url("finish_step", complaint, "listen"), WALK[0][1], **HTMX)
    assert answer.status_code == 409
    assert answer["HX-Retarget"] == "#refusal"
    assert "This step is done already" in answer.content.decode()


def test_a_stale_tab_with_half_an_answer_is_told_too(walk_to, at):
    complaint = walk_to("satisfy")
    assert at.post(url("finish_step", complaint, "apologise"), {}, **HTMX).status_code == 409
    assert at.post(url("correct_step", complaint, "thank"), {}, **HTMX).status_code == 409


def test_who_meets_a_customer_nobody_owns_can_take_it_there(make_complaint, at, house):
    complaint = make_complaint()
    assert url("take", complaint) in at.get(url("desk", complaint)).content.decode()
    answer = at.post(url("take", complaint), {"next": url("desk", complaint)})
    assert answer.url == url("desk", complaint)
    assert url("take", complaint) not in at.get(url("desk", complaint)).content.decode()


def test_a_done_step_is_changed_in_place(walk_to, at):
    complaint = walk_to("satisfy")
    page = at.get(url("desk", complaint) + "?change=listen", **HTMX).content.decode()
    assert url("correct_step", complaint, "listen") in page
    assert url("finish_step", complaint, "satisfy") not in page
    assert "Charged twice.</textarea>" in page
    sent = {"restated": "Charged three times.", "customer_agreed": "on"}
    assert at.post(url("correct_step", complaint, "listen"), sent).status_code == 302
    assert complaint.step_records.get(step="listen", superseded_at=None).text == "Charged three times."
    complaint.refresh_from_db()
    assert complaint.state == State.SATISFY


def test_a_refused_change_keeps_the_form_open(walk_to, at):
    complaint = walk_to("thank")
    sent = {"remedy_kinds": ["gift"], "remedy": "A pen", "satisfaction": "dissatisfied"}
    answer = at.post(url("correct_step", complaint, "satisfy"), sent)
    assert answer.status_code == 422
    assert 'value="A pen"' in answer.content.decode()
    assert complaint.step_records.get(step="satisfy", superseded_at=None).text == "Refunded"


@pytest.mark.parametrize("step", ["nonsense", "act", "closed"])
def test_there_are_five_steps_and_no_more(walk_to, at, step):
    complaint = walk_to("listen")
    assert at.post(url("finish_step", complaint, step), {}).status_code == 404
    assert at.post(url("correct_step", complaint, step), {}).status_code == 404


@pytest.mark.parametrize("step", ["listen", "apologise", "satisfy", "thank", "report"])
def test_angry_at_every_step_another_time_place_or_person_is_offered(walk_to, at, step):
    page = at.get(url("desk", walk_to(step, upset="angry"))).content.decode()
    assert "First the mood, then the matter" in page
    assert "mood-later" not in page


def test_calm_it_is_offered_only_for_who_is_dissatisfied(walk_to, at):
    page = at.get(url("desk", walk_to("satisfy"))).content.decode()
    assert "First the mood" not in page
    assert "mood-later" in page


def test_a_change_is_noted_without_touching_the_step(walk_to, at):
    complaint = walk_to("satisfy", upset="angry")
    answer = at.post(url("change_desk", complaint), {"what": "place", "note": "The lounge"}, **HTMX)
    assert answer.status_code == 200
    assert answer.content.decode().count('id="calm"') == 1
    assert "The lounge" in answer.content.decode()
    refused = at.post(url("change_desk", complaint), {"what": "time", "note": "", "at": "2020-01-01T10:00"}, **HTMX)
    assert refused.status_code == 422
    assert "The new time must be still to come" in refused.content.decode()
    assert complaint.desk_changes.count() == 1


def test_the_change_has_a_page_of_its_own(walk_to, at):
    complaint = walk_to("listen")
    assert at.get(url("change_desk", complaint)).status_code == 200
    assert at.post(url("change_desk", complaint), {"what": "moon", "note": "x"}).status_code == 422
    answer = at.post(url("change_desk", complaint), {"what": "person", "note": "The mechanic came"})
    assert answer.url == url("desk", complaint)


def test_one_press_calls_the_supervisor(walk_to, at, house):
    complaint = walk_to("listen")
    answer = at.post(url("call_supervisor", complaint), **HTMX)
    assert "Supervisor called 10:00" in answer.content.decode()
    assert Notification.objects.get(code="complaint.come_over").recipient == house.supervisor
    assert at.post(url("call_supervisor", complaint)).url == url("desk", complaint)


def test_the_report_offers_present_leaders_and_the_relief_of_the_remedy(walk_to, at, house):
    complaint = walk_to("report")
    form = at.get(url("desk", complaint)).context["form"]
    assert [label for _pk, label in form.fields["to"].choices] == ["Supervisor", "Manager", "Director"]
    assert (form["to"].value(), form["relief"].value()) == (house.supervisor.pk, "monetary")


def test_closed_it_asks_the_seven_points_of_the_clerk_and_the_supervisor(walk_to, client_of, at, house):
    complaint = walk_to("report")
    told = {"to": house.supervisor.pk, "outcome": "upheld", "relief": "monetary"}
    page = at.post(url("finish_step", complaint, "report"), told, **HTMX).content.decode()
    assert "Supervisor is asked to confirm the report" in page
    assert at.post(url("assess_desk", complaint), {"listen": "yes", "solved": "partly"}).status_code == 302
    assert SelfAssessment.objects.get().answers == {"listen": "yes", "solved": "partly"}
    supervisor = client_of(house.supervisor)
    page = supervisor.get(url("desk", complaint)).content.decode()
    assert "Confirm the report" in page
    supervisor.post(url("assess_desk", complaint), {"listen": "no"})
    assert SelfAssessment.objects.filter(is_by_supervisor=True).get().answers == {"listen": "no"}
    assert at.post(url("assess_desk", complaint), {"listen": "maybe"}).status_code == 422
    assert "How did it go?" not in client_of(house.colleague).get(url("desk", complaint)).content.decode()


# ------------------------------------------------------------------ class 2, and who may


def test_a_case_is_listened_to_at_the_desk(make_complaint, at, house):
    complaint = make_complaint(upset="furious", is_taken=True)
    page = at.get(url("desk", complaint)).content.decode()
    assert "step-apologise" in page
    assert "step-satisfy" not in page
    assert "First the mood" in page
    at.post(url("finish_step", complaint, "listen"), WALK[0][1])
    assert at.post(url("finish_step", complaint, "apologise"), {}).status_code == 422
    page = at.post(url("finish_step", complaint, "apologise"), {"was_said": "on"}, **HTMX).content.decode()
    assert "It goes on as a case" in page
    complaint.refresh_from_db()
    assert (complaint.state, complaint.step_records.count()) == (State.ACT, 2)


@pytest.mark.parametrize("state", [State.REVIEW, State.EXECUTE, State.WITHDRAWN, State.VOIDED])
def test_what_is_not_for_the_desk_leads_to_its_page(make_complaint, at, at_work, state):
    complaint = make_complaint(is_raised=True)
    ended = at_work if state in (State.WITHDRAWN, State.VOIDED) else None
    Complaint.objects.filter(pk=complaint.pk).update(state=state, ended_at=ended)
    answer = at.get(url("desk", complaint))
    assert (answer.status_code, answer.url) == (302, complaint.get_absolute_url())


@pytest.mark.parametrize("who", ["east_clerk", "colleague", "administrator"])
def test_what_one_must_not_see_is_not_there(make_complaint, client_of, house, who):
    complaint = make_complaint(subject_ids=[house.colleague.pk])
    client = client_of(getattr(house, who))
    assert client.get(url("desk", complaint)).status_code == 404
    posts = [
        ("finish_step", "listen"), ("correct_step", "listen"), ("change_desk",), ("call_supervisor",), ("assess_desk",),
    ]  # fmt: skip
    for name, *args in posts:
        assert client.post(url(name, complaint, *args), WALK[0][1]).status_code in (403, 404)
    assert not StepRecord.objects.exists()


def test_the_auditor_reads_the_page_and_works_at_no_desk(make_complaint, client_of, house):
    complaint = make_complaint()
    client = client_of(house.auditor)
    assert client.get(url("desk", complaint)).url == complaint.get_absolute_url()
    assert client.post(url("finish_step", complaint, "listen"), WALK[0][1]).status_code == 403


def test_pressing_needs_a_post(walk_to, at):
    complaint = walk_to("listen")
    for name, *args in [("finish_step", "listen"), ("correct_step", "listen"), ("call_supervisor",), ("assess_desk",)]:
        assert at.get(url(name, complaint, *args)).status_code == 405


def test_sayings_are_in_the_customers_language(walk_to, at):
    ensure_starter_guidance()
    page = at.get(url("desk", walk_to("listen", language="zh-hans"))).content.decode()
    assert '<p lang="zh">“请您再详细讲一次，我记下来。”</p>' in page
    page = at.get(url("desk", walk_to("listen", language="en", phone="13805710001"))).content.decode()
    assert "Please tell me once more what happened" in page


def test_why_class_1_is_said_in_words(walk_to, at):
    page = at.get(url("desk", walk_to("listen", upset="angry"))).content.decode()
    assert "not a VIP, claims nothing, angry but no threat, no danger to people" in page


@pytest.mark.parametrize(("step", "most"), [("listen", 10), ("satisfy", 10), ("report", 14)])
def test_statements_stay_few_however_much_was_done(walk_to, at, house, step, most):
    complaint = walk_to(step, upset="angry")
    few = statements(at, url("desk", complaint))
    assert few <= most
    for n in range(8):
        desk.change_desk(complaint.pk, what="place", note=f"Room {n}", by=house.clerk)
    assert statements(at, url("desk", complaint)) == few
