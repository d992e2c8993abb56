"""Files of a case and recordings of calls: up, down, and played; each look stands in the access log."""

import re
from collections.abc import Iterator
from typing import BinaryIO, TypeVar, cast

from django.contrib import messages
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hotline import access, events
from hotline.actions import notes
from hotline.console.views_common import back, is_fragment, user_of
from hotline.enums import RecordingState
from hotline.errors import Invalid, NotAllowed, NotVisible

PIECE = 64 * 1024
HEARD = "recordings"
"""The session's recordings for which a reason was given, with the reason."""
MOST_HEARD = 50


@access.allow(*access.CASE_ROLES)
@require_POST
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Add files to a case; a refused one is named with the limit that it breaks, the others are kept."""
    user = user_of(request)
    access.case_for(user, pk)
    files, sensitive = request.FILES.getlist("file"), "sensitive" in request.POST
    if not files:
        raise Invalid({"file": _("Choose a file first.")})
    for file in files:
        try:
            content = cast(BinaryIO, file)
            notes.attach(pk, user, file.name or "", file.size or 0, content, sensitive=sensitive)
        except Invalid as error:
            messages.error(request, _("%(name)s: %(why)s") % {"name": file.name, "why": error.message})
        else:
            messages.success(request, _("File added: %(name)s") % {"name": file.name})
    return back(request, f"{reverse('case', args=[pk])}#files")


@access.allow(*access.CASE_ROLES)
@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file of a case, always as a download: nothing from outside opens inside the console."""
    user = user_of(request)
    attachment = access.attachment_for(user, pk)
    if not attachment.file:
        raise NotVisible(_("This file has not been fetched from the carrier yet."))
    events.looked(user, "attachment", case=attachment.case, detail=str(pk))
    response = FileResponse(
        attachment.file.open("rb"),
        as_attachment=True,
        filename=attachment.name,
        content_type=attachment.content_type,
    )
    return guarded(response)


@access.allow(*access.CASE_ROLES)
@require_POST
def identity(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whether a file is an identity paper of the worker."""
    user = user_of(request)
    row = notes.mark_identity(access.attachment_for(user, pk).pk, user, request.POST.get("identity") == "1")
    messages.success(request, _("Saved."))
    return back(request, reverse("papers", args=[row.case_id]))


@access.allow(*access.CASE_ROLES)
@require_POST
def listen(request: HttpRequest, pk: int) -> HttpResponse:
    """Say why one listens to a recording; then the player appears."""
    user = user_of(request)
    recording = access.recording_for(user, pk)
    case = recording.call.interaction.case
    reason = request.POST.get("reason", "").strip()
    if not reason:
        raise Invalid({"reason": _("Write down why you listen.")})
    if recording.state != RecordingState.STORED:
        raise NotVisible(_("This recording has not been fetched from the carrier yet."))
    events.looked(user, "recording", case=case, detail=str(pk), reason=reason)
    heard = {**_heard(request), str(pk): reason[:200]}
    request.session[HEARD] = dict(list(heard.items())[-MOST_HEARD:])
    if is_fragment(request):
        return render(request, "console/cases/player.html", {"recording": recording})
    return back(request, reverse("recording", args=[pk]))


@access.allow(*access.CASE_ROLES)
@require_safe
def recording(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The sound of a recording, whole or a range of it, for whoever has said why."""
    user = user_of(request)
    found = access.recording_for(user, pk)
    reason = _heard(request).get(str(pk))
    if reason is None:
        raise NotAllowed(_("Say on the case page why you listen to this recording."))
    if not found.file:
        raise NotVisible(_("This recording has not been fetched from the carrier yet."))
    # A player fetches it in pieces.
    case = found.call.interaction.case
    events.looked_in_visit(user, "recording.played", case=case, detail=str(pk), reason=reason)
    return guarded(
        _ranged(request, found.file, "audio/mpeg" if found.file.name.endswith(".mp3") else "audio/wav")
    )


def _heard(request: HttpRequest) -> dict[str, str]:
    kept = request.session.get(HEARD)
    return kept if isinstance(kept, dict) else {}


def _ranged(request: HttpRequest, file: FieldFile, content_type: str) -> HttpResponseBase:
    size = file.size
    wanted = re.fullmatch(r"bytes=(\d{0,15})-(\d{0,15})", request.headers.get("Range", ""))
    if wanted is None or not any(wanted.groups()):
        response = FileResponse(file.open("rb"), content_type=content_type)
        response.headers["Accept-Ranges"] = "bytes"
        return response
    first, last = wanted.groups()
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last), size - 1) if first and last else size - 1
    if start > end:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    headers = {
        "Content-Range": f"bytes {start}-{end}/{size}",
        "Accept-Ranges": "bytes",
        "Content-Length": str(end - start + 1),
    }
    return StreamingHttpResponse(
        _pieces(file, start, end), status=206, content_type=content_type, headers=headers
    )


def _pieces(file: FieldFile, start: int, end: int) -> Iterator[bytes]:
    with file.open("rb") as source:
        source.seek(start)
        left = end - start + 1
        while left > 0 and (piece := source.read(min(PIECE, left))):
            left -= len(piece)
            yield piece


Answer = TypeVar("Answer", bound=HttpResponseBase)


def guarded(response: Answer) -> Answer:
    """`response` as a file from elsewhere: opened by itself it can do nothing, and nothing keeps it."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Even opened by itself it is nobody's page: no script, no form, no cookie of ours.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    return response
