"""Departments with their calendars, the people in them, and their roles."""

from functools import cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractUser
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.querysets import (
    ApiKeyQuerySet,
    DelegationQuerySet,
    DepartmentQuerySet,
    HouseUserManager,
    RightsRequestQuerySet,
    RoleGrantQuerySet,
    ServiceAccountQuerySet,
)
from accounts.roles import Role, names_of


class Calendar(models.Model):
    """Opening hours of a place: a time zone, weekly slots and dated exceptions.

    `version` rises with each change, so that due times computed from an older one are found.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=50)
    is_around_the_clock = models.BooleanField(_("open around the clock"), default=False)
    # Which public holidays the house imports here, as an ISO 3166 code; empty for none.
    country = models.CharField(_("country of public holidays"), max_length=2, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")

    def __str__(self) -> str:
        return self.name


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


MINUTES_A_DAY = 24 * 60


class OpeningSlot(models.Model):
    """One opening time on a weekday, in minutes after local midnight; 1440 is the midnight that ends the day."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="slots")
    weekday = models.SmallIntegerField(_("weekday"), choices=Weekday)
    opens = models.PositiveSmallIntegerField(_("opens"), validators=[MaxValueValidator(MINUTES_A_DAY - 1)])
    closes = models.PositiveSmallIntegerField(_("closes"), validators=[MaxValueValidator(MINUTES_A_DAY)])

    class Meta:
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens__gte=0, closes__gt=F("opens"), closes__lte=MINUTES_A_DAY),
                name="slot_opens_before_it_closes",
            ),
            models.CheckConstraint(condition=Q(weekday__gte=0, weekday__lte=6), name="slot_on_a_weekday"),
            models.UniqueConstraint(fields=["calendar", "weekday", "opens"], name="one_slot_opens_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {clock_text(self.opens)}-{clock_text(self.closes)}"


class CalendarException(models.Model):
    """One date that differs: closed (no slots), open for part of the day, or a make-up working day."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="exceptions")
    on = models.DateField(_("date"))
    # [[opens, closes], …] in minutes after midnight; [] is closed all day.
    slots = models.JSONField(_("open"), default=list, blank=True)
    reason = models.CharField(_("reason"), max_length=80)

    class Meta:
        ordering = ["on"]
        constraints = [models.UniqueConstraint(fields=["calendar", "on"], name="one_exception_a_date")]

    def __str__(self) -> str:
        return f"{self.on} {self.reason}"


def clock_text(minutes: int) -> str:
    """Write minutes after midnight as 09:00."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


class Department(models.Model):
    """A store, a region or the head office: a node of the house's tree."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    code = models.SlugField(_("code"), max_length=32, unique=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    # Ids from the root down to this one, "1/4/9/": its subtree is one index range.
    path = models.CharField(max_length=200, editable=False, default="", db_index=True)
    head = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="heads", verbose_name=_("head")
    )
    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="departments", verbose_name=_("calendar"))
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    is_active = models.BooleanField(_("active"), default=True)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        ordering = ["path"]
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        constraints = [
            # One house, one head office: the root of the tree.
            models.UniqueConstraint(fields=["is_active"], condition=Q(parent=None), name="one_head_office"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_head_office(self) -> bool:
        return self.parent_id is None

    @property
    def lineage(self) -> list[int]:
        """Ids from this department up to the root."""
        return [int(part) for part in reversed(self.path.split("/")) if part]


class User(AbstractUser):
    """Somebody who signs in, or a program that acts by key. Belongs to one department and holds one or more roles."""

    THEMES = [("system", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))]

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(pgettext_lazy("person", "name"), max_length=80)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="users", verbose_name=_("department")
    )
    # Empty: the browser decides.
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, blank=True)
    theme = models.CharField(_("theme"), max_length=8, choices=THEMES, default="system")
    # WCAG 2.1.4: keys without Ctrl or Alt can be switched off.
    has_single_keys = models.BooleanField(_("single keys"), default=True)
    # Said when it is created, and never changed.
    is_service_account = models.BooleanField(_("service account"), default=False, editable=False)

    objects: ClassVar[HouseUserManager] = HouseUserManager()

    REQUIRED_FIELDS: ClassVar[list[str]] = ["email", "name"]

    class Meta:
        ordering = ["name"]
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.CheckConstraint(condition=Q(is_superuser=False), name="nobody_is_superuser"),
            # Without a usable password, an address for a new one, and Django's admin.
            models.CheckConstraint(
                condition=Q(is_service_account=False)
                | Q(password__startswith=UNUSABLE_PASSWORD_PREFIX, email="", is_staff=False),
                name="service_account_signs_in_nowhere",
            ),
        ]

    def __str__(self) -> str:
        name = self.name or self.username
        return gettext("%(name)s (program)") % {"name": name} if self.is_service_account else name

    @property
    def as_value(self) -> str | dict[str, str]:
        """As the value of a notice, which is put into words when somebody reads it."""
        return {"program": self.name} if self.is_service_account else str(self)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @cached_property
    def role_set(self) -> frozenset[str]:
        """The roles held, read once per instance: a request reads the user anew."""
        return frozenset(grant.role for grant in self.role_grants.all())

    @cached_property
    def reach(self) -> tuple[int, ...]:
        """Ids of the user's department and those below, read once per instance like the roles."""
        found = Department.objects.below(self.department) if self.department else Department.objects.none()
        return tuple(sorted(found.values_list("pk", flat=True)))

    def has_role(self, *roles: str) -> bool:
        return not self.role_set.isdisjoint(roles)

    @property
    def role_names(self) -> str:
        return names_of(self.role_set)

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        for name in ("role_set", "reach", "_scope"):
            self.__dict__.pop(name, None)
        super().refresh_from_db(*args, **kwargs)


class RoleGrant(models.Model):
    """One role held by one user."""

    user = models.ForeignKey(User, models.CASCADE, related_name="role_grants")
    role = models.CharField(_("role"), max_length=20, choices=Role)

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="one_grant_a_role")]

    def __str__(self) -> str:
        return str(self.get_role_display())


class ServiceAccount(models.Model):
    """What a program that acts by key is for, and who answers for it. Its user holds what a manager has confirmed."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="service_account")
    purpose = models.CharField(_("purpose"), max_length=200)
    responsible = models.ForeignKey(User, models.PROTECT, related_name="answers_for")
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ServiceAccountQuerySet.as_manager()

    class Meta:
        ordering = ["user__name", "pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=~Q(responsible=F("user")), name="no_program_answers_for_itself"),
        ]

    def __str__(self) -> str:
        return str(self.user)

    def get_absolute_url(self) -> str:
        return reverse("accounts:service_account", args=[self.pk])


class RightsRequest(models.Model):
    """The roles and the department that somebody asked for a service account, and what a manager said to it."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("request", "Waiting")
        CONFIRMED = "confirmed", pgettext_lazy("request", "Confirmed")
        REFUSED = "refused", pgettext_lazy("request", "Refused")
        REPLACED = "replaced", pgettext_lazy("request", "Replaced")

    account = models.ForeignKey(ServiceAccount, models.CASCADE, related_name="requests")
    roles = models.JSONField(_("roles"))
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    # Roles that reach beyond any department: only a manager of the head office confirms them.
    is_house_wide = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    # Why it was refused.
    reason = models.CharField(_("Reason"), max_length=500, blank=True)

    objects = RightsRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=Q(state="waiting"), name="one_request_waits"),
            models.CheckConstraint(
                condition=Q(asked_by=None) | Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
                name="nobody_decides_their_own_request",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "replaced"], decided_by=None)
                | Q(state__in=["confirmed", "refused"], decided_by__isnull=False, decided_at__isnull=False),
                name="request_is_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.get_state_display()}"

    @property
    def role_names(self) -> str:
        return names_of(self.roles)


class Delegation(models.Model):
    """Somebody is away between two instants, and who acts for them meanwhile (nobody, when blank)."""

    delegator = models.ForeignKey(User, models.PROTECT, related_name="delegations")
    delegate = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="delegations_received")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    objects = DelegationQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at"]
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        # Read for every escalation: who is away now.
        indexes = [models.Index(fields=["ends_at", "starts_at"], name="delegation_running")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="delegation_ends_after_start"),
            models.CheckConstraint(
                condition=Q(delegate=None) | ~Q(delegate=F("delegator")), name="nobody_delegates_to_themselves"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delegator} → {self.delegate or '–'}"


class ApiKey(models.Model):
    """A key by which a program acts as a user. Only its hash is kept."""

    class Scope(models.TextChoices):
        READ = "read", _("Read")
        WRITE = "write", _("Write")
        SALES = "sales", _("Customers and sales")
        ADMIN = "admin", _("Administration")

    user = models.ForeignKey(User, models.CASCADE, related_name="api_keys")
    name = models.CharField(pgettext_lazy("API key", "name"), max_length=80)
    # Its first characters, by which people tell keys apart.
    prefix = models.CharField(max_length=16, editable=False)
    hash = models.CharField(max_length=64, unique=True, editable=False)
    # Of Scope; none of them means all that the user may.
    scopes = models.JSONField(_("scopes"), default=list, blank=True)
    created_at = models.DateTimeField(_("made"), editable=False)
    expires_at = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    # To the hour.
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="api_key_expires_after_made"),
        ]

    def __str__(self) -> str:
        return self.name
