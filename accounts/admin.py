"""Departments, calendars, users and absences in Django's admin, until they have pages of their own."""

from typing import cast

# Their registrations must be there before they can be taken away.
import allauth.account.admin
import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401
import django.contrib.auth.admin  # noqa: F401
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.action_admin import ActionAdmin, said
from accounts.actions import end_delegation
from accounts.admin_forms import CalendarForm, DelegationForm, DepartmentForm, UserForm
from accounts.holidays import import_public_holidays
from accounts.models import Calendar, Delegation, Department, User
from accounts.second_factor_actions import reset_second_factor
from core import clock
from core.errors import DomainError

# Roles are the only rights there are, and nobody signs up by mail; secrets and sessions are nobody else's.
for unused in (Group, EmailAddress, EmailConfirmation, Authenticator, UserSession):
    if admin.site.is_registered(unused):
        admin.site.unregister(unused)

admin.site.site_header = _("Settings of the house")
admin.site.site_title = _("Settings")
admin.site.index_title = _("Departments, users and rules")
admin.site.enable_nav_sidebar = False


@admin.register(Department)
class DepartmentAdmin(ActionAdmin):
    form = DepartmentForm
    list_display = ("name", "code", "parent", "calendar", "head", "is_active")
    list_select_related = ("parent", "calendar", "head")
    search_fields = ("name", "code")
    ordering = ("path",)


@admin.register(Calendar)
class CalendarAdmin(ActionAdmin):
    form = CalendarForm
    list_display = ("name", "time_zone", "country", "is_around_the_clock")
    search_fields = ("name",)
    actions = ("import_holidays",)
    fieldsets = (
        (None, {"fields": ("name", "time_zone", "country", "is_around_the_clock")}),
        (
            _("Opening hours"),
            {
                "fields": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
                "description": _("Write 09:00-12:00, 13:30-18:00. A day left blank is closed."),
            },
        ),
        (_("Holidays, make-up working days, closures"), {"fields": ("days",)}),
    )

    @admin.action(description=_("Import public holidays of this year and the next"), permissions=["change"])
    def import_holidays(self, request: HttpRequest, queryset: QuerySet[Calendar]) -> None:
        year = clock.now().year
        for calendar in queryset:
            try:
                done = import_public_holidays(calendar.pk, [year, year + 1], by=_by(request))
            except DomainError as refusal:
                for _field, sentence in said(refusal):
                    self.message_user(request, f"{calendar}: {sentence}", messages.ERROR)
                continue
            words = ngettext("%(count)s date added", "%(count)s dates added", done.added) % {"count": done.added}
            self.message_user(request, f"{calendar}: {words}", messages.SUCCESS)
            for warning in done.warnings:
                self.message_user(request, str(warning), messages.WARNING)


@admin.register(User)
class UserAdmin(ActionAdmin):
    form = UserForm
    list_display = ("username", "name", "department", "role_names", "has_second_factor", "is_active")
    actions = ("reset_second_factors",)
    list_filter = ("is_active", "role_grants__role", "department")
    list_select_related = ("department",)
    search_fields = ("username", "name", "email")
    ordering = ("username",)

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        active = ("is_active",) if obj else ()
        return ("username", "name", "department", "email", *active, "roles", "new_password", "new_password_again")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return ("username",) if obj else ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        # Programs have pages of their own.
        people = super().get_queryset(request).filter(is_service_account=False)
        rows: QuerySet[User] = people.prefetch_related("role_grants")
        factors = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
        return rows.annotate(has_second_factor=Exists(factors))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Nobody guesses at a hash letter by letter through the address of the list."""
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("roles"))
    def role_names(self, user: User) -> str:
        return user.role_names

    @admin.display(description=_("second factor"), boolean=True)
    def has_second_factor(self, user: User) -> bool:
        return bool(getattr(user, "has_second_factor", False))

    @admin.action(description=_("Reset a lost second factor"), permissions=["change"])
    def reset_second_factors(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Each by itself: one that is refused stops none of the others."""
        for user in queryset:
            try:
                reset_second_factor(user.pk, by=_by(request))
            except DomainError as refusal:
                self.message_user(request, f"{user}: {refusal.message}", messages.ERROR)
            else:
                words = _("The second factor is reset. Sign-ins are ended; they set it up anew.")
                self.message_user(request, f"{user}: {words}", messages.SUCCESS)


@admin.register(Delegation)
class DelegationAdmin(ActionAdmin):
    form = DelegationForm
    list_display = ("delegator", "delegate", "starts_at", "ends_at")
    list_select_related = ("delegator", "delegate")
    actions = ("end_now",)

    def has_change_permission(self, request: HttpRequest, obj: Delegation | None = None) -> bool:
        """What was delegated is a fact; it can only be ended."""
        return obj is None and super().has_change_permission(request, obj)

    @admin.action(description=_("End these absences now"), permissions=["change"])
    def end_now(self, request: HttpRequest, queryset: QuerySet[Delegation]) -> None:
        now = clock.now()
        ended = [end_delegation(pk, now=now, by=_by(request)) for pk in queryset.values_list("pk", flat=True)]
        words = ngettext("%(count)s absence ended", "%(count)s absences ended", len(ended)) % {"count": len(ended)}
        self.message_user(request, words, messages.SUCCESS)


def _by(request: HttpRequest) -> User:
    return cast(User, request.user)
