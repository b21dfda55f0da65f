"""How forms are drawn: Bootstrap's classes, our field with its error, choices drawn large."""

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.forms.renderers import DjangoTemplates
from django.utils.functional import cached_property

TICKS = (forms.CheckboxInput,)
SELECTS = (forms.Select,)
GROUPS = (forms.RadioSelect, forms.CheckboxSelectMultiple)


class BoundField(forms.BoundField):
    """A field with the classes that the style sheet knows."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        css = widget_css(widget)
        if css and self.errors:
            css += " is-invalid"
        if css:
            built["class"] = f"{widget.attrs.get('class', '')} {css}".strip()
        return built

    @property
    def is_tick(self) -> bool:
        """One box with its words beside it, not above."""
        return isinstance(self.field.widget, TICKS)

    @property
    def is_group(self) -> bool:
        """Several radios or boxes under one legend."""
        return isinstance(self.field.widget, GROUPS)

    @property
    def is_optional(self) -> bool:
        """Whether the label says "(optional)": only where the form asks for it with `mark_optional`."""
        return not self.field.required and bool(getattr(self.form, "mark_optional", False))


def widget_css(widget: forms.Widget) -> str:
    if isinstance(widget, GROUPS) or widget.is_hidden:
        return ""
    if isinstance(widget, TICKS):
        return "form-check-input"
    return "form-select" if isinstance(widget, SELECTS) else "form-control"


class Renderer(DjangoTemplates):
    """Finds our form templates among the project's, and widgets among Django's and the apps'."""

    form_template_name = "core/forms/form.html"
    field_template_name = "core/forms/field.html"
    bound_field_class = BoundField

    @cached_property
    def engine(self) -> Any:
        # Not by way of Django's own `engine`: it is kept under the same name, and another thread might draw with it.
        django_own = Path(forms.__file__).parent / str(self.backend.app_dirname)
        folders = [settings.BASE_DIR / "templates", django_own]
        return self.backend({"APP_DIRS": True, "DIRS": folders, "NAME": "forms", "OPTIONS": {}})


class _Drawn:
    """Choices as large buttons. `icons` gives some of them (by value) an icon instead of the tick."""

    look = "picks"

    def __init__(self, *args: Any, icons: dict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.icons = icons or {}

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)  # type: ignore[misc]
        context["widget"]["look"] = self.look
        return context

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)  # type: ignore[misc]
        option["icon"] = self.icons.get(str(value), "")
        return option


class Picks(_Drawn, forms.RadioSelect):
    """One of a few choices; real radios underneath."""

    template_name = "core/forms/picks.html"


class Ladder(Picks):
    """Steps from worst to best in one row; 1 to 9 choose while the focus is inside."""

    look = "ladder"


class ManyPicks(_Drawn, forms.CheckboxSelectMultiple):
    """Any number of a few choices; real check boxes underneath."""

    template_name = "core/forms/picks.html"
