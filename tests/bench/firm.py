"""The firm whose complaints are loaded: the fictional house of the tests, grown to forty stores."""

from dataclasses import dataclass

from accounts.models import Department, User
from accounts.roles import Role
from complaints.categories import ensure_starter_categories
from complaints.models import Category
from tests.house import House, make_department, make_user

REGIONS = 3
STORES_A_REGION = 12
CLERKS = 4
HANDLERS = 2


@dataclass(frozen=True)
class Store:
    """One store, its people, and which share of all complaints is its own, beside those of the others."""

    department: Department
    clerks: list[User]
    handlers: list[User]
    supervisor: User
    manager: User
    weight: int

    def leaders(self, rung: str, directors: list[User]) -> list[User]:
        return {"supervisor": [self.supervisor], "manager": [self.manager], "head_office": directors}.get(rung, [])


class Firm:
    """`stores`, the largest first: the one of `clerk` has every tenth complaint."""

    def __init__(self) -> None:
        house = House()
        ensure_starter_categories()
        self.office = house.office
        self.directors = [house.director]
        # Head office's hotline reads what all stores have.
        self.hotline = make_user("hotline", house.office, Role.FRONT_DESK, name="Hotline")
        self.categories = list(Category.objects.select_related("parent").order_by("pk"))
        west = [house.clerk, house.colleague]
        self.stores = [
            Store(house.west, west, [house.handler], house.supervisor, house.manager, 10),
            Store(house.east, [house.east_clerk], [], house.east_supervisor, house.manager, 4),
        ]
        for n in range(REGIONS):
            region = make_department(f"Region {n + 1}", house.office, house.calendar)
            manager = make_user(f"manager{n + 1}", region, Role.MANAGER)
            for m in range(STORES_A_REGION):
                self.stores.append(self._store(f"{n + 1}-{m + 1}", region, manager))

    def _store(self, name: str, region: Department, manager: User) -> Store:
        place = make_department(f"Store {name}", region, region.calendar)
        return Store(
            place,
            [make_user(f"clerk-{name}-{n}", place, Role.FRONT_DESK) for n in range(CLERKS)],
            [make_user(f"handler-{name}-{n}", place, Role.HANDLER) for n in range(HANDLERS)],
            make_user(f"supervisor-{name}", place, Role.SUPERVISOR),
            manager,
            2 + len(self.stores) % 2,
        )
