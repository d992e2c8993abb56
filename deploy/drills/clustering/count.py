"""The first cases, and what the hotline's own rows, pages and index say in the end. Runs inside Django."""

import json
import re
import sys
import time
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

import django

from deploy.drills.clustering import load

SETTLE_SECONDS = 240
AT_ONCE = 10
"""Numbers looked for by one search."""


def fill() -> dict[str, Any]:
    """Tables, the demo's people, and the first cases."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("demo_data", cases=0)
    for case in range(load.FIRST):
        group = load.GROUPS[case % len(load.GROUPS)]
        load.write(case, load.number_of(case), load.group_words(group))
    return {}


def settle() -> dict[str, Any]:
    """Wait until nothing waits to be written any more, at most four minutes; what does then."""
    from hotline.models import SearchMark

    began = time.monotonic()
    while SearchMark.objects.exists() and time.monotonic() - began < SETTLE_SECONDS:
        time.sleep(0.1)
    waiting = [f"case {mark.case_id}: {mark.problem}" for mark in SearchMark.objects.all()]
    return {"seconds": time.monotonic() - began, "waiting": waiting}


def end() -> dict[str, Any]:
    """Whether every change is found, and what the drift meter says after another whole round."""
    from hotline.models import Case

    said = settle()
    changes, missing = _changes()
    drift, repaired = _drift()
    return said | {
        "changes": changes,
        "missing": missing,
        "cases": Case.objects.count(),
        "drift": drift,
        "repaired": repaired,
    }


def down() -> dict[str, Any]:
    """What holds while no node answers: each with whether it does."""
    from django.test import Client
    from django.utils import translation

    from hotline import health
    from hotline.models import Case
    from search.find import find

    user, case = load.supervisor(), Case.objects.order_by("pk")[0]
    browser = Client(headers={"host": "127.0.0.1:8000"})
    browser.force_login(user, backend="hotline.signin.StaffBackend")
    pages = {
        asked: browser.get("/search/", {"q": asked})
        for asked in ("拖欠三个月工资", case.number, load.number_of(0)[3:])
    }
    texts = {asked: page.content.decode() for asked, page in pages.items()}
    with translation.override(pages[case.number].headers.get("Content-Language", "zh-hans")):
        words = find(user, "工资").engine_down
    return {
        "the page answers": all(page.status_code == 200 for page in pages.values()),
        "the page says that the search does not answer": all(words in text for text in texts.values()),
        "it lists nothing for words": case.number not in texts["拖欠三个月工资"],
        "the case number is found": case.number in texts[case.number],
        "the telephone number is found": case.number in texts[load.number_of(0)[3:]],
        "/health/ready says that the engine is away": not _figure(health.figures(), "engine"),
        "/health/ready says nothing wrong of the database": _figure(health.figures(), "database"),
    }


def _figure(figures: list[Any], name: str) -> bool:
    return bool(next(figure.ok for figure in figures if figure.name == name))


def _changes() -> tuple[int, list[str]]:
    """How many changes are stored, and which of them the index does not find, in their cases alone."""
    from hotline.models import Message
    from search import engines
    from search.find import scope_of
    from search.grammar import parse

    cases: dict[str, int] = {}
    bodies = Message.objects.filter(interaction__provider_id__startswith="SM")
    for body, case in bodies.values_list("body", "interaction__case"):
        if marked := re.search(r"77\d{8}$", body):
            cases[marked[0]] = case
    engine, scope, missing = engines.reader(), scope_of(load.supervisor()), []
    marks = sorted(cases)
    for first in range(0, len(marks), AT_ONCE):
        asked = marks[first : first + AT_ONCE]
        found = set(engine.search(parse("|".join(asked)), scope, size=100).ids)
        wanted = defaultdict(list)
        for mark in asked:
            wanted[cases[mark]].append(mark)
        missing += [f"{mark} in case {case}" for case in wanted.keys() - found for mark in wanted[case]]
        missing += [f"case {case} has none of {asked[0]} …" for case in found - wanted.keys()]
    return len(marks), missing


def _drift() -> tuple[int, int]:
    """How many cases differed in a round that began after now, and how many were mended in all."""
    began = _round_after(None)
    _round_after(began)
    from search import drift

    row = drift.meter()
    return (row.differing, row.repaired) if row else (-1, 0)


def _round_after(ended: datetime | None) -> datetime:
    """The moment of the next end of a round; a round that is late for a minute counts as a failure."""
    from search import drift

    row = drift.meter()
    known = ended or (row.ended_at if row else None)
    end = time.monotonic() + 90
    while time.monotonic() < end:
        row = drift.meter()
        if row and row.ended_at and row.ended_at != known:
            return row.ended_at
        time.sleep(0.2)
    raise TimeoutError("the drift meter stands still")


def main(question: str, folder: Path) -> None:
    """Writes what is found to `QUESTION.json`."""
    django.setup()
    answer = {"fill": fill, "settle": settle, "down": down, "end": end}[question]()
    (folder / f"{question}.json").write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
