"""Message templates: the house's texts, and the same with their places filled in for one complaint."""

from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import refused
from api.fields import Code, Instant, Language
from api.filters import CodeFilter, YesNoFilter
from api.nouns.complaints_answers import Username
from api.nouns.complaints_base import OfComplaint
from api.serializers import Output
from api.views import ListView
from complaints.codes import TemplatePurpose
from complaints.message_templates import filled_for, offered
from complaints.models import MessageTemplate


class TemplateOutput(Output):
    id = serializers.IntegerField(help_text="Id of the template.")
    purpose = Code(choices=TemplatePurpose.choices, help_text="What it is for.")
    language = Language(help_text="The language it is written in.")
    name = serializers.CharField(help_text="Its name.")
    subject = serializers.CharField(help_text="Subject of an e-mail, with places in braces; may be empty.")
    body = serializers.CharField(help_text="The text, with places such as {name} in braces.")
    is_active = serializers.BooleanField(help_text="Whether it is offered.")
    version = serializers.IntegerField(help_text="How often it was written.")
    updated_at = Instant(help_text="When it was last changed.")
    updated_by = Username(help_text="Who changed it last; null for the starter set.")


class Templates(ListView):
    """What messages to customers begin with, in both languages."""

    serializer_class = TemplateOutput
    filters = {
        "purpose": CodeFilter("purpose", "What it is for.", TemplatePurpose.values),
        "language": CodeFilter("language", "The language it is written in.", dict(settings.LANGUAGES)),
        "is_active": YesNoFilter("is_active", "Whether it is offered."),
    }
    orderings = {"id": "pk", "updated_at": "updated_at"}
    has_search = True

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if not self.user.has_perm("complaints.read_complaints"):
            raise refused("complaints.read_complaints")

    def get_queryset(self) -> QuerySet[MessageTemplate]:
        return MessageTemplate.objects.select_related("updated_by")

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(Q(name__icontains=text) | Q(subject__icontains=text) | Q(body__icontains=text))


class FilledTemplateOutput(Output):
    id = serializers.IntegerField(help_text="Id of the template.")
    purpose = Code(choices=TemplatePurpose.choices, help_text="What it is for.")
    language = Language(help_text="The language it is written in.")
    name = serializers.CharField(help_text="Its name.")
    subject = serializers.CharField(help_text="Subject with its places filled in.")
    body = serializers.CharField(help_text="Text with its places filled in; what is not known stays in braces.")


class FilledTemplates(OfComplaint):
    """What a message on this complaint can begin with: in the customer’s language, with the places filled in."""

    serializer_class = FilledTemplateOutput
    answers = {"GET": {200: FilledTemplateOutput(many=True)}}

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        complaint = self.complaint
        rows = []
        for template in offered(complaint.language):
            subject, body = filled_for(template, complaint, self.user)
            told = {name: getattr(template, name) for name in ("purpose", "language", "name")}
            rows.append({"id": template.pk, **told, "subject": subject, "body": body})
        return Response(FilledTemplateOutput(rows, many=True).data)


urlpatterns = [
    path("templates", Templates.as_view(), name="templates-list"),
    path("complaints/<word:number>/templates", FilledTemplates.as_view(), name="complaints-templates"),
]
