"""How the hotline is: for the machines that watch it (`/health/...`) and for the administrator's page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django import db
from django.db import connection
from django.db.models import Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from viewflow.workflow import STATUS
from viewflow.workflow.models import Task

from hotline import access
from hotline.enums import MessageState, RecordingState
from hotline.live.worker import WORKER
from hotline.models import Attachment, Heartbeat, Message, Recording, StaffNotice
from search import outbox

WORKER_SECONDS = 60
SEARCH_SECONDS = 30
DUE_SECONDS = 300


@dataclass(frozen=True)
class Figure:
    """One thing that is measured, in seconds (None: nothing waits, or not known), and whether it is well."""

    name: str
    label: str | Promise
    seconds: float | None
    ok: bool


@access.public
@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """Whether this process answers; asks nothing else."""
    return HttpResponse("ok", content_type="text/plain")


@access.public
@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Whether calls can be served: 503 where the database is down or the worker has not been heard for 60 s.

    A late search index and work that waits are told and refuse nobody. Figures only: no versions, no names.
    """
    all_figures = figures()
    answer = {f.name: {"ok": f.ok, "seconds": f.seconds and round(f.seconds, 1)} for f in all_figures}
    well = all(f.ok for f in all_figures if f.name in {"database", "worker"})
    return JsonResponse({"ok": well, **answer}, status=200 if well else 503)


def figures() -> list[Figure]:
    """How the database, the search index, the worker and the due work are; each is asked by itself."""
    return [
        _figure("database", _("Database"), _database, lambda seconds: seconds is not None),
        _figure(
            "search", _("Search is behind by"), outbox.lag_seconds, lambda s: s is None or s <= SEARCH_SECONDS
        ),
        _figure(
            "worker", _("Worker last heard"), worker_age, lambda s: s is not None and s <= WORKER_SECONDS
        ),
        _figure("due", _("Oldest work that waits"), due_age, lambda s: s is None or s <= DUE_SECONDS),
    ]


def worker_age() -> float | None:
    """Seconds since a worker was last heard; None if none ever was."""
    return _age(Heartbeat.objects.filter(name=WORKER).aggregate(at=Min("at"))["at"])


def due_age() -> float | None:
    """For how many seconds the oldest due work has waited: messages, recordings, files, timers."""
    now = timezone.now()
    waiting = [MessageState.QUEUED, MessageState.SENDING]
    moments = [
        Message.objects.filter(state__in=waiting, due_at__lte=now).aggregate(at=Min("due_at"))["at"],
        StaffNotice.objects.filter(state__in=waiting, due_at__lte=now).aggregate(at=Min("due_at"))["at"],
        Recording.objects.filter(state=RecordingState.READY, due_at__lte=now).aggregate(at=Min("due_at"))[
            "at"
        ],
        Attachment.objects.filter(file="", due_at__lte=now).aggregate(at=Min("due_at"))["at"],
        Task.objects.filter(flow_task_type="TIMER", status=STATUS.SCHEDULED, scheduled__lte=now).aggregate(
            at=Min("scheduled")
        )["at"],
    ]
    known = [moment for moment in moments if moment]
    return _age(min(known)) if known else None


def _database() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return 0.0


def _age(moment: datetime | None) -> float | None:
    return None if moment is None else max((timezone.now() - moment).total_seconds(), 0.0)


def _figure(
    name: str, label: str | Promise, ask: Callable[[], float | None], well: Callable[[float | None], bool]
) -> Figure:
    try:
        seconds = ask()
    except (db.Error, OSError):
        return Figure(name, label, None, False)
    return Figure(name, label, seconds, well(seconds))


urlpatterns: list[URLPattern] = [
    path("live", live, name="health_live"),
    path("ready", ready, name="health_ready"),
]
