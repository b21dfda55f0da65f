"""Who may do what to what, as data: one row per object and action. Source: RELIABILITY.md 2, fitted to DOMAIN.md 2 and 10.

A mark says how far a right reaches: **A** all, **D** the own department and those below (and what one owns or
logged), **L** the own department and those below alone, **O** only what one owns or logged, or one's own affairs, **-** never.
"""

from dataclasses import dataclass, field

from accounts.roles import Role

ALL, DEPARTMENT, LINE, OWN, NEVER = "A", "D", "L", "O", "-"
ROLES = (
    Role.FRONT_DESK,
    Role.HANDLER,
    Role.SALES_CONSULTANT,
    Role.SALES_MANAGER,
    Role.SERVICE_ADVISOR,
    Role.SUPERVISOR,
    Role.MANAGER,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
    Role.DEPARTMENT_STAFF,
)


@dataclass(frozen=True)
class Right:
    """One row. `marks` has a sign for each of `ROLES`, in their order.

    `permission` is what the product asks; `own_permission` what it asks of those who reach only their own.
    `actions` are the functions behind it, `transitions` the steps of the workflows, `routes` what a browser sends
    it to. `of_complaint` rows need a complaint that the reader may see.
    """

    what: str
    marks: str
    permission: str = ""
    own_permission: str = ""
    actions: tuple[str, ...] = ()
    transitions: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    of_complaint: bool = field(default=True)

    def mark(self, role: Role) -> str:
        return self.marks.replace(" ", "")[ROLES.index(role)]

    def holders(self, *marks: str) -> frozenset[str]:
        """The roles with one of these marks; without any, all who may do it at all."""
        return frozenset(role.value for role in ROLES if self.mark(role) in (marks or (ALL, DEPARTMENT, LINE, OWN)))


def house(what: str, marks: str, permission: str = "", own: str = "", **names: tuple[str, ...]) -> Right:
    return Right(what, marks, permission, own, of_complaint=False, **names)


# fmt: off
# ruff: noqa: E501
DESK, CASE, CARE = "complaints.actions.desk", "complaints.actions.transitions", "customers.actions"
CAUSES = "complaints.actions.causes"
OUTSIDE = "complaints.actions.outside_matters"
HAND, TASKS, GROUPS = "complaints.actions.hand_over", "complaints.actions.tasks", "complaints.actions.groups"
STAGES, PROPOSALS = "complaints.actions.agree", "compensation.actions"
HOUSE, CLOCK, PROGRAMS = "accounts.actions", "deadlines.actions", "accounts.service_actions"

#                                          desk hand cons salm advi supe mana  audi admi staf
MATRIX: tuple[Right, ...] = (
    Right("complaint: read",              "D D D D D D D  A - -", "complaints.read_complaints",
          routes=("complaints:search",)),
    Right("complaint: log",               "A A A A A A A  - - -", "complaints.lodge_complaint",
          actions=("complaints.actions.lodge.lodge_complaint", "complaints.actions.import_rows._write"),
          routes=("complaints:new", "complaints:assess"), of_complaint=False),
    Right("draft: keep, discard",         "O O O O O O O  - - -", "complaints.lodge_complaint",
          actions=("complaints.actions.drafts.save_draft", "complaints.actions.drafts.discard_draft",
                   "complaints.actions.attachments.keep_with_draft", "complaints.actions.attachments.drop_from_draft"),
          routes=("complaints:draft", "complaints:discard_draft", "complaints:add_draft_files",
                  "complaints:drop_draft_file"), of_complaint=False),
    Right("complaint: add what is told",  "D D D D D D D  - - -", "complaints.lodge_complaint",
          actions=("complaints.actions.links.add_to_complaint",)),
    Right("complaint: change its facts",  "O O O O O D D  - - -", "complaints.assign", "complaints.work_desk",
          actions=("complaints.actions.record.change_complaint",), routes=("complaints:edit",)),
    Right("complaint: take",              "D D D D D D D  - - -", "complaints.work_desk",
          actions=("complaints.actions.ownership.take_complaint",), routes=("complaints:take",)),
    Right("complaint: give to somebody",  "- - - - - D D  - - -", "complaints.assign",
          actions=("complaints.actions.ownership.assign_complaint",), routes=("complaints:assign",)),
    Right("complaint: hand it over",      "D D D D D D D  - - -", "complaints.work_desk",
          actions=(f"{HAND}.offer_complaint", f"{HAND}.withdraw_hand_over"),
          routes=("complaints:hand_over", "complaints:withdraw_offer")),
    # Whoever it is offered to, wherever they are: tests/complaints/test_hand_over.py.
    Right("complaint: answer an offer",   "D D D D D D D  - - -", "complaints.work_desk",
          actions=(f"{HAND}.accept_hand_over", f"{HAND}.decline_hand_over"),
          routes=("complaints:accept_offer", "complaints:decline_offer")),
    Right("complaint: move it",           "- - - - - D D  - - -", "complaints.assign",
          actions=(f"{HAND}.move_complaint",)),
    house("complaints: hand over all",    "O O O O O O O  - - -", "complaints.work_desk",
          routes=("complaints:hand_over_all",)),
    house("complaints: give several",     "- - - - - A A  - - -", "complaints.assign",
          routes=("complaints:give_several",)),
    Right("case: bring in a senior",      "D D D D D D D  - - -", "complaints.work_case",
          actions=(f"{TASKS}.ask_senior",), routes=("complaints:senior",)),
    Right("case: keep a meeting",         "D D D D D D D  - - -", "complaints.work_case",
          actions=("complaints.actions.meetings.record_meeting",), routes=("complaints:meeting",)),
    house("task: read",                   "D D D D D D D  A - -", "complaints.read_complaints",
          routes=("complaints:tasks", "complaints:task")),
    # Whose it is, who made it, who owns the case, or a supervisor: tests/complaints/test_tasks.py.
    house("task: end or change it",       "D D D D D D D  - - -", "complaints.work_case",
          actions=(f"{TASKS}.finish_task", f"{TASKS}.cancel_task", f"{TASKS}.change_task"),
          routes=("complaints:finish_task", "complaints:cancel_task", "complaints:change_task")),
    house("group: read",                  "D D D D D D D  A - -", "complaints.read_complaints",
          routes=("complaints:groups", "complaints:group")),
    house("group: put a complaint in",    "D D D D D D D  - - -", "complaints.work_case",
          actions=(f"{GROUPS}.open_group", f"{GROUPS}.add_member"),
          routes=("complaints:join_group",)),
    house("group: work with it",          "D D D D D D D  - - -", "complaints.work_case",
          actions=(f"{GROUPS}.remove_member", f"{GROUPS}.name_representative", f"{GROUPS}.end_representative",
                   f"{GROUPS}.close_group", "complaints.actions.group_talks.record_group_talk",
                   "complaints.actions.group_talks.record_group_meeting"),
          routes=("complaints:new_group", "complaints:group_meeting", "complaints:unrepresent",
                  "complaints:group_add_member", "complaints:group_remove_member", "complaints:group_represent",
                  "complaints:group_talk", "complaints:group_close_group")),
    Right("complaint: raise its class",   "D D D D D D D  - - -", "complaints.raise_class",
          actions=("complaints.actions.classes.raise_class",), transitions=("raise",), routes=("complaints:raise",)),
    Right("complaint: lower its class",   "- - - - - D D  - - -", "complaints.lower_class",
          actions=("complaints.actions.classes.lower_class",), transitions=("lower",), routes=("complaints:lower",)),
    Right("complaint: link",              "D D D D D D D  - - -", "complaints.work_desk",
          actions=("complaints.actions.links.link_complaints",), routes=("complaints:link",)),
    Right("complaint: gone outside",      "D D D D D D D  - - -", "complaints.work_desk",
          actions=("complaints.actions.outside.record_gone_outside", f"{OUTSIDE}.change_matter",
                   f"{OUTSIDE}.accept_matter", f"{OUTSIDE}.answer_matter"),
          routes=("complaints:gone_outside", "complaints:change_matter", "complaints:accept_matter",
                  "complaints:answer_matter")),
    Right("statutory clock: give longer", "- - - - - D D  - - -", "complaints.extend_statutory",
          actions=(f"{OUTSIDE}.extend_statutory",), routes=("complaints:extend_statutory",)),
    Right("complaint: wait, resume",      "O O O O O D D  - - -", "complaints.assign", "complaints.work_case",
          actions=("complaints.actions.waiting.wait_for_customer", "complaints.actions.waiting.resume_complaint"),
          routes=("complaints:wait", "complaints:resume")),
    Right("complaint: end it",            "D D D D D D D  - - -", "complaints.work_desk",
          actions=(f"{CASE}.leave", f"{CASE}.withdraw", "complaints.actions.reports.report_orally",
                   "complaints.actions.ends.refer"),
          transitions=("left", "withdraw", "reported", "refer"),
          routes=("complaints:leave", "complaints:withdraw", "complaints:refer")),
    Right("complaint: reopen",            "D D D D D D D  - - -", "complaints.work_desk",
          actions=("complaints.actions.reopening.reopen_complaint",), transitions=("reopen",),
          routes=("complaints:reopen",)),
    Right("complaint: logged by mistake", "- - - - - D D  - - -", "complaints.void",
          actions=(f"{CASE}.void",), transitions=("void",), routes=("complaints:void",)),
    Right("complaint: delete",            "- - - - - - -  - - -"),
    Right("desk: run the steps",          "D D D D D D D  - - -", "complaints.work_desk",
          actions=(f"{DESK}.complete_step", f"{DESK}.correct_step", f"{DESK}.meet_at_desk", f"{DESK}.change_desk",
                   f"{DESK}.call_supervisor"),
          transitions=("listened", "apologised", "satisfied", "thanked"),
          routes=("complaints:finish_step", "complaints:correct_step", "complaints:change_desk",
                  "complaints:call_supervisor")),
    Right("desk: say how it went",        "O O O O O D D  - - -", "complaints.score_desk", "complaints.work_desk",
          actions=("complaints.actions.reports.assess_desk",), routes=("complaints:assess_desk",)),
    # Whoever acts for a leader who is away confirms too: a right of the day, not of the role.
    Right("report: confirm",              "- - - - - D D  - - -", "complaints.confirm_oral_report",
          actions=("complaints.actions.reports.confirm_oral_report",), routes=("complaints:confirm_report",)),
    Right("report: write",                "O O O O O D D  - - -", "complaints.assign", "complaints.work_desk",
          actions=("complaints.actions.written_reports.save_report",
                   "complaints.actions.written_reports.submit_report"), routes=("complaints:edit_report",)),
    # For the department above, as tests/complaints/test_written_reports.py has it; who acts for a leader too.
    Right("report: acknowledge",          "- - - - - D D  - - -", "complaints.acknowledge_report",
          actions=("complaints.actions.written_reports.acknowledge_report",
                   "complaints.actions.written_reports.return_report"),
          routes=("complaints:acknowledge_report", "complaints:return_report")),
    Right("case: leave Act quickly",      "D D D D D D D  - - -", "complaints.work_case",
          actions=(f"{CASE}.act",), transitions=("acted",), routes=("complaints:act",)),
    Right("case: evaluate and close",     "D D D D D D D  - - -", "complaints.work_case",
          actions=("complaints.actions.evaluation.record_evaluation", "complaints.actions.evaluation.evaluate",
                   "complaints.actions.evaluation.close_if_complete"),
          transitions=("evaluated",), routes=("complaints:evaluate",)),
    Right("case: close though not content", "- - - - - D D  - - -", "complaints.close_despite"),
    Right("suggestion: keep",             "D D D D D D D  - - -", "complaints.work_desk",
          actions=("complaints.actions.suggestions.keep_suggestion",), routes=("complaints:keep_suggestion",)),
    house("suggestion: answer",           "- - - - - D D  - - -", "complaints.answer_suggestions",
          actions=("complaints.actions.suggestions.answer_suggestion",), routes=("complaints:suggestion",)),
    # Whoever owns a cause works on it; the others of these roles only as leaders.
    house("cause: work on it",            "O O O O O D D  - - -", "complaints.work_causes", "complaints.work_desk",
          actions=(f"{CAUSES}.plan_action", f"{CAUSES}.finish_action", f"{CAUSES}.check_effect",
                   f"{CAUSES}.add_to_cause"),
          routes=("complaints:plan_cause", "complaints:done_cause", "complaints:check_cause",
                  "complaints:add_to_cause")),
    house("cause: give to somebody",      "- - - - - D D  - - -", "complaints.work_causes",
          actions=(f"{CAUSES}.assign_cause",), routes=("complaints:give_cause",)),
    house("cause: open by hand",          "- - - - - - D  - - -", "complaints.open_causes",
          actions=(f"{CAUSES}.open_cause",), routes=("complaints:new_cause",)),
    Right("case: run the stages",         "D D D D D D D  - - -", "complaints.work_case",
          actions=(f"{STAGES}.record_details", f"{STAGES}.confirm_details", f"{STAGES}.execute", f"{STAGES}.go_on",
                   f"{STAGES}.go_back", "complaints.actions.ends.decline",
                   "complaints.actions.questions.ask_question", "complaints.actions.questions.answer_question"),
          transitions=("details_confirmed", "plan_agreed", "executed", "declined", "not_accepted", "new_facts",
                       "not_fulfilled", "dissatisfied"),
          routes=("complaints:details", "complaints:execution", "complaints:ask_question", "complaints:answer",
                  "complaints:go_on", "complaints:declined", "complaints:not_accepted", "complaints:new_facts",
                  "complaints:not_fulfilled", "complaints:dissatisfied")),
    Right("case: mark as malicious",      "- - - - - D D  - - -", "complaints.mark_malicious"),
    Right("case: decline on one ground",  "- - - - - D D  - - -", "complaints.decline_on_one_ground"),
    Right("proposal: write",              "D D D D D D D  - - -", "compensation.propose",
          actions=(f"{PROPOSALS}.writing.write_proposal", f"{PROPOSALS}.writing.submit_proposal",
                   f"{PROPOSALS}.answering.accept_proposal", f"{PROPOSALS}.answering.decline_proposal"),
          routes=("compensation:write", "compensation:submit", "compensation:accept", "compensation:decline")),
    # Whoever acts for a leader who is away decides too: a right of the day, not of the role.
    Right("proposal: decide",             "- - - - - L L  - - -", "compensation.decide",
          actions=(f"{PROPOSALS}.deciding.approve_proposal", f"{PROPOSALS}.deciding.return_proposal",
                   f"{PROPOSALS}.deciding.reject_proposal"),
          routes=("compensation:approve", "compensation:return", "compensation:reject")),
    Right("talk: record",                 "D D D D D D D  - - -", "complaints.work_case",
          actions=("complaints.actions.talks.record_communication",
                   "complaints.actions.sending.send_communication_again"),
          routes=("complaints:send_again", "complaints:fill_entry")),
    # Nobody corrects what somebody else recorded, a supervisor neither: tests/complaints/test_actions_talks.py.
    Right("talk: correct one's own",      "D D D D D D D  - - -", "complaints.work_desk",
          actions=("complaints.actions.talks.correct_communication",), routes=("complaints:correct_talk",)),
    Right("note: write",                  "D D D D D D D  - - -", "complaints.work_desk",
          actions=("complaints.actions.talks.write_note",), routes=("complaints:add_entry",)),
    Right("attachment: add",              "D D D D D D D  - - -", "complaints.work_desk",
          actions=("complaints.actions.attachments.add_attachment", "complaints.actions.attachments.add_attachments"), routes=("complaints:attachments",)),
    Right("attachment: withdraw",         "- - - - - D D  - - -", "complaints.withdraw_files",
          actions=("complaints.actions.attachments.withdraw_attachment",), routes=("complaints:withdraw_attachment",)),
    house("template: change",             "- - - - - - A  - - -", "complaints.manage_templates",
          actions=("complaints.actions.templates.save_template", "complaints.actions.templates.add_starter_templates"),
          routes=("complaints:new_template", "complaints:edit_template", "complaints:starter_templates")),
    house("category: change",             "- - - - - - A  - A -", "complaints.manage_categories",
          actions=("complaints.actions.categories.save_category", "complaints.actions.categories.add_categories",
                   "complaints.actions.root_causes.save_root_cause")),

    house("customer: read",               "A A A A A A A  A - -", "customers.view_customers",
          routes=("customers:record",)),
    house("customer: find while typing",  "A A A A A A A  - - -", "customers.find_customers",
          actions=(f"{CARE}.find_or_create_customer",), routes=("customers:find", "customers:card")),
    house("customer: change",             "A A A A A A A  - - -", "customers.change_customers",
          actions=(f"{CARE}.create_customer", f"{CARE}.change_customer", f"{CARE}.add_contact",
                   f"{CARE}.remove_contact", f"{CARE}.make_main_contact", f"{CARE}.set_contacts",
                   f"{CARE}.set_external_ids", "customers.told.record_customer", "customers.told.revise_customer"),
          routes=("customers:edit", "customers:add_contact", "customers:remove_contact", "customers:main_contact")),
    house("customer: mark as VIP",        "- - - - - A A  - - -", "customers.mark_vip",
          actions=(f"{CARE}.mark_vip", f"{CARE}.unmark_vip"), routes=("customers:vip",)),
    house("sale: record",                 "- - A A - A A  - - -", "customers.record_sales",
          actions=(f"{CARE}.record_sale", "customers.told.record_told_sale")),

    house("house: set up",                "- - - - - - -  - A -", "accounts.manage_house",
          actions=(f"{HOUSE}.save_calendar", f"{HOUSE}.set_calendar_day", f"{HOUSE}.save_department",
                   f"{HOUSE}.create_user", f"{HOUSE}.change_user", f"{HOUSE}.set_roles",
                   "accounts.holidays.import_public_holidays", "accounts.passwords.set_password",
                   "accounts.second_factor_actions.reset_second_factor")),
    house("house: read what happened",    "- - - - - - A  A A -", "accounts.read_house_log"),
    # Keys act as the person who made them, with no right more.
    house("key: make for oneself",        "O O O O O O O  O O O", actions=("accounts.key_actions.create_api_key",),
          routes=("accounts:new_key",)),
    house("key: revoke",                  "O O O O O O O  O A O", "accounts.manage_house",
          actions=("accounts.key_actions.revoke_api_key",), routes=("accounts:revoke_key",)),
    house("service account: read",        "- - - - - - A  A A -", "accounts.view_service_accounts"),
    house("service account: ask for it",  "- - - - - - -  - A -", "accounts.manage_house",
          actions=(f"{PROGRAMS}.create_service_account", f"{PROGRAMS}.change_service_account",
                   f"{PROGRAMS}.ask_for_rights", f"{PROGRAMS}.stop_service_account",
                   f"{PROGRAMS}.start_service_account"),
          routes=("accounts:new_service_account", "accounts:edit_service_account", "accounts:ask_rights",
                  "accounts:stop_service_account", "accounts:start_service_account", "accounts:new_service_key",
                  "accounts:revoke_service_key")),
    # Of their part of the tree, and never what they asked for themselves: tests/accounts/test_service_accounts.py.
    house("service account: confirm",     "- - - - - - A  - - -", "accounts.confirm_rights",
          actions=(f"{PROGRAMS}.confirm_rights", f"{PROGRAMS}.refuse_rights"),
          routes=("accounts:confirm_rights", "accounts:refuse_rights")),
    house("absence: delegate",            "O O O O O O O  - A -", "accounts.manage_house", "accounts.delegate_own",
          actions=(f"{HOUSE}.delegate_authority", f"{HOUSE}.end_delegation")),
    house("settings: change one's own",   "O O O O O O O  O O O",
          actions=(f"{HOUSE}.set_preferences",),
          routes=("accounts:profile", "accounts:lock", "events:read_all")),
    house("sign-in: look after one's own", "O O O O O O O  O O O",
          actions=("accounts.sessions.end_session", "accounts.sessions.end_other_sessions",
                   "accounts.sessions._password_changed", "accounts.second_factor_actions._note"),
          routes=("accounts:end_session", "accounts:end_other_sessions")),
    house("policy: change",               "- - - - - - A  - - -", "policies.change_policies",
          actions=("policies.actions.set_policy",)),
    house("policy: read",                 "- - - - - - A  A A -", "policies.view_policies"),
    house("guidance: read",               "A A A A A A A  A - -", "complaints.read_guidance",
          routes=("complaints:guidance", "complaints:guidance_card")),
    house("guidance: write",              "- - - - - - A  - - -", "complaints.manage_guidance",
          actions=("complaints.actions.guidance.save_card", "complaints.actions.guidance.archive_card",
                   "complaints.actions.guidance.restore_card", "complaints.actions.guidance.add_starter_cards"),
          routes=("complaints:new_guidance_card", "complaints:edit_guidance_card", "complaints:archive_guidance_card",
                  "complaints:restore_guidance_card", "complaints:add_starter_guidance")),
    # Of the departments in reach, and in them of the complaints one may see: tests/insights/test_rights.py.
    house("week: read",                   "- - - - - D D  A - -", "insights.read_weeks",
          routes=("insights:weeks", "insights:cases")),
    # Part of other actions, and of the sweep.
    house("system: by itself alone",      "- - - - - - -  - - -",
          actions=(f"{CLOCK}.open_deadline", f"{CLOCK}.open_deadlines_in_bulk", f"{CLOCK}.open_first_deadlines", f"{CLOCK}.meet_deadline",
                   f"{CLOCK}.cancel_deadlines", f"{CLOCK}.pause_deadline", f"{CLOCK}.resume_deadline",
                   f"{CLOCK}.recompute_deadlines", "complaints.actions.drafts.forget_old_drafts",
                   "accounts.second_factor_secrets.encrypt_anew",
                   "complaints.actions.sending.note_delivery",
                   "insights.actions.begin_departments", "insights.actions._tell")),
)
# fmt: on

READ = MATRIX[0]


def right(what: str) -> Right:
    return next(row for row in MATRIX if row.what == what)
