"""What is measured of periods and papers inside one process; the first argument names it. Prints JSON."""

import json
import os
import sys
from collections.abc import Callable
from io import BytesIO
from statistics import median
from time import perf_counter
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy.benchmark.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.db.models import Min  # noqa: E402
from django.utils import timezone  # noqa: E402
from docxtpl import DocxTemplate  # noqa: E402

from deploy.benchmark.table import in_turn  # noqa: E402
from hotline.enums import ClockState  # noqa: E402
from hotline.models import Case, Clock  # noqa: E402
from workflows import sweep, terms  # noqa: E402
from workflows.documents import making  # noqa: E402
from workflows.documents.facts import Request, facts  # noqa: E402
from workflows.documents.kinds import KINDS  # noqa: E402

DUE = 100
ROUNDS = 5
PAPERS_EACH = 5
PAPER_ROUNDS = 7


def measure_sweep(few: str, many: str) -> dict[str, Any]:
    """The seconds of a sweep with 100 periods due, of `few` open ones and of `many`."""
    sizes = int(few), int(many)
    # A case has one running period of a rule: of those that have ended none beside it begins anew.
    firsts = Clock.objects.order_by().values("case_id", "rule").annotate(first=Min("pk")).values("first")
    ours = Clock.objects.filter(pk__in=firsts)
    # The newest are due: of five years ago there are periods whose rule was not in force then.
    clocks = list(ours.order_by("-pk").values_list("pk", flat=True)[: sizes[1]])
    wrong = [] if len(clocks) == sizes[1] else [f"{len(clocks)} periods of {sizes[1]}"]
    Clock.objects.update(state=ClockState.MET, alert_on=None)
    later = timezone.localdate() + terms.ONE_DAY * 400
    seconds = []
    for size in sizes:
        ours.filter(pk__gte=clocks[min(size, len(clocks)) - 1]).update(
            state=ClockState.RUNNING, alert_on=later, paused_since=None, provisional=False
        )
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE hotline_clock")
        taken = []
        for turn in range(ROUNDS + 1):
            due = Clock.objects.filter(pk__in=clocks[turn * DUE : (turn + 1) * DUE])
            due.update(alert_on=timezone.localdate())
            started = perf_counter()
            told = sweep.run(timezone.now())
            taken.append(perf_counter() - started)
            wrong += [] if told == DUE else [f"{told} told of {DUE}"]
            due.update(alert_on=later, state=ClockState.RUNNING)
        seconds.append(median(taken[1:]))
    return {"few": seconds[0], "many": seconds[1], "wrong": wrong}


def measure_document() -> dict[str, Any]:
    """Papers a second: made of a case, with number, file, row and event; and docxtpl's rendering alone."""
    request = _printable()
    case, kind, actor, asked = request.case, request.kind, request.actor, request.asked
    template = making.template_of(kind)[0]
    tree = facts(request, "青工〔2026〕1号")
    wrong: list[str] = []

    def ours() -> float:
        started = perf_counter()
        for _n in range(PAPERS_EACH):
            paper = making.make(case.pk, actor, kind, asked)
            wrong.extend([] if paper.size else ["an empty paper"])
        return PAPERS_EACH / (perf_counter() - started)

    def bare() -> float:
        started = perf_counter()
        for _n in range(PAPERS_EACH):
            paper = DocxTemplate(BytesIO(template))
            paper.render(tree, autoescape=True)
            paper.save(BytesIO())
        return PAPERS_EACH / (perf_counter() - started)

    ours(), bare()
    made, rendered = in_turn(ours, bare, PAPER_ROUNDS)
    return {"ours": made, "bare": rendered, "kind": kind.value, "wrong": wrong}


def _printable() -> Request:
    """A paper that can be made of a case as it stands."""
    for case in Case.objects.open().exclude(lawyer=None).select_related("lawyer").order_by("pk")[:300]:
        assert case.lawyer is not None
        for offer in making.offers(case):
            asked = {ask.name: "详见案卷" for ask in KINDS[offer.kind].asks}
            request = Request(case, offer.kind, case.lawyer, None, asked)
            if offer.measure is None and not making.preview(request).missing:
                return request
    raise LookupError("no paper can be made of the first cases")


PARTS: dict[str, Callable[..., dict[str, Any]]] = {"sweep": measure_sweep, "document": measure_document}

if __name__ == "__main__":
    print(json.dumps(PARTS[sys.argv[1]](*sys.argv[2:])))
    connection.close()
