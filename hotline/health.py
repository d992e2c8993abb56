"""How the hotline is: for the machines that watch it (`/health/...`) and for the administrator's page."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django import db
from django.conf import settings
from django.db import connection
from django.db.models import Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError
from viewflow.workflow import STATUS
from viewflow.workflow.models import Task

from hotline import access, bell
from hotline.enums import MessageState, RecordingState
from hotline.live.worker import WORKER
from hotline.models import Attachment, Heartbeat, Message, Recording, StaffNotice
from search import drift as meter
from search import engines, outbox
from search.engine import EngineDown

WORKER_SECONDS = 60
SEARCH_SECONDS = 30
DUE_SECONDS = 300
DISK_BYTES = 200 * 1024 * 1024
"""Less room than this is told, while there is still time to make some."""


@dataclass(frozen=True)
class Figure:
    """One thing that is measured, in seconds (None: nothing waits, or not known), and whether it is well."""

    name: str
    label: str | Promise
    seconds: float | None
    ok: bool
    count: int | None = None
    """How many things the figure is about, where that is asked."""


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

    What else is away, a late search index and work that waits are told and refuse nobody. Figures only:
    no versions, no names.
    """
    all_figures = figures()
    answer = {figure.name: _told(figure) for figure in all_figures}
    well = all(f.ok for f in all_figures if f.name in {"database", "worker"})
    return JsonResponse({"ok": well, **answer}, status=200 if well else 503)


def figures() -> list[Figure]:
    """How each part is, asked by itself; what stands in the database is not asked where that is away."""
    found = [_figure("database", _("Database"), _database, _answers)]
    if settings.REDIS_URL:
        found.append(_figure("redis", _("Redis"), bell.reachable, _answers))
    found.append(_figure("engine", _("Search index"), _engine, _answers))
    found.append(_figure("disk", _("Room on the disk"), _disk, _answers))
    there = found[0].ok
    found += [
        _figure(name, label, ask, well) if there else Figure(name, label, None, False)
        for name, label, ask, well in IN_DATABASE
    ]
    return found + [
        _counted(name, label, ask) if there else Figure(name, label, None, False)
        for name, label, ask in COUNTED
    ]


def _told(figure: Figure) -> dict[str, object]:
    told: dict[str, object] = {"ok": figure.ok, "seconds": figure.seconds and round(figure.seconds, 1)}
    return told if figure.count is None else told | {"count": figure.count}


def _answers(seconds: float | None) -> bool:
    return seconds is not None


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


def drift() -> tuple[int, float | None]:
    """How many cases differed in the last whole comparison of index and rows, and its age in seconds."""
    found = meter.meter()
    return (found.differing, _age(found.ended_at)) if found else (0, None)


def poison() -> tuple[int, float | None]:
    """How many cases cannot be brought into the index, and how long the oldest of them has waited."""
    found = outbox.poison()
    return found.count, found.seconds


def _database() -> float:
    with connection.cursor() as cursor:
        # A row of a table: SQLite answers `SELECT 1` even where its file is gone.
        cursor.execute("SELECT 1 FROM hotline_heartbeat LIMIT 1")
    return 0.0


def _engine() -> float | None:
    if not engines.in_use().built():
        return None
    engines.reader()  # raises EngineDown where the index cannot be opened
    return 0.0


def _disk() -> float | None:
    free = shutil.disk_usage(settings.HOTLINE_DATA_DIR).free
    return 0.0 if free >= DISK_BYTES else None


def _age(moment: datetime | None) -> float | None:
    return None if moment is None else max((timezone.now() - moment).total_seconds(), 0.0)


def _figure(
    name: str, label: str | Promise, ask: Callable[[], float | None], well: Callable[[float | None], bool]
) -> Figure:
    try:
        seconds = ask()
    except (db.Error, OSError, RedisError, EngineDown):
        return Figure(name, label, None, False)
    return Figure(name, label, seconds, well(seconds))


def _counted(name: str, label: str | Promise, ask: Callable[[], tuple[int, float | None]]) -> Figure:
    try:
        count, seconds = ask()
    except db.Error:
        return Figure(name, label, None, False)
    return Figure(name, label, seconds, count == 0, count)


IN_DATABASE: list[tuple[str, str | Promise, Callable[[], float | None], Callable[[float | None], bool]]] = [
    ("search", _("Search is behind by"), outbox.lag_seconds, lambda s: s is None or s <= SEARCH_SECONDS),
    ("worker", _("Worker last heard"), worker_age, lambda s: s is not None and s <= WORKER_SECONDS),
    ("due", _("Oldest work that waits"), due_age, lambda s: s is None or s <= DUE_SECONDS),
]
COUNTED: list[tuple[str, str | Promise, Callable[[], tuple[int, float | None]]]] = [
    ("drift", _("Cases that differ in the search index"), drift),
    ("poison", _("Cases that cannot be indexed"), poison),
]
"""What is well where there is none of it."""

urlpatterns: list[URLPattern] = [
    path("live", live, name="health_live"),
    path("ready", ready, name="health_ready"),
]
