"""Files of a complaint: listed, added one by one, described, given out, withdrawn."""

from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from accounts.roles import refused
from api.fields import Code, Instant, Text
from api.filters import CodeFilter
from api.nouns.complaints_answers import Said, Username
from api.nouns.complaints_base import OfComplaint, at_fields
from api.permissions import SAFE
from api.problems import Refusal, invalid, too_large
from api.rendering import Json
from api.serializers import Input, Output
from api.views import MEGABYTE, ActionView, ApiView, ItemView, ListCreateView
from complaints.actions.attachments import add_attachment, withdraw_attachment
from complaints.attaching import taken_in
from complaints.models import Attachment
from complaints.models.attachment import AttachmentQuerySet
from core.files import serving
from core.files.kinds import Group
from core.files.refusals import FileRefused
from core.files.taking import Taken
from core.files.uploads import skipped_files
from policies.reading import policy

# What a form has around the file it carries.
AROUND = 16 * 1024
# Refusals that are about the file; the others are about the complaint, and so 409.
STATUS = {"too_large": 413, "type_not_allowed": 415}
OF_COMPLAINT = ("already_there", "too_many", "too_much")


class AttachmentOutput(Output):
    id = serializers.IntegerField(source="pk", help_text="Id of the attachment.")
    complaint = serializers.CharField(source="complaint.number", help_text="Number of the complaint.")
    communication = serializers.IntegerField(
        source="communication_id", allow_null=True, help_text="Id of the talk or note it came with."
    )
    name = serializers.CharField(help_text="Its name, cleaned; it ends as its content says.")
    kind = Code(source="group", choices=Group.choices, help_text="What can be done with it.")
    content_type = serializers.CharField(help_text="By its content.")
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField(help_text="Of the file as it was sent.")
    width = serializers.IntegerField(allow_null=True, help_text="Points, as the picture is held.")
    height = serializers.IntegerField(allow_null=True, help_text="Points, as the picture is held.")
    pages = serializers.IntegerField(allow_null=True, help_text="Pages of a PDF.")
    seconds = serializers.IntegerField(allow_null=True, help_text="Length of a recording, where it says so.")
    remark = Said(
        choices=Attachment.Remark.choices,
        help_text="active: a PDF that holds scripts or files; locked: with a password; place: a photo that says where.",
    )
    state = Code(choices=Attachment.State.choices, help_text="A withdrawn one is not given out.")
    added_by = Username(help_text="Who added it.")
    added_at = Instant(help_text="When.")
    withdrawn_by = Username(help_text="Who withdrew it.")
    withdrawn_at = Instant(allow_null=True, help_text="When.")
    withdrawn_reason = serializers.CharField(help_text="Why; empty for one that is there.")


class AttachmentInput(Input):
    file = serializers.FileField(
        max_length=1000, allow_empty_file=True, help_text="One file: JPEG, PNG, WebP, PDF, a recording or plain text."
    )
    communication = serializers.RegexField(
        r"\A[1-9][0-9]{0,18}\Z", required=False, help_text="Id of a talk or note of this complaint that it came with."
    )

    example = {"file": "the bytes of photo.jpg"}


class Attachments(OfComplaint, ListCreateView):
    """Files of the complaint, in the order they came; withdrawn ones too.

    The type is told by the content: what is not taken is 415, what is broken or not what its name says 400. The same
    file is kept once.
    """

    serializer_class = AttachmentOutput
    input_class = AttachmentInput
    parser_classes = (MultiPartParser,)
    posts = "complaints.work_desk"
    filters = {"kind": CodeFilter("group", "What can be done with it.", Group.values)}
    orderings = {"id": "pk", "added_at": "added_at"}
    default_ordering = "id"
    # What the request brought, before its transaction begins.
    taken: Taken

    @property
    def max_body_bytes(self) -> int:  # type: ignore[override]
        return int(policy("files.most_megabytes")) * MEGABYTE + AROUND

    def get_queryset(self) -> QuerySet[Any]:
        return self.complaint.attachments.select_related("complaint", "added_by", "withdrawn_by")

    def answered(self, request: Request) -> HttpResponseBase:
        if request.method in SAFE:
            return super().answered(request)
        # No lock waits for a picture to be drawn: the file is taken in before the transaction begins.
        self.look_for_it()
        values = self.checked(request)
        try:
            with taken_in(values["file"]) as taken:
                self.taken = taken
                response = super().answered(request)
                if not Attachment.objects.filter(storage_name=taken.storage_name).exists():
                    raise _NotKept(response)
        except _NotKept as outcome:
            return outcome.response
        except FileRefused as refusal:
            raise told(refusal) from refusal
        return response

    def look_for_it(self) -> None:
        """Raises Complaint.DoesNotExist before anything of the body is read."""
        self.complaint  # noqa: B018

    def checked(self, request: Request) -> dict[str, Any]:
        data: Any = request.data
        if skipped_files(request._request):
            raise too_large()
        if len(data.getlist("file")) > 1 or len(data.getlist("communication")) > 1:
            raise invalid("file", "one_at_a_time", _("Send one file at a time."))
        return self.input()

    def create(self, values: dict[str, Any]) -> Attachment:
        talk = values.get("communication")
        try:
            with at_fields({"communication": "communication"}):
                return add_attachment(
                    self.complaint.pk, self.taken, communication_id=int(talk) if talk else None, by=self.user
                )
        except FileRefused as refusal:
            raise told(refusal) from refusal

    def location(self, made: Attachment) -> str:
        return reverse("api:attachments-detail", kwargs={"pk": made.pk})


class _NotKept(Exception):
    """The request ended without a row: refused, or the first answer once more. So its file goes again."""

    def __init__(self, response: HttpResponseBase) -> None:
        self.response = response
        super().__init__()


def told(refusal: FileRefused) -> Refusal:
    """The status by what is wrong: the file itself, its type, its size, or too many of them."""
    if refusal.reason in OF_COMPLAINT:
        return Refusal(409, refusal.reason, refusal.message)
    if status := STATUS.get(refusal.reason):
        return Refusal(status, refusal.reason, refusal.message)
    return invalid("file", refusal.reason, refusal.message)


class OneAttachment(ApiView):
    """Below `attachments/<id:pk>`: found for its reader, or not there at all."""

    serializer_class = AttachmentOutput

    def get_queryset(self) -> AttachmentQuerySet:
        rows = Attachment.objects.visible_to(self.user)
        return rows.select_related("complaint", "added_by", "withdrawn_by")


class AttachmentDetail(OneAttachment, ItemView):
    """A file's description; the file itself is at `/attachments/{id}/file`."""


class AttachmentFile(OneAttachment):
    """The file as it was sent, whole or the part that `Range` asks for; 404 for one that is withdrawn."""

    answers = {"GET": {(200, "application/octet-stream"): OpenApiTypes.BINARY}}  # type: ignore[dict-item]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        # It has one form, whatever a player says it would like.
        return Json(), Json.media_type

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        row = self.get_queryset().fine().get(pk=self.kwargs["pk"])
        return serving.download(
            request._request, row.storage_name, name=row.name, content_type=row.content_type, size=row.size
        )


class WithdrawInput(Input):
    reason = Text(max_length=1000, help_text="Why nobody should open it any more.")

    example = {"reason": "It shows somebody else’s identity card."}


class AttachmentWithdraw(OneAttachment, ActionView):
    """Give it out no more; it stays on record with the reason. A right of supervisors and managers."""

    input_class = WithdrawInput

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if not self.user.has_perm("complaints.withdraw_files"):
            raise refused("complaints.withdraw_files")

    def act(self, values: dict[str, Any]) -> Attachment:
        row = self.get_object()
        return withdraw_attachment(row.complaint_id, row.pk, reason=values["reason"], by=self.user)


urlpatterns = [
    path("complaints/<word:number>/attachments", Attachments.as_view(), name="complaints-attachments"),
    path("attachments/<id:pk>", AttachmentDetail.as_view(), name="attachments-detail"),
    path("attachments/<id:pk>/file", AttachmentFile.as_view(), name="attachments-file"),
    path("attachments/<id:pk>/withdraw", AttachmentWithdraw.as_view(), name="attachments-withdraw"),
]
