"""What every address of the product owes to every role, as data: a route without a row here fails a test."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.roles import CASE_ROLES, LEADERS, Role

ALL = frozenset(Role)
CASE = frozenset(CASE_ROLES)
LEAD = frozenset(LEADERS)
READ = CASE | {Role.AUDITOR}
HOUSE = frozenset({Role.ADMINISTRATOR})
HOUSE_READERS = frozenset({Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR})
MANAGERS = frozenset({Role.MANAGER})
POLICIES = frozenset({Role.MANAGER, Role.ADMINISTRATOR})
CATEGORIES = frozenset({Role.MANAGER, Role.ADMINISTRATOR})
NOBODY: frozenset[Role] = frozenset()
STAFF = frozenset({Role.MANAGER, Role.ADMINISTRATOR})


@dataclass(frozen=True)
class Row:
    """`roles` may use it, `methods` are all it takes; `of_complaint`: what is hidden from the reader is 404."""

    methods: str
    roles: frozenset[Role] = ALL
    is_public: bool = False
    of_complaint: bool = False
    kwargs: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    # Who may only look: all methods but POST.
    readers: frozenset[Role] = NOBODY
    # Who may use it besides, on what they own or logged.
    own: frozenset[Role] = NOBODY
    is_admin: bool = False
    # Not there (404) for who has set up no second factor, as nobody here has.
    of_second_factor: bool = False
    # Not there (404) for who has begun no form with files, as nobody here has.
    of_own_draft: bool = False

    def allows(self, role: Role, method: str = "GET") -> bool:
        return role in self.roles or (method != "POST" and role in self.readers)

    def takes(self, method: str) -> bool:
        return method in self.methods.split()


GET, POST, BOTH = "GET HEAD", "POST", "GET HEAD POST"
ALLAUTH = "GET HEAD POST OPTIONS"


def one(
    methods: str,
    roles: frozenset[Role] = CASE,
    *,
    readers: frozenset[Role] = NOBODY,
    own: frozenset[Role] = NOBODY,
    **kwargs: Any,
) -> Row:
    return Row(methods, roles, of_complaint=True, kwargs=kwargs, readers=readers, own=own)


def page(methods: str, roles: frozenset[Role] = ALL, query: str = "", **kwargs: Any) -> Row:
    return Row(methods, roles, query=query, kwargs=kwargs)


def of_second_factor(methods: str) -> Row:
    return Row(methods, of_second_factor=True)


def public(methods: str, **kwargs: Any) -> Row:
    return Row(methods, is_public=True, kwargs=kwargs)


def settings(roles: frozenset[Role], **kwargs: Any) -> Row:
    return Row(BOTH, roles, kwargs=kwargs, is_admin=True)


READ_ONE = {"readers": READ}

ROUTES: dict[str, Row] = {
    # The front page says so to those who read no complaints.
    "complaints:queue": page(GET, query="scope=all&show=all"),
    "complaints:queue_changes": page(GET),
    "complaints:take": one(POST),
    "complaints:confirm_report": one(POST, LEAD),
    "complaints:new": page(BOTH, CASE),
    "complaints:assess": page(POST, CASE),
    "complaints:draft": page(POST, CASE),
    "complaints:discard_draft": page(POST, CASE),
    "complaints:add_draft_files": page(POST, CASE),
    "complaints:drop_draft_file": page(POST, CASE, attachment_id=0),
    # Somebody else's form is not there.
    "complaints:draft_picture": Row(GET, CASE, kwargs={"attachment_id": 0}, of_own_draft=True),
    "complaints:draft_file": Row(GET, CASE, kwargs={"attachment_id": 0}, of_own_draft=True),
    # Only the one number that was just saved.
    "complaints:saved": one(GET, NOBODY),
    "complaints:search": page(GET, READ, query="q=happened"),
    "complaints:coaching": page(GET, READ),
    "complaints:guidance": page(GET, READ, query="q=please"),
    "complaints:guidance_card": page(GET, READ, card_id=1),
    "complaints:new_guidance_card": page(BOTH, MANAGERS),
    "complaints:edit_guidance_card": page(BOTH, MANAGERS, card_id=1),
    "complaints:archive_guidance_card": page(POST, MANAGERS, card_id=1),
    "complaints:restore_guidance_card": page(POST, MANAGERS, card_id=1),
    "complaints:add_starter_guidance": page(POST, MANAGERS),
    "complaints:detail": one(GET, NOBODY, **READ_ONE),
    "complaints:live": one(GET, NOBODY, **READ_ONE),
    "complaints:add_entry": one(POST),
    "complaints:why_deadline": one(GET, NOBODY, readers=READ, deadline_id=0),
    "complaints:act": one(POST),
    "complaints:go_on": one(POST, name="plan_agreed"),
    "complaints:details": one(POST),
    "complaints:ask_question": one(POST),
    "complaints:answer": one(POST, question_id=0),
    "complaints:execution": one(POST),
    "compensation:inbox": page(GET, LEAD),
    "compensation:versions": one(GET, NOBODY, **READ_ONE),
    "compensation:write": one(BOTH),
    "compensation:submit": one(POST),
    # Whoever acts for a leader who is away decides too, and so may look.
    "compensation:approve": one(POST, LEAD),
    "compensation:return": one(BOTH, LEAD, readers=CASE),
    "compensation:reject": one(BOTH, LEAD, readers=CASE),
    "compensation:accept": one(BOTH),
    "compensation:decline": one(BOTH),
    "complaints:edit": one(BOTH, LEAD, own=CASE),
    "complaints:reports_to_read": page(GET, READ),
    "complaints:written_report": one(GET, NOBODY, **READ_ONE),
    "complaints:report_document": one(GET, NOBODY, **READ_ONE),
    "complaints:edit_report": one(BOTH, LEAD, own=CASE),
    "complaints:acknowledge_report": one(POST, LEAD),
    "complaints:return_report": one(POST, LEAD),
    "complaints:slip": one(GET, NOBODY, **READ_ONE),
    "complaints:slip_qr": one(GET, NOBODY, **READ_ONE),
    # Who cannot work there is led to the complaint.
    "complaints:desk": one(GET, NOBODY, **READ_ONE),
    "complaints:change_desk": one(BOTH, **READ_ONE),
    "complaints:call_supervisor": one(POST),
    # Who ran the talk says so themselves.
    "complaints:assess_desk": one(POST, LEAD, own=CASE),
    "complaints:finish_step": one(POST, step="listen"),
    "complaints:correct_step": one(POST, step="listen"),
    "complaints:attachments": one(BOTH, **READ_ONE),
    "complaints:attachment": one(GET, NOBODY, readers=READ, attachment_id=0),
    "complaints:attachment_file": one(GET, NOBODY, readers=READ, attachment_id=0),
    "complaints:attachment_picture": one(GET, NOBODY, readers=READ, attachment_id=0, which="small"),
    "complaints:withdraw_attachment": one(BOTH, LEAD, attachment_id=0),
    "complaints:raise": one(BOTH),
    "complaints:lower": one(BOTH, LEAD),
    "complaints:leave": one(BOTH),
    "complaints:withdraw": one(BOTH),
    "complaints:void": one(BOTH, LEAD),
    "complaints:gone_outside": one(BOTH),
    "complaints:change_matter": one(BOTH, matter_id=0),
    "complaints:accept_matter": one(BOTH, matter_id=0),
    "complaints:answer_matter": one(BOTH, matter_id=0),
    "complaints:extend_statutory": one(BOTH, LEAD, clock_id=0),
    "complaints:wait": one(BOTH, LEAD, own=CASE),
    "complaints:resume": one(POST, LEAD, own=CASE),
    "complaints:pick_template": one(GET, NOBODY, **READ_ONE),
    "complaints:fill_entry": one(POST),
    "complaints:correct_talk": one(BOTH, talk_id=0),
    "complaints:send_again": one(BOTH, talk_id=0),
    "complaints:template_list": page(GET, READ),
    "complaints:new_template": page(BOTH, MANAGERS),
    "complaints:edit_template": page(BOTH, MANAGERS, template_id=0),
    "complaints:starter_templates": page(POST, MANAGERS),
    "complaints:refer": one(BOTH),
    "complaints:declined": one(BOTH),
    "complaints:reopen": one(BOTH),
    "complaints:new_facts": one(BOTH),
    "complaints:not_accepted": one(BOTH),
    "complaints:not_fulfilled": one(BOTH),
    "complaints:dissatisfied": one(BOTH),
    "complaints:assign": one(BOTH, LEAD),
    "complaints:link": one(BOTH),
    "complaints:keep_suggestion": one(BOTH),
    "complaints:evaluate": one(BOTH),
    "complaints:causes": page(GET, READ),
    "complaints:new_cause": page(BOTH, MANAGERS),
    "complaints:cause": page(GET, READ, cause_number="K-1"),
    # A look at these leads back to the cause.
    "complaints:plan_cause": page(BOTH, CASE, cause_number="K-1"),
    "complaints:done_cause": page(BOTH, CASE, cause_number="K-1"),
    "complaints:check_cause": page(BOTH, CASE, cause_number="K-1"),
    "complaints:add_to_cause": page(BOTH, CASE, cause_number="K-1"),
    "complaints:give_cause": page(BOTH, LEAD, cause_number="K-1"),
    "complaints:suggestions": page(GET, READ),
    "complaints:suggestion": Row(BOTH, LEAD, readers=READ, kwargs={"suggestion_id": 1}),
    "insights:weeks": page(GET, LEAD | {Role.AUDITOR}),
    "insights:cases": page(GET, LEAD | {Role.AUDITOR}, query="figure=received"),
    "complaints:hand_over": one(BOTH),
    "complaints:accept_offer": one(POST),
    "complaints:decline_offer": one(BOTH),
    "complaints:withdraw_offer": one(POST),
    "complaints:senior": one(BOTH),
    "complaints:meeting": one(BOTH),
    "complaints:join_group": one(BOTH),
    "complaints:hand_over_all": page(BOTH, CASE),
    "complaints:give_several": page(BOTH, LEAD),
    "complaints:tasks": page(GET, READ),
    "complaints:task": page(GET, READ, task_id=0),
    "complaints:finish_task": page(POST, CASE, task_id=0),
    "complaints:cancel_task": page(BOTH, CASE, task_id=0),
    "complaints:change_task": page(BOTH, CASE, task_id=0),
    "complaints:groups": page(GET, READ),
    "complaints:new_group": page(BOTH, CASE),
    "complaints:group": page(GET, READ, group_id=0),
    "complaints:group_meeting": page(BOTH, CASE, group_id=0),
    "complaints:unrepresent": page(BOTH, CASE, group_id=0, representative_id=0),
    "complaints:group_add_member": page(BOTH, CASE, group_id=0),
    "complaints:group_remove_member": page(BOTH, CASE, group_id=0),
    "complaints:group_represent": page(BOTH, CASE, group_id=0),
    "complaints:group_talk": page(BOTH, CASE, group_id=0),
    "complaints:group_close_group": page(BOTH, CASE, group_id=0),
    "deadlines:healthz": public(GET),
    "customers:find": page(GET, CASE, query="q=Emily"),
    "customers:card": page(GET, CASE, customer_id=0),
    "customers:record": page(GET, READ, customer_id=0),
    "customers:edit": page(BOTH, CASE, customer_id=0),
    "customers:vip": page(BOTH, LEAD, customer_id=0),
    "customers:add_contact": page(BOTH, CASE, customer_id=0),
    "customers:remove_contact": page(POST, CASE, customer_id=0, contact_id=0),
    "customers:main_contact": page(POST, CASE, customer_id=0, contact_id=0),
    "accounts:profile": page(BOTH),
    "accounts:sessions": page(GET),
    "accounts:end_other_sessions": page(POST),
    # Somebody else's session or key is not there.
    "accounts:end_session": page(POST, session_id=0),
    "accounts:keys": page(GET),
    "accounts:new_key": page(BOTH),
    "accounts:revoke_key": page(POST, key_id=0),
    "accounts:service_accounts": page(GET, HOUSE_READERS),
    "accounts:new_service_account": page(BOTH, HOUSE),
    "accounts:service_account": page(GET, HOUSE_READERS, account_id=1),
    "accounts:edit_service_account": page(BOTH, HOUSE, account_id=1),
    "accounts:ask_rights": page(BOTH, HOUSE, account_id=1),
    "accounts:confirm_rights": page(POST, MANAGERS, account_id=1, request_id=1),
    "accounts:refuse_rights": page(BOTH, MANAGERS, account_id=1, request_id=1),
    "accounts:stop_service_account": page(POST, HOUSE, account_id=1),
    "accounts:start_service_account": page(POST, HOUSE, account_id=1),
    "accounts:new_service_key": page(BOTH, HOUSE, account_id=1),
    "accounts:revoke_service_key": page(POST, HOUSE, account_id=1, key_id=0),
    "accounts:language": public(POST),
    "accounts:theme": public(POST),
    "accounts:lock": page(POST),
    "accounts/email/": page("", NOBODY),
    "events:notifications": page("GET"),
    "events:bell": page("GET"),
    "events:read_all": page(POST),
    "events:open": page(POST, NOBODY, notification_id=0),
    "core:keyboard": page(GET),
    "account_login": public(ALLAUTH),
    "account_logout": public(ALLAUTH),
    "account_inactive": public("GET HEAD OPTIONS"),
    "account_signup": public(ALLAUTH),
    "account_reauthenticate": page(ALLAUTH),
    # Taken by the route above.
    "account_email": page("", NOBODY),
    "account_email_verification_sent": public(ALLAUTH),
    "account_change_password": page(ALLAUTH),
    "account_set_password": page(ALLAUTH),
    "account_reset_password": public(ALLAUTH),
    "account_confirm_login_code": public(ALLAUTH),
    "account_confirm_email": public(ALLAUTH, key="x"),
    "account_reset_password_from_key_done": public("GET HEAD OPTIONS"),
    "account_reset_password_from_key": public(ALLAUTH, uidb36="1", key="x"),
    "account_reset_password_done": public("GET HEAD OPTIONS"),
    # Leads to the sign-in whoever has not just given a password.
    "mfa_authenticate": public(ALLAUTH),
    "mfa_index": page("GET HEAD OPTIONS"),
    "mfa_reauthenticate": page(ALLAUTH),
    "mfa_activate_totp": page(ALLAUTH),
    "mfa_deactivate_totp": of_second_factor(ALLAUTH),
    "mfa_view_recovery_codes": of_second_factor("GET HEAD OPTIONS"),
    "mfa_generate_recovery_codes": page(ALLAUTH),
    "mfa_download_recovery_codes": of_second_factor("GET HEAD OPTIONS"),
    # Laid over the admin's own, which leads to any object by its id.
    "admin/r/": page("", NOBODY),
    "admin:index": settings(STAFF),
    "admin:login": Row(BOTH, is_public=True, is_admin=True),
    "admin:logout": Row("POST OPTIONS", STAFF, is_admin=True),
    "admin:password_change": settings(STAFF),
    "admin:password_change_done": settings(STAFF),
    "admin:autocomplete": settings(NOBODY),
    "admin:jsi18n": settings(STAFF),
    "admin:view_on_site": settings(NOBODY, content_type_id="1", object_id="1"),
    "admin:app_list": settings(STAFF, app_label="policies"),
    "admin/(?P<url>.*)$": Row("", NOBODY, is_public=True, is_admin=True),
}

for _label, _roles in {
    "complaints_category": CATEGORIES,
    "complaints_rootcause": CATEGORIES,
    "accounts_department": HOUSE,
    "accounts_calendar": HOUSE,
    "accounts_user": HOUSE,
    "accounts_delegation": HOUSE,
    "policies_policy": POLICIES,
}.items():
    _one = {"object_id": "1"}
    ROUTES |= {
        f"admin:{_label}_changelist": settings(_roles),
        f"admin:{_label}_add": settings(NOBODY if _label == "policies_policy" else _roles),
        f"admin:{_label}_change": settings(_roles, **_one),
        f"admin:{_label}_history": settings(_roles, **_one),
        # Nothing is ever deleted there.
        f"admin:{_label}_delete": settings(NOBODY, **_one),
        f"admin/{_label.replace('_', '/')}/<path:object_id>/": settings(NOBODY, **_one),
    }


def walk(patterns: Any = None, path: str = "", namespace: str = "") -> Iterator[tuple[str, str]]:
    """Every route of the resolver: its name (its path where it has none), and its path."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(each, URLResolver):
            inner = f"{namespace}{each.namespace}:" if each.namespace else namespace
            yield from walk(each.url_patterns, f"{path}{each.pattern}", inner)
        elif isinstance(each, URLPattern):
            whole = f"{path}{each.pattern}"
            yield (f"{namespace}{each.name}" if each.name else whole.replace("^", "")), whole


def url_of(name: str, **kwargs: Any) -> str:
    """The address of a route; `kwargs` fill in what its row leaves open."""
    row = ROUTES[name]
    if name in ("accounts/email/", "admin/r/"):
        return f"/{name}"
    if name == "admin/(?P<url>.*)$":
        return "/admin/there/is/no/such/page/"
    if "/<path:object_id>/" in name:
        return "/" + name.replace("<path:object_id>", "1")
    wanted = {**row.kwargs, **{key: value for key, value in kwargs.items() if key in row.kwargs}}
    if row.of_complaint:
        wanted["number"] = kwargs["number"]
    url = reverse(name, kwargs=wanted)
    return f"{url}?{row.query}" if row.query else url


def of_complaints() -> dict[str, Row]:
    return {name: row for name, row in ROUTES.items() if row.of_complaint}
