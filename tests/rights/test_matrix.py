"""The matrix and the product say the same, in both directions."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

from accounts.roles import Role, permissions
from complaints.workflow import AGREE, LASTR
from tests.hostile.routes import ROUTES
from tests.rights.matrix import ALL, DEPARTMENT, LINE, MATRIX, NEVER, OWN, ROLES, Right

ROWS = [pytest.param(row, id=row.what) for row in MATRIX]
PACKAGES = ("accounts", "api", "compensation", "complaints", "customers", "deadlines", "events", "insights", "policies")
# Signing in and the look of the page: nobody's right, so no row of the matrix.
EVERYBODYS = ("account_", "accounts/", "admin", "mfa_", "accounts:language", "accounts:theme")
# The route looks for the row of another: a notice of one's own, or the one number that was just saved.
OF_ONES_OWN = {"events:open"}


def actions_of_the_code() -> set[str]:
    """Every function under `@action`, by its whole name, read from the source so that none hides."""
    found = set()
    for package in PACKAGES:
        for path in (Path(settings.BASE_DIR) / package).rglob("*.py"):
            module = ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts)
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef) and any(is_action(each) for each in node.decorator_list):
                    found.add(f"{module}.{node.name}")
    return found


def is_action(decorator: ast.expr) -> bool:
    name = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(name, ast.Name) and name.id == "action"


def test_every_role_of_the_house_has_a_column():
    assert set(ROLES) == set(Role)
    for row in MATRIX:
        marks = row.marks.replace(" ", "")
        assert (row.what, len(marks)) == (row.what, len(ROLES))
        assert set(marks) <= {ALL, DEPARTMENT, LINE, OWN, NEVER}, row.what
    assert len({row.what for row in MATRIX}) == len(MATRIX)


@pytest.mark.parametrize("row", [row for row in ROWS if row.values[0].permission])
def test_the_product_gives_each_right_to_the_roles_of_its_row(row: Right):
    # Where some reach only their own, the permission is for those who reach further.
    assert permissions()[row.permission] == (row.holders(ALL, DEPARTMENT) or row.holders())
    if row.own_permission:
        assert row.holders(OWN) <= permissions()[row.own_permission] <= row.holders()


def test_the_product_gives_no_right_that_has_no_row():
    named = {name for row in MATRIX for name in (row.permission, row.own_permission) if name}
    assert set(permissions()) - named == set(), "a new permission: say in tests/rights/matrix.py who has it"
    assert named - set(permissions()) == set(), "these rights are gone"


def test_what_nobody_may_has_no_permission():
    for row in MATRIX:
        if not row.holders():
            assert (row.what, row.permission) == (row.what, "")


def test_every_action_stands_in_one_row():
    there = actions_of_the_code()
    named = [name for row in MATRIX for name in row.actions]
    assert there - set(named) == set(), "a new action: say in tests/rights/matrix.py who may do it"
    assert set(named) - there == set(), "these actions are gone"
    assert len(named) == len(set(named))


def test_every_transition_asks_for_the_right_of_its_row():
    asked = {name: step.permission for table in (LASTR, AGREE) for name, step in table.transitions.items()}
    named = {name: row.permission for row in MATRIX for name in row.transitions}
    assert asked == named


def test_routes_are_for_the_roles_of_their_row():
    for row in MATRIX:
        for name in row.routes:
            route = ROUTES[name]
            may = {role.value for role in Role if route.allows(role, "POST") or role in route.own}
            assert (name, may) == (name, set(row.holders()))
            if row.own_permission and row.of_complaint:
                assert {role.value for role in route.roles} == row.holders(ALL, DEPARTMENT), name


def test_every_form_of_the_browser_stands_in_a_row():
    named = {name for row in MATRIX for name in row.routes} | OF_ONES_OWN
    forms = {
        name
        for name, route in ROUTES.items()
        if route.takes("POST") and not name.startswith((*EVERYBODYS, "api:")) and not route.is_admin
    }
    assert forms - named == set()
