"""Service accounts as tests need them."""

from accounts.models import ServiceAccount
from accounts.roles import Role
from accounts.service_accounts import waiting_request
from accounts.service_actions import confirm_rights, create_service_account


def make_program(house, *roles: Role, username="dms", department=None, **fields) -> ServiceAccount:
    """Asked for by the administrator, in the west store unless said otherwise; nobody has confirmed it."""
    by = fields.pop("by", house.administrator)
    told = {"name": "Sales system", "purpose": "Brings in customers and sales.", "responsible": house.supervisor}
    return create_service_account(
        username, **told | fields, department=department or house.west, roles=roles or [Role.SALES_MANAGER],
        by=by,
    )  # fmt: skip


def confirmed(account: ServiceAccount, by) -> ServiceAccount:
    request = waiting_request(account)
    assert request is not None
    return confirm_rights(request.pk, by=by)


def make_confirmed(house, *roles: Role, **fields) -> ServiceAccount:
    return confirmed(make_program(house, *roles, **fields), house.director)
