"""The files of a complaint: shown, added, withdrawn, and given out to who may see the complaint, asked each time."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.roles import refused
from complaints.attaching import Added, add_files
from complaints.forms.attachments import WithdrawFileForm
from complaints.gallery import gallery_of
from complaints.models import Attachment, Complaint
from complaints.views.lookup import complaint_page, find_complaint, reader
from core.files import serving

SMALL = "small"


@complaint_page("GET", "POST", posts="complaints.work_desk")
def show_all(request: HttpRequest, number: str) -> HttpResponse:
    """All files on a page of their own; and files are sent here, from any page."""
    complaint = find_complaint(request, number)
    added = Added()
    if request.method == "POST":
        added = add_files(request, complaint.pk, by=reader(request))
        if wants_parts(request):
            return parts(request, added, "complaints/_gallery.html", complaint)
        tell(request, added)
        if added.rows and not added.refused:
            return redirect(f"{complaint.get_absolute_url()}#attachments")
    is_refused = request.method == "POST" and not added.rows
    if is_refused and not added.refused:
        messages.warning(request, _("Choose a file first."))
    context = {"complaint": complaint, "gallery": gallery_of(complaint, reader(request), refused=added.refused)}
    return render(request, "complaints/attachments.html", context, status=422 if is_refused else 200)


def wants_parts(request: HttpRequest) -> bool:
    """Whether a script sent it, which puts what is new into the page and keeps the rest as it stands."""
    return request.headers.get("X-Requested-With") == "fetch"


def parts(request: HttpRequest, added: Added, template: str, complaint: Complaint) -> HttpResponse:
    html = render_to_string(template, {"gallery": gallery_of(complaint, reader(request))}, request)
    return answer_with(added, html)


def answer_with(added: Added, html: str) -> JsonResponse:
    """Our own markup, in which all that people wrote is escaped, and a sentence for each file that was refused."""
    told = [{"name": each.name, "message": str(each.sentence), "code": each.code} for each in added.refused]
    return JsonResponse({"added": len(added.rows), "refused": told, "html": html})


def tell(request: HttpRequest, added: Added) -> None:
    """Say what became of the files, in the corner of the next page."""
    if count := len(added.rows):
        messages.success(
            request, ngettext("%(count)s file is kept", "%(count)s files are kept", count) % {"count": count}
        )
    for each in added.refused:
        messages.warning(request, f"{each.name}: {each.sentence}")


def find_file(
    request: HttpRequest, number: str, attachment_id: int, *, is_given_out: bool = True
) -> tuple[Complaint, Attachment]:
    """A file of a complaint that the reader may see; withdrawn ones are not given out, and so not there."""
    complaint = find_complaint(request, number)
    rows = complaint.attachments.select_related("added_by", "withdrawn_by")
    row = (rows.fine() if is_given_out else rows).filter(pk=attachment_id).first()
    if row is None:
        raise Http404
    return complaint, row


@complaint_page("GET")
def show(request: HttpRequest, number: str, attachment_id: int) -> HttpResponse:
    """One file by itself: the picture as large as the window, or a page of the PDF."""
    complaint, row = find_file(request, number, attachment_id, is_given_out=False)
    shown = list(complaint.attachments.fine().values_list("pk", flat=True))
    place = shown.index(row.pk) if row.pk in shown else 0
    context = {
        "complaint": complaint,
        "file": row,
        "page": Paginator(row.view_numbers, 1).get_page(request.GET.get("page")) if row.views > 1 else None,
        "before": shown[place - 1] if place else None,
        "after": shown[place + 1] if place + 1 < len(shown) else None,
        "place": place + 1,
        "count": len(shown),
        "may_withdraw": row.is_fine and reader(request).has_perm("complaints.withdraw_files"),
    }
    return render(request, "complaints/attachment.html", context)


@complaint_page("GET")
def download(request: HttpRequest, number: str, attachment_id: int) -> HttpResponseBase:
    return given_out(request, find_file(request, number, attachment_id)[1])


@complaint_page("GET")
def picture(request: HttpRequest, number: str, attachment_id: int, which: str) -> HttpResponseBase:
    """A picture of the file that we made: the small one, or a page."""
    return picture_of(find_file(request, number, attachment_id)[1], which)


def given_out(request: HttpRequest, row: Attachment) -> HttpResponseBase:
    return serving.download(request, row.storage_name, name=row.name, content_type=row.content_type, size=row.size)


def picture_of(row: Attachment, which: str) -> HttpResponseBase:
    if which == SMALL and row.views:
        return serving.picture(row.small_file)
    if which.isascii() and which.isdigit() and len(which) < 4 and int(which) in row.view_numbers:
        return serving.picture(row.view_file(int(which)))
    raise Http404


@complaint_page("GET", "POST", posts="complaints.withdraw_files")
def withdraw(request: HttpRequest, number: str, attachment_id: int) -> HttpResponse:
    """Ask why nobody should open it any more."""
    complaint, row = find_file(request, number, attachment_id, is_given_out=False)
    if not reader(request).has_perm("complaints.withdraw_files"):
        raise refused("complaints.withdraw_files")
    form = WithdrawFileForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.save(complaint, row, by=reader(request)):
        messages.success(request, _("The file is withdrawn"))
        return redirect(f"{complaint.get_absolute_url()}#attachments")
    context = {"complaint": complaint, "file": row, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "complaints/attachment_withdraw.html", context, status=status)
