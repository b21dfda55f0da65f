"""The house's message templates: a list for all who write, and a form for managers."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.roles import refused
from complaints.actions.templates import add_starter_templates
from complaints.codes import TemplatePurpose
from complaints.forms.talks import TemplateForm
from complaints.message_templates import PLACES, starter_templates
from complaints.models import MessageTemplate
from complaints.views.lookup import reader

MANAGE = "complaints.manage_templates"
VERSIONS_SHOWN = 50


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """All templates by purpose, both languages beside each other."""
    user = reader(request)
    if not user.has_perm("complaints.read_complaints"):
        raise refused("complaints.read_complaints")
    rows = list(MessageTemplate.objects.select_related("updated_by"))
    groups = [(purpose.label, [row for row in rows if row.purpose == purpose]) for purpose in TemplatePurpose]
    known = {(row.purpose, row.language) for row in rows}
    missing = sum((told["purpose"], told["language"]) not in known for told in starter_templates())
    context = {
        "groups": [group for group in groups if group[1]],
        "may_manage": user.has_perm(MANAGE),
        "missing": missing,
    }
    return render(request, "complaints/template_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, template_id: int | None = None) -> HttpResponse:
    """A new template, or another version of one."""
    user = reader(request)
    if not user.has_perm(MANAGE):
        raise refused(MANAGE)
    row = None
    if template_id is not None:
        row = MessageTemplate.objects.filter(pk=template_id).first()
        if row is None:
            raise Http404
    form = TemplateForm(request.POST if request.method == "POST" else None, row=row)
    if request.method == "POST" and form.is_valid() and form.save(by=user) is not None:
        messages.success(request, _("The template is saved"))
        return redirect("complaints:template_list")
    versions = row.versions.select_related("saved_by")[:VERSIONS_SHOWN] if row else ()
    context = {"form": form, "row": row, "versions": versions, "places": PLACES}
    return render(request, "complaints/template_edit.html", context, status=422 if form.is_bound else 200)


@require_POST
def add_starter(request: HttpRequest) -> HttpResponse:
    """Add the texts that the product brings along, where there is none for a purpose."""
    count = add_starter_templates(by=reader(request))
    messages.success(
        request, ngettext("%(count)d template added", "%(count)d templates added", count) % {"count": count}
    )
    return redirect("complaints:template_list")
