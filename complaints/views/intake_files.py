"""Files of an intake form that is not saved yet: nobody but its writer ever sees them."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from complaints.actions.attachments import drop_from_draft
from complaints.attaching import Added, keep_files
from complaints.models import Attachment, Complaint
from complaints.views.attachments import answer_with, given_out, picture_of, tell, wants_parts
from complaints.views.intake import as_key, clerk, files_context


def _key(request: HttpRequest) -> uuid.UUID:
    key = as_key(request.POST.get("draft", ""))
    if key is None:
        raise Http404
    return key


@require_POST
@never_cache
def add(request: HttpRequest) -> HttpResponse:
    """Keep files with the form; a script sends them one by one, as they are chosen."""
    user, key = clerk(request), _key(request)
    try:
        added = keep_files(request, key, by=user)
    except Complaint.DoesNotExist as error:
        # Saved meanwhile, and hidden by that.
        raise Http404 from error
    return _answer(request, key, added)


@require_POST
@never_cache
def drop(request: HttpRequest, attachment_id: int) -> HttpResponse:
    user, key = clerk(request), _key(request)
    drop_from_draft(key, attachment_id, by=user)
    return _answer(request, key, Added())


def _answer(request: HttpRequest, key: uuid.UUID, added: Added) -> HttpResponse:
    if wants_parts(request):
        context = files_context(clerk(request), key)
        return answer_with(added, render_to_string("complaints/_intake_kept_files.html", context, request))
    tell(request, added)
    return redirect(f"{reverse('complaints:new')}?{urlencode({'draft': str(key)})}")


@require_safe
@never_cache
def picture(request: HttpRequest, attachment_id: int) -> HttpResponseBase:
    """The small picture of a file of one's own form."""
    return picture_of(_own(request, attachment_id), "small")


@require_safe
@never_cache
def download(request: HttpRequest, attachment_id: int) -> HttpResponseBase:
    return given_out(request, _own(request, attachment_id))


def _own(request: HttpRequest, attachment_id: int) -> Attachment:
    row = Attachment.objects.filter(complaint=None, added_by=clerk(request), pk=attachment_id).first()
    if row is None:
        raise Http404
    return row
