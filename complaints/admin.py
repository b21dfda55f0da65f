"""Categories and root causes in Django's admin. Nothing that holds a customer or a complaint is registered here."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.action_admin import ActionAdmin, ActionForm
from accounts.backends import register_admin_model
from complaints.actions.categories import save_category
from complaints.actions.root_causes import save_root_cause
from complaints.models import Category, RootCause

register_admin_model("complaints.category", "complaints.manage_categories")
register_admin_model("complaints.rootcause", "complaints.manage_categories")


class CategoryForm(ActionForm):
    class Meta:
        model = Category
        fields = ["code", "name_en", "name_zh", "parent", "position", "is_active", "is_restricted"]
        help_texts = {
            "code": _("Letters, digits, _ and -. Rules and imports know the category by it, so it stays."),
            "is_active": _("What is not active is no longer offered."),
            "is_restricted": _("Only the people named for it and the auditor read such complaints."),
        }

    def apply(self) -> Category:
        code = {"code": self.instance.code, **self.cleaned_data}["code"]
        return save_category(self.instance.pk, **{**self.cleaned_data, "code": code}, by=self.by)


@admin.register(Category)
class CategoryAdmin(ActionAdmin):
    form = CategoryForm
    list_display = ("name_en", "name_zh", "code", "parent", "position", "is_active", "is_restricted")
    list_filter = ("is_active", "is_restricted")
    list_select_related = ("parent",)
    search_fields = ("code", "name_en", "name_zh")

    def get_readonly_fields(self, request: HttpRequest, obj: Category | None = None) -> tuple[str, ...]:
        return ("code",) if obj else ()


class RootCauseForm(ActionForm):
    class Meta:
        model = RootCause
        fields = ["code", "name_en", "name_zh", "parent", "position", "is_active"]
        help_texts = {
            "code": _("Letters, digits, _ and -. Figures and other systems know the root cause by it, so it stays."),
            "is_active": _("What is not active is no longer offered."),
        }

    def apply(self) -> RootCause:
        code = {"code": self.instance.code, **self.cleaned_data}["code"]
        return save_root_cause(self.instance.pk, **{**self.cleaned_data, "code": code}, by=self.by)


@admin.register(RootCause)
class RootCauseAdmin(ActionAdmin):
    form = RootCauseForm
    list_display = ("name_en", "name_zh", "code", "parent", "position", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("parent",)
    search_fields = ("code", "name_en", "name_zh")

    def get_readonly_fields(self, request: HttpRequest, obj: RootCause | None = None) -> tuple[str, ...]:
        return ("code",) if obj else ()
