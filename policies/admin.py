"""Policies in Django's admin: a list of all, a form that goes through the action, and what it was before."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.errors import Sentence
from core.formats import when_text
from policies.actions import CHANGE, set_policy
from policies.defaults import SPECS
from policies.forms import PolicyForm, in_short
from policies.models import Policy, PolicyVersion

VIEW = "policies.view_policies"
MOST_VERSIONS = 50


@admin.register(Policy)
class PolicyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = PolicyForm
    list_display = ("name", "current", "unit", "version", "changed_at")
    list_per_page = 200
    search_fields = ("key",)
    readonly_fields = ("key", "meaning", "current", "history")
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Policy]:
        newest = PolicyVersion.objects.filter(key=OuterRef("key"), version=OuterRef("version"))
        known: QuerySet[Policy] = super().get_queryset(request).filter(key__in=SPECS)
        return known.annotate(changed=Subquery(newest.values("valid_from")), value=Subquery(newest.values("value")))

    def get_fields(self, request: HttpRequest, obj: Policy | None = None) -> tuple[str, ...]:
        entry = ("value", "expected_version") if self.has_change_permission(request) else ("current",)
        return ("key", "meaning", *entry, "history")

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:
        entered: dict[str, Any] = form.cleaned_data
        set_policy(obj.key, entered["value"], by=request.user, expected_version=entered["expected_version"])

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Policy | None = None) -> bool:
        return request.user.has_perm(VIEW) or self.has_change_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Policy | None = None) -> bool:
        return request.user.has_perm(CHANGE)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Policy | None = None) -> bool:
        return False

    @admin.display(description=_("policy"), ordering="key")
    def name(self, row: Policy) -> str:
        return f"{row.label} ({row.key})"

    @admin.display(description=_("value"))
    def current(self, row: Any) -> str:
        return in_short(row.value if row.version else SPECS[row.key].default)

    @admin.display(description=_("unit"))
    def unit(self, row: Policy) -> Sentence:
        return SPECS[row.key].unit

    @admin.display(description=_("changed"))
    def changed_at(self, row: Any) -> str:
        return _instant(row.changed) if row.changed else "–"

    @admin.display(description=_("meaning"))
    def meaning(self, row: Policy) -> Sentence:
        return SPECS[row.key].help

    @admin.display(description=_("history"))
    def history(self, row: Policy) -> SafeString:
        """Every value there was, newest first, down to the default."""
        versions = PolicyVersion.objects.of(row.key).select_related("by")[:MOST_VERSIONS]
        told = [
            (version.version, _instant(version.valid_from), version.by or _("the system"), in_short(version.value, 400))
            for version in versions
        ]
        told.append((0, "–", _("default"), in_short(SPECS[row.key].default, 400)))
        return format_html("<ol reversed start={}>{}</ol>", told[0][0], _items(told))


def _items(told: list[tuple[Any, ...]]) -> SafeString:
    return format_html_join("", "<li value={}>{} · {} · {}</li>", told)


def _instant(at: Any) -> str:
    return when_text(at)
