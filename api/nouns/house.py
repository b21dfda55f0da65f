"""The house: oneself, the people, the departments and the categories."""

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import path
from rest_framework import serializers

from accounts.models import ApiKey, Department, User
from accounts.roles import Role
from accounts.zones import zone_of
from api.filters import CodeFilter, Filter, YesNoFilter
from api.serializers import Output
from api.views import ItemView, ListView
from complaints.models import Category


class PersonOutput(Output):
    id = serializers.IntegerField(help_text="Id of the user.")
    username = serializers.CharField(help_text="Name to sign in with; inputs name people by it.")
    name = serializers.CharField(help_text="Name as people say it.")
    department = serializers.SerializerMethodField(help_text="Code of the department.")
    roles = serializers.SerializerMethodField(help_text="Roles held.")
    is_active = serializers.BooleanField(help_text="Whether they still work here.")
    is_service_account = serializers.BooleanField(
        help_text="Whether it is a program, which acts by key and is given no complaint."
    )

    def get_department(self, user: User) -> str | None:
        return user.department.code if user.department else None

    def get_roles(self, user: User) -> list[str]:
        return sorted(user.role_set)


class MeOutput(PersonOutput):
    language = serializers.CharField(help_text="Language chosen for pages; empty when the browser decides.")
    time_zone = serializers.SerializerMethodField(help_text="Time zone of the department.")
    scopes = serializers.SerializerMethodField(help_text="What the key is narrowed to; empty for all the user may.")

    def get_time_zone(self, user: User) -> str:
        return str(zone_of(user))

    def get_scopes(self, user: User) -> list[str]:
        key = self.context["request"].auth
        return list(key.scopes) if isinstance(key, ApiKey) else []


class Me(ItemView):
    """Who the key or the session acts as."""

    serializer_class = MeOutput
    # Whatever a key is for, it may know whose it is.
    read_scopes = ("read", "write", "sales", "admin")

    def get_object(self) -> User:
        return self.user


class Users(ListView):
    """The people of the house, so that complaints and tasks can be given to them, and the programs that act by key."""

    serializer_class = PersonOutput
    filters = {
        "username": Filter("username", "Exactly this username."),
        "department": Filter("department__code", "Code of the department."),
        "role": CodeFilter("role_grants__role", "Holds this role.", Role.values),
        "is_active": YesNoFilter("is_active", "Whether they still work here."),
        "is_service_account": YesNoFilter("is_service_account", "Whether it is a program."),
    }
    orderings = {"name": "name", "username": "username", "id": "pk"}
    default_ordering = "name"
    has_search = True

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.select_related("department").prefetch_related("role_grants")

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(Q(name__icontains=text) | Q(username__icontains=text))


class DepartmentOutput(Output):
    id = serializers.IntegerField(help_text="Id of the department.")
    code = serializers.CharField(help_text="Code; inputs name departments by it.")
    name = serializers.CharField(help_text="Name.")
    parent = serializers.CharField(  # type: ignore[assignment]
        source="parent.code", default=None, allow_null=True, help_text="Code of the department above."
    )
    head = serializers.CharField(
        source="head.username", default=None, allow_null=True, help_text="Username of its head."
    )
    time_zone = serializers.CharField(source="calendar.time_zone", help_text="Time zone of its calendar.")
    phone = serializers.CharField(help_text="Phone, as written.")
    address = serializers.CharField(help_text="Address.")
    language = serializers.CharField(help_text="Language of its customers.")
    is_active = serializers.BooleanField(help_text="False: closed, takes nothing new.")


class Departments(ListView):
    """Stores, regions and the head office."""

    serializer_class = DepartmentOutput
    filters = {
        "code": Filter("code", "Exactly this code."),
        "parent": Filter("parent__code", "Code of the department above."),
        "is_active": YesNoFilter("is_active", "False for closed ones."),
    }
    orderings = {"code": "code", "name": "name", "id": "pk"}
    default_ordering = "code"
    has_search = True

    def get_queryset(self) -> QuerySet[Department]:
        return Department.objects.select_related("parent", "head", "calendar")

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(Q(name__icontains=text) | Q(code__icontains=text))


class CategoryOutput(Output):
    id = serializers.IntegerField(help_text="Id of the category.")
    code = serializers.CharField(help_text="Code; inputs name categories by it.")
    name = serializers.CharField(help_text="Name in the language of the answer.")
    name_en = serializers.CharField(help_text="Name in English.")
    name_zh = serializers.CharField(help_text="Name in Chinese.")
    parent = serializers.CharField(  # type: ignore[assignment]
        source="parent.code", default=None, allow_null=True, help_text="Code of the category above."
    )
    is_active = serializers.BooleanField(help_text="False: no longer chosen for new complaints.")
    is_restricted = serializers.BooleanField(help_text="Complaints of it are read by named people only.")


class Categories(ListView):
    """What complaints are about."""

    serializer_class = CategoryOutput
    filters = {
        "code": Filter("code", "Exactly this code."),
        "parent": Filter("parent__code", "Code of the category above."),
        "is_active": YesNoFilter("is_active", "Whether it is still chosen."),
    }
    orderings = {"code": "code", "id": "pk"}
    default_ordering = "code"
    has_search = True

    def get_queryset(self) -> QuerySet[Category]:
        return Category.objects.select_related("parent")

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(Q(name_en__icontains=text) | Q(name_zh__icontains=text) | Q(code__icontains=text))


urlpatterns = [
    path("me", Me.as_view(), name="me-detail"),
    path("users", Users.as_view(), name="users-list"),
    path("departments", Departments.as_view(), name="departments-list"),
    path("categories", Categories.as_view(), name="categories-list"),
]
