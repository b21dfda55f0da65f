"""Every action × every role: the right is asked where the change is made, so no door has to."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction

from accounts import actions as house_actions
from accounts import service_actions
from accounts.actions import CalendarDay
from accounts.holidays import import_public_holidays
from accounts.key_actions import create_api_key, revoke_api_key
from accounts.passwords import set_password
from accounts.roles import Role
from accounts.second_factor_actions import reset_second_factor
from accounts.service_accounts import waiting_request
from compensation.actions import answering, deciding, writing
from compensation.models import Proposal
from complaints.actions import (
    agree,
    attachments,
    categories,
    causes,
    classes,
    desk,
    ends,
    evaluation,
    group_talks,
    groups,
    guidance,
    hand_over,
    links,
    meetings,
    outside_matters,
    ownership,
    questions,
    record,
    reopening,
    reports,
    suggestions,
    talks,
    tasks,
    templates,
    transitions,
    waiting,
)
from complaints.actions.drafts import discard_draft, save_draft
from complaints.actions.import_rows import import_rows
from complaints.actions.lodge import lodge_complaint
from complaints.actions.outside import record_gone_outside
from complaints.actions.root_causes import save_root_cause
from complaints.actions.sending import send_communication_again
from complaints.actions.written_reports import acknowledge_report, return_report, save_report, submit_report
from complaints.guidance.content import Content, Texts
from complaints.models import CaseTask, ComplaintGroup, GroupMember, GroupRepresentative, HandOver, OralReport
from core import clock
from core.errors import DomainError, PermissionDenied
from core.files.taking import take_in
from customers import actions as care
from customers.told import Told, record_customer, record_told_sale, revise_customer
from policies.actions import set_policy
from tests.complaints.below import law_of, matter_of, talk_of
from tests.complaints.sent import attach, attachment_of, sent
from tests.house import make_card, make_cause, make_intake, make_sent_report, make_suggestion
from tests.rights.matrix import ALL, DEPARTMENT, LINE, MATRIX, OWN, right
from tests.rights.test_objects import EVERY_ROLE
from tests.rights.world import OTHER, OWNED, RECORDED, SAME, World

WORDS = {"what_happened": "It leaks.", "facts": "It does."}
END: dict[str, Any] = {"reason": "Because.", "outcome": "upheld", "relief": "explanation"}
# These ask nobody: they are part of other actions, or the writer of a draft is all who ever sees it.
OF_ITSELF = set(right("system: by itself alone").actions)
FORMS = set(right("draft: keep, discard").actions)
# These find only the rows of whoever asks.
OF_ONES_OWN = set(right("sign-in: look after one's own").actions)
A_CARD = Content(en=Texts("en", "A card", say=("Please sit down.",)))
KEY = "00000000-0000-4000-8000-000000000001"

Call = Callable[[World, Any, Any], object]

CALLS: dict[str, Call] = {
    "complaints.actions.lodge.lodge_complaint": lambda w, c, by: lodge_complaint(make_intake(), by=by),
    "complaints.actions.import_rows._write": lambda w, c, by: import_rows("file", [], by=by),
    "complaints.actions.links.add_to_complaint": lambda w, c, by: links.add_to_complaint(
        c.number, text="More", channel="phone", by=by
    ),
    "complaints.actions.record.change_complaint": lambda w, c, by: record.change_complaint(
        c.pk, expected_version=c.version, changes={"happened_where": "There"}, by=by
    ),
    "complaints.actions.ownership.take_complaint": lambda w, c, by: ownership.take_complaint(c.pk, by=by),
    "complaints.actions.ownership.assign_complaint": lambda w, c, by: ownership.assign_complaint(
        c.pk, owner=w.house.handler, by=by
    ),
    "complaints.actions.hand_over.offer_complaint": lambda w, c, by: hand_over.offer_complaint(
        c.pk, to=w.house.colleague, by=by
    ),
    "complaints.actions.hand_over.withdraw_hand_over": lambda w, c, by: hand_over.withdraw_hand_over(
        offered(w, c, by, w.house.colleague, giver=by).pk, by=by
    ),
    "complaints.actions.hand_over.accept_hand_over": lambda w, c, by: hand_over.accept_hand_over(
        offered(w, c, by, by).pk, by=by
    ),
    "complaints.actions.hand_over.decline_hand_over": lambda w, c, by: hand_over.decline_hand_over(
        offered(w, c, by, by).pk, reason="Away", by=by
    ),
    "complaints.actions.hand_over.move_complaint": lambda w, c, by: hand_over.move_complaint(
        c.pk, department=w.corner, reason="Theirs", by=by
    ),
    "complaints.actions.tasks.ask_senior": lambda w, c, by: tasks.ask_senior(
        c.pk, senior=w.house.manager, medium="phone", due_at=soon(), by=by
    ),
    "complaints.actions.meetings.record_meeting": lambda w, c, by: meetings.record_meeting(
        c.pk, meetings.Held(kind="visit", place="Here", theirs="Sue", said="Hello"), by=by
    ),
    "complaints.actions.tasks.finish_task": lambda w, c, by: tasks.finish_task(promise(w, c, by), note="Yes", by=by),
    "complaints.actions.tasks.cancel_task": lambda w, c, by: tasks.cancel_task(promise(w, c, by), note="No", by=by),
    "complaints.actions.tasks.change_task": lambda w, c, by: tasks.change_task(
        promise(w, c, by), expected_version=1, what="More", by=by
    ),
    "complaints.actions.groups.open_group": lambda w, c, by: groups.open_group([c.number], title="Many", by=by),
    "complaints.actions.groups.add_member": lambda w, c, by: groups.add_member(
        grouped(w, another(w, c)), number=c.number, by=by
    ),
    "complaints.actions.groups.remove_member": lambda w, c, by: groups.remove_member(
        grouped(w, c), number=c.number, reason="Why", by=by
    ),
    "complaints.actions.groups.name_representative": lambda w, c, by: groups.name_representative(
        grouped(w, c), number=c.number, name="Sue", proof="A list", by=by
    ),
    "complaints.actions.groups.end_representative": lambda w, c, by: groups.end_representative(
        speaking(w, c), reason="Gone", by=by
    ),
    "complaints.actions.groups.close_group": lambda w, c, by: groups.close_group(grouped(w, c), reason="Done", by=by),
    "complaints.actions.group_talks.record_group_talk": lambda w, c, by: group_talks.record_group_talk(
        grouped(w, c), direction="out", medium="phone", summary="Hello", by=by
    ),
    "complaints.actions.group_talks.record_group_meeting": lambda w, c, by: group_talks.record_group_meeting(
        grouped(w, c), meetings.Held(kind="negotiation", place="Here", theirs="Sue", said="Hello"), by=by
    ),
    "complaints.actions.classes.raise_class": lambda w, c, by: classes.raise_class(c.pk, by=by),
    "complaints.actions.classes.lower_class": lambda w, c, by: classes.lower_class(c.pk, reason="Why", by=by),
    "complaints.actions.links.link_complaints": lambda w, c, by: links.link_complaints(
        c.pk, another(w, c).number, relation="related", by=by
    ),
    "complaints.actions.outside.record_gone_outside": lambda w, c, by: record_gone_outside(
        c.pk, channel="press", summary="A call", by=by
    ),
    "complaints.actions.outside_matters.change_matter": lambda w, c, by: outside_matters.change_matter(
        matter_of(c).pk, authority="A", reference="R", received_on=matter_of(c).received_on, answer_by=None, by=by
    ),
    "complaints.actions.outside_matters.accept_matter": lambda w, c, by: outside_matters.accept_matter(
        matter_of(c).pk, by=by
    ),
    "complaints.actions.outside_matters.answer_matter": lambda w, c, by: outside_matters.answer_matter(
        matter_of(c).pk, summary="Ours", by=by
    ),
    "complaints.actions.outside_matters.extend_statutory": lambda w, c, by: outside_matters.extend_statutory(
        law_of(c).pk, reason="An expert", by=by
    ),
    "complaints.actions.waiting.wait_for_customer": lambda w, c, by: waiting.wait_for_customer(
        c.pk, reason="A photo", until=clock.now() + timedelta(days=1), by=by
    ),
    "complaints.actions.waiting.resume_complaint": lambda w, c, by: waiting.resume_complaint(c.pk, by=by),
    "complaints.actions.transitions.leave": lambda w, c, by: transitions.leave(c.pk, **END, by=by),
    "complaints.actions.transitions.withdraw": lambda w, c, by: transitions.withdraw(c.pk, **END, by=by),
    "complaints.actions.transitions.void": lambda w, c, by: transitions.void(c.pk, reason="Mistake", by=by),
    "complaints.actions.transitions.act": lambda w, c, by: transitions.act(
        at_state(c, "act", severity_class=2).pk, by=by
    ),
    "complaints.actions.agree.record_details": lambda w, c, by: agree.record_details(
        at_state(c, "get_details", severity_class=2).pk, restated="It leaks.", by=by
    ),
    "complaints.actions.agree.confirm_details": lambda w, c, by: agree.confirm_details(
        at_state(c, "get_details", severity_class=2).pk, restated="It leaks.", customer_agreed=True, nature="valid",
        fault="ours", by=by,
    ),
    "complaints.actions.agree.execute": lambda w, c, by: agree.execute(
        at_state(c, "execute", severity_class=2).pk, note="Repaired.", by=by
    ),
    "complaints.actions.agree.go_on": lambda w, c, by: agree.go_on(
        at_state(c, "review", severity_class=2).pk, "plan_agreed", by=by
    ),
    "complaints.actions.agree.go_back": lambda w, c, by: agree.go_back(
        at_state(c, "review", severity_class=2).pk, "new_facts", reason="Why", by=by
    ),
    "complaints.actions.ends.decline": lambda w, c, by: ends.decline(
        at_state(c, "review", severity_class=2).pk, **END, is_unreasonable=True, has_no_more_business=True,
        remains_open="A court", by=by,
    ),
    "complaints.actions.ends.refer": lambda w, c, by: ends.refer(c.pk, to="court", **END, by=by),
    "complaints.actions.questions.ask_question": lambda w, c, by: questions.ask_question(
        at_state(c, "act", severity_class=2).pk, kind="open", question="How?", by=by
    ),
    "complaints.actions.questions.answer_question": lambda w, c, by: questions.answer_question(
        at_state(c, "act", severity_class=2).pk, asked(w, c).pk, answer="So.", by=by
    ),
    "complaints.actions.reopening.reopen_complaint": lambda w, c, by: reopening.reopen_complaint(
        at_state(c, "withdrawn", ended_at=clock.now()).pk, reason="Again", by=by
    ),
    "compensation.actions.writing.write_proposal": lambda w, c, by: writing.write_proposal(
        at_state(c, "review", severity_class=2).pk, writing.Written(), by=by
    ),
    "compensation.actions.writing.submit_proposal": lambda w, c, by: writing.submit_proposal(
        proposed(c, by, "draft").pk, by=by
    ),
    "compensation.actions.answering.accept_proposal": lambda w, c, by: answering.accept_proposal(
        proposed(c, w.house.handler, "submitted").pk, by=by
    ),
    "compensation.actions.answering.decline_proposal": lambda w, c, by: answering.decline_proposal(
        proposed(c, w.house.handler, "submitted").pk, by=by
    ),
    "compensation.actions.deciding.approve_proposal": lambda w, c, by: deciding.approve_proposal(
        proposed(c, w.house.handler, "submitted").pk, by=by
    ),
    "compensation.actions.deciding.return_proposal": lambda w, c, by: deciding.return_proposal(
        proposed(c, w.house.handler, "submitted").pk, question="When?", by=by
    ),
    "compensation.actions.deciding.reject_proposal": lambda w, c, by: deciding.reject_proposal(
        proposed(c, w.house.handler, "submitted").pk, reason="No", by=by
    ),
    "complaints.actions.reports.report_orally": lambda w, c, by: reports.report_orally(
        at_state(c, "report").pk, to=w.head, outcome="upheld", relief="explanation", by=by
    ),
    "complaints.actions.reports.assess_desk": lambda w, c, by: reports.assess_desk(
        c.pk, answers={"listen": "yes"}, by=by
    ),
    "complaints.actions.reports.confirm_oral_report": lambda w, c, by: reports.confirm_oral_report(
        reported(w, c).pk, by=by
    ),
    "complaints.actions.written_reports.save_report": lambda w, c, by: save_report(
        at_state(c, "evaluate", severity_class=2).pk, sections=WORDS, language="en", by=by
    ),
    "complaints.actions.written_reports.submit_report": lambda w, c, by: submit_report(
        at_state(c, "evaluate", severity_class=2).pk, sections=WORDS, language="en", by=by
    ),
    "complaints.actions.written_reports.acknowledge_report": lambda w, c, by: acknowledge_report(
        written(w, c).pk, by=by
    ),
    "complaints.actions.written_reports.return_report": lambda w, c, by: return_report(
        written(w, c).pk, question="Why?", by=by
    ),
    "complaints.actions.desk.complete_step": lambda w, c, by: desk.complete_step(c.pk, "listen", text="It", by=by),
    "complaints.actions.desk.correct_step": lambda w, c, by: desk.correct_step(c.pk, "listen", text="It", by=by),
    "complaints.actions.desk.meet_at_desk": lambda w, c, by: desk.meet_at_desk(c.pk, "listen", text="It", by=by),
    "complaints.actions.desk.change_desk": lambda w, c, by: desk.change_desk(c.pk, what="person", note="New", by=by),
    "complaints.actions.desk.call_supervisor": lambda w, c, by: desk.call_supervisor(c.pk, by=by),
    "complaints.actions.evaluation.record_evaluation": lambda w, c, by: evaluation.record_evaluation(
        at_state(c, "evaluate", severity_class=2).pk, did_well="Called at once.", by=by
    ),
    "complaints.actions.evaluation.evaluate": lambda w, c, by: evaluation.evaluate(
        at_state(c, "evaluate", severity_class=2).pk, by=by
    ),
    "complaints.actions.evaluation.close_if_complete": lambda w, c, by: evaluation.close_if_complete(
        at_state(c, "evaluate", severity_class=2).pk, by=by
    ),
    "complaints.actions.suggestions.keep_suggestion": lambda w, c, by: suggestions.keep_suggestion(
        c.pk, text="A list", by=by
    ),
    "complaints.actions.suggestions.answer_suggestion": lambda w, c, by: suggestions.answer_suggestion(
        make_suggestion(c, w.house.clerk).pk, state="taken_up", answer="We do.", by=by
    ),
    "complaints.actions.causes.plan_action": lambda w, c, by: causes.plan_action(
        my_cause(w, by).pk, what="Train", due_on=date(2027, 1, 31), by=by
    ),
    "complaints.actions.causes.finish_action": lambda w, c, by: causes.finish_action(my_cause(w, by).pk, by=by),
    "complaints.actions.causes.check_effect": lambda w, c, by: causes.check_effect(
        my_cause(w, by).pk, is_effective=True, by=by
    ),
    "complaints.actions.causes.add_to_cause": lambda w, c, by: causes.add_to_cause(
        my_cause(w, by).pk, number=c.number, by=by
    ),
    "complaints.actions.causes.assign_cause": lambda w, c, by: causes.assign_cause(
        my_cause(w, by).pk, owner=w.house.handler, by=by
    ),
    "complaints.actions.causes.open_cause": lambda w, c, by: causes.open_cause(
        department=w.house.west, category=w.house.attitude, what="category", note="Why", by=by
    ),
    "complaints.actions.root_causes.save_root_cause": lambda w, c, by: save_root_cause(
        None, code="new", name_en="New", name_zh="新", by=by
    ),
    "complaints.actions.attachments.add_attachment": lambda w, c, by: attach(c, by),
    "complaints.actions.attachments.add_attachments": lambda w, c, by: attachments.add_attachments(
        c.pk, [a_file()], by=by
    ),
    "complaints.actions.attachments.withdraw_attachment": lambda w, c, by: attachments.withdraw_attachment(
        c.pk, attachment_of(c), reason="Not theirs.", by=by
    ),
    "complaints.actions.talks.record_communication": lambda w, c, by: talks.record_communication(
        c.pk, direction="out", medium="phone", summary="We called", by=by
    ),
    "complaints.actions.talks.correct_communication": lambda w, c, by: talks.correct_communication(
        talk_of(c, by).pk, expected=None, summary="Else", medium="phone", duration_seconds=None, participants="", by=by
    ),
    "complaints.actions.sending.send_communication_again": lambda w, c, by: send_communication_again(
        talk_of(c, by).pk, by=by
    ),
    "complaints.actions.templates.save_template": lambda w, c, by: templates.save_template(
        None, purpose="other", language="en", name="New", subject="", body="Text", by=by
    ),
    "complaints.actions.templates.add_starter_templates": lambda w, c, by: templates.add_starter_templates(by=by),
    "complaints.actions.talks.write_note": lambda w, c, by: talks.write_note(c.pk, text="A note", by=by),
    "complaints.actions.categories.save_category": lambda w, c, by: categories.save_category(
        None, code="new", name_en="New", name_zh="新", by=by
    ),
    "complaints.actions.categories.add_categories": lambda w, c, by: categories.add_categories([], by=by),
    "complaints.actions.guidance.save_card": lambda w, c, by: guidance.save_card(None, A_CARD, by=by),
    "complaints.actions.guidance.archive_card": lambda w, c, by: guidance.archive_card(make_card().pk, by=by),
    "complaints.actions.guidance.restore_card": lambda w, c, by: guidance.restore_card(make_card().pk, by=by),
    "complaints.actions.guidance.add_starter_cards": lambda w, c, by: guidance.add_starter_cards({}, by=by),
    "customers.actions.find_or_create_customer": lambda w, c, by: care.find_or_create_customer(
        "Sarah", phone="13900007777", by=by
    ),
    "customers.actions.create_customer": lambda w, c, by: care.create_customer("Sarah", by=by),
    "customers.actions.change_customer": lambda w, c, by: care.change_customer(c.customer_id, name="New", by=by),
    "customers.actions.add_contact": lambda w, c, by: care.add_contact(
        c.customer_id, "phone", "13900007777", by=by
    ),
    "customers.actions.remove_contact": lambda w, c, by: care.remove_contact(contact_of(c), by=by),
    "customers.actions.make_main_contact": lambda w, c, by: care.make_main_contact(contact_of(c), by=by),
    "customers.actions.set_contacts": lambda w, c, by: care.set_contacts(
        c.customer_id, {"phone": ["13900007777"]}, by=by
    ),
    "customers.actions.set_external_ids": lambda w, c, by: care.set_external_ids(c.customer_id, {"crm": "1"}, by=by),
    "customers.told.record_customer": lambda w, c, by: record_customer(Told(name="Sarah"), by=by),
    "customers.told.revise_customer": lambda w, c, by: revise_customer(c.customer_id, Told(name="Sarah"), by=by),
    "customers.actions.mark_vip": lambda w, c, by: care.mark_vip(c.customer_id, "Big", by=by),
    "customers.actions.unmark_vip": lambda w, c, by: care.unmark_vip(c.customer_id, "Left", by=by),
    "customers.actions.record_sale": lambda w, c, by: care.record_sale(
        "till", "S-1", customer_id=c.customer_id, product_name="Pump", amount=Decimal(5), sold_at=clock.now(), by=by
    ),
    "customers.told.record_told_sale": lambda w, c, by: record_told_sale(
        "till", "S-1", buyer=c.customer_id, product_name="Pump", amount=Decimal(5), currency="CNY",
        sold_at=clock.now(), by=by,
    ),
    "accounts.second_factor_actions.reset_second_factor": lambda w, c, by: reset_second_factor(
        w.house.clerk.pk, by=by
    ),
    "accounts.actions.save_calendar": lambda w, c, by: house_actions.save_calendar(
        None, name="New", time_zone="Asia/Shanghai", weekly={0: [(540, 600)]}, by=by
    ),
    "accounts.actions.set_calendar_day": lambda w, c, by: house_actions.set_calendar_day(
        w.house.calendar.pk, CalendarDay(date(2026, 12, 1), [], "Closed"), by=by
    ),
    "accounts.actions.save_department": lambda w, c, by: house_actions.save_department(
        None, name="New", code="new", calendar=w.house.calendar, parent=w.house.west, by=by
    ),
    "accounts.actions.create_user": lambda w, c, by: house_actions.create_user(
        "newcomer", name="New", department=w.house.west, roles=["handler"], by=by
    ),
    "accounts.actions.change_user": lambda w, c, by: house_actions.change_user(
        w.house.clerk.pk, name="C", department=w.house.west, email="", is_active=True, by=by
    ),
    "accounts.actions.set_roles": lambda w, c, by: house_actions.set_roles(w.house.clerk.pk, ["handler"], by=by),
    "accounts.actions.set_preferences": lambda w, c, by: house_actions.set_preferences(
        by.pk, language="en", theme="dark", has_single_keys=True, by=by
    ),
    "accounts.actions.delegate_authority": lambda w, c, by: away(w, by),
    "accounts.actions.end_delegation": lambda w, c, by: house_actions.end_delegation(
        absence_of(w, by).pk, now=clock.now(), by=by
    ),
    "accounts.holidays.import_public_holidays": lambda w, c, by: import_public_holidays(
        w.house.calendar.pk, [2027], by=by
    ),
    "accounts.passwords.set_password": lambda w, c, by: set_password(
        w.house.clerk.pk, "another-long-password", by=by
    ),
    "accounts.key_actions.create_api_key": lambda w, c, by: new_key(by, by),
    "accounts.key_actions.revoke_api_key": lambda w, c, by: revoke_api_key(
        new_key(by, None)[0].pk, now=clock.now(), by=by
    ),
    "accounts.service_actions.create_service_account": lambda w, c, by: program(w, by),
    "accounts.service_actions.change_service_account": lambda w, c, by: service_actions.change_service_account(
        program(w).pk, expected_version=1, name="New", purpose="Sales", responsible=w.house.clerk, by=by
    ),
    "accounts.service_actions.ask_for_rights": lambda w, c, by: service_actions.ask_for_rights(
        program(w).pk, expected_version=1, roles=["handler"], department=w.house.west, by=by
    ),
    "accounts.service_actions.confirm_rights": lambda w, c, by: service_actions.confirm_rights(
        waiting_request(program(w)).pk, by=by
    ),
    "accounts.service_actions.refuse_rights": lambda w, c, by: service_actions.refuse_rights(
        waiting_request(program(w)).pk, reason="No", by=by
    ),
    "accounts.service_actions.stop_service_account": lambda w, c, by: service_actions.stop_service_account(
        program(w).pk, by=by
    ),
    "accounts.service_actions.start_service_account": lambda w, c, by: service_actions.start_service_account(
        program(w).pk, by=by
    ),
    "policies.actions.set_policy": lambda w, c, by: set_policy("draft.keep_days", 3, by=by),
}  # fmt: skip


def my_cause(world, by):
    return make_cause(world.house.west, world.house.product, owner=by)


def soon():
    return clock.now() + timedelta(days=1)


def offered(world, complaint, by, to, giver=None):
    """An offer that is open, by its rows: who made it is not what is asked. What is hidden is not offered either."""
    if complaint == world.complaints.get(OTHER):
        return complaint
    now = clock.now()
    HandOver.objects.create(complaint=complaint, to=to, offered_by=giver or world.head, offered_at=now)
    type(complaint).objects.filter(pk=complaint.pk).update(offered_at=now, offered_to=to)
    return complaint


def promise(world, complaint, by):
    """A task of theirs; what is on a complaint that they do not see is not there."""
    return CaseTask.objects.create(
        complaint=complaint, kind="promise", what="A call", assignee=by, due_at=soon(), created_by=world.head,
        created_at=clock.now(),
    ).pk  # fmt: skip


def grouped(world, complaint):
    now = clock.now()
    group = ComplaintGroup.objects.create(
        title="Many", department=complaint.department, opened_by=world.head, opened_at=now, updated_at=now
    )
    GroupMember.objects.create(group=group, complaint=complaint, added_by=world.head, added_at=now)
    type(complaint).objects.filter(pk=complaint.pk).update(group=group)
    return group.pk


def speaking(world, complaint):
    return GroupRepresentative.objects.create(
        group_id=grouped(world, complaint), complaint=complaint, name="Sue", proof="A list", named_by=world.head,
        named_at=clock.now(),
    ).pk  # fmt: skip


def another(world, complaint):
    return world.complaints[SAME if complaint != world.complaints[SAME] else RECORDED]


def at_state(complaint, state, **more):
    type(complaint).objects.filter(pk=complaint.pk).update(state=state, **more)
    return complaint


def a_file():
    return take_in(sent(b"A receipt, typed.", "receipt.txt"), most_megabytes=1)


def asked(world, complaint):
    return complaint.case_questions.create(
        kind="open", question="How?", asked_at=clock.now(), asked_by=world.house.handler
    )


def proposed(complaint, proposer, state):
    at_state(complaint, "review", severity_class=2)
    return Proposal.objects.create(
        complaint=complaint, number="P-2026-000001", state=state, proposer=proposer, created_at=clock.now(),
        updated_at=clock.now(),
    )  # fmt: skip


def reported(world, complaint):
    OralReport.objects.create(
        complaint=complaint, to=world.head, reported_by=world.house.handler, reported_at=clock.now()
    )
    return complaint


def written(world, complaint):
    """Sent by a colleague, from below where I am unless I have nothing to do with it."""
    below = {} if complaint == world.complaints[OTHER] else {"department": world.corner, "owner": None}
    return make_sent_report(at_state(complaint, "evaluate", severity_class=2, **below), by=world.house.handler)


def contact_of(complaint):
    return complaint.customer.contact_points.get().pk


def away(world, by):
    now = datetime(2027, 1, 1, tzinfo=UTC)
    return house_actions.delegate_authority(
        by.pk, delegate=world.house.clerk, starts_at=now, ends_at=now + timedelta(days=1), by=by
    )


def absence_of(world, by):
    now = datetime(2027, 2, 1, tzinfo=UTC)
    return house_actions.delegate_authority(
        by.pk, delegate=world.house.clerk, starts_at=now, ends_at=now + timedelta(days=1), by=None
    )


def new_key(user, by):
    return create_api_key(user.pk, name="k", now=clock.now(), by=by)


def program(world, by=None):
    return service_actions.create_service_account(
        "program", name="Sales", purpose="Sales", responsible=world.house.clerk, department=world.house.west,
        roles=["sales_manager"], by=by,
    )  # fmt: skip


def outcome(call, world, complaint, by):
    """What came of it; nothing of it stays."""
    try:
        with transaction.atomic():
            try:
                call(world, complaint, by)
            finally:
                transaction.set_rollback(True)
    except PermissionDenied:
        return "denied"
    except ObjectDoesNotExist:
        return "not there"
    except (DomainError, ValidationError):
        # The state of the case is against it, not the right.
        return "may"
    return "may"


def test_every_action_that_asks_for_a_right_is_tried():
    named = {name for row in MATRIX for name in row.actions}
    assert set(CALLS) == named - OF_ITSELF - FORMS - OF_ONES_OWN


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_an_action_is_for_the_roles_of_its_row(make_world, role):
    """On a complaint of the own department, on one they own or logged, and on one of another department."""
    world = make_world(role)
    for relation in (SAME, OWNED, RECORDED, OTHER):
        world.make(relation)
    world.me = world.fresh()
    for row in MATRIX:
        for name in row.actions:
            if name not in CALLS:
                continue
            for relation in (SAME, OWNED, RECORDED, OTHER) if row.of_complaint else (SAME,):
                complaint = world.complaints[relation]
                came = outcome(CALLS[name], world, complaint, world.me)
                reach = row.mark(role)
                if row.of_complaint and relation == OTHER:
                    expected = {"not there", "denied"} if role != Role.AUDITOR else {"denied"}
                elif (
                    reach in (ALL, DEPARTMENT)
                    or (reach == LINE and relation == SAME)
                    or (reach == OWN and (relation != SAME or not row.of_complaint))
                ):
                    expected = {"may"}
                else:
                    # For who reads no complaint it is not even there.
                    expected = {"denied", "not there"} if row.of_complaint else {"denied"}
                assert came in expected, (name, relation, came)


def test_nobody_does_for_others_what_is_their_own_affair(make_world):
    """Settings, keys, absences, drafts: only an administrator for somebody else, and drafts nobody at all."""
    world = make_world(Role.MANAGER)
    clerk, me = world.house.clerk, world.fresh()
    now = clock.now()
    away_from, until = now, now + timedelta(days=1)
    for attempt in (
        lambda: house_actions.set_preferences(clerk.pk, language="zh-hans", theme="dark", has_single_keys=True, by=me),
        lambda: create_api_key(clerk.pk, name="theirs", now=now, by=me),
        lambda: revoke_api_key(new_key(clerk, None)[0].pk, now=now, by=me),
        lambda: house_actions.delegate_authority(clerk.pk, delegate=me, starts_at=away_from, ends_at=until, by=me),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    save_draft(KEY, fields={"description": ["Mine"]}, by=clerk)
    with pytest.raises(DomainError):
        save_draft(KEY, fields={"description": ["Theirs"]}, by=me)
    discard_draft(KEY, by=me)
    assert clerk.drafts.get().fields == {"description": ["Mine"]}
