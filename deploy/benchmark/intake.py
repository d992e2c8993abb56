"""Calls and messages coming in: joining, opening, the path, and sixteen writers on SQLite."""

import json
import subprocess
from collections import Counter
from collections.abc import Callable
from time import monotonic, sleep
from typing import Any
from urllib.request import urlopen

from deploy.benchmark import posts
from deploy.benchmark.house import TOKEN, House
from deploy.benchmark.table import Row, in_turn
from deploy.prepare import PYTHON
from deploy.progress import ROOT, Failed

EACH = 160
ROUNDS = 7
WRITERS_BY_POST = 8
WRITERS_INSIDE = 2
"""Processes with four writing threads each, beside those who post."""


def join(house: House) -> Row:
    """Messages of senders with an open case, over HTTP, against bare inserts over HTTP."""
    cases: dict[str, int] = house.inside("open_cases")["cases"]
    bare = house.serve_beside("bare", "wsgi", "deploy.benchmark.bare:application")
    _until_answered(house, bare)
    wrong: list[str] = []
    senders = list(cases)
    sent = {"ours": 0, "bare": 0}

    def rate(which: str, address: str, make: Callable[[str], posts.Post]) -> Callable[[], float]:
        def measure() -> float:
            made = [make(senders[n % len(senders)]) for n in range(EACH)]
            seconds, answers = posts.fire(address, made)
            sent[which] += EACH
            if answers != {200: EACH}:
                wrong.append(f"{which}: answers {dict(answers)}")
            return EACH / seconds

        return measure

    ours = rate("ours", house.address, lambda number: posts.text(number, house.address, TOKEN))
    yardstick = rate("bare", bare, lambda number: posts.text(number, bare, TOKEN, f"/?{cases[number]}"))
    ours()
    yardstick()
    house.note_memory("web")
    before = house.inside("count")
    sent = dict.fromkeys(sent, 0)
    one, other = in_turn(ours, yardstick, ROUNDS)
    after = house.inside("count")
    stored = after["interactions"] - before["interactions"]
    if stored != sum(sent.values()):
        wrong.append(f"{stored} rows of {sum(sent.values())} messages")
    if after["cases"] != before["cases"]:
        wrong.append("a message opened a case of its own")
    house.children.kill("bare")
    return Row(
        "a message that joins an open case: signed posts, 16 at once, PostgreSQL",
        "the same four inserts by the ORM alone, under the same web server and database, posted the same way",
        one / other,
        0.40,
        figures=f"{one:.0f}/s against {other:.0f}/s",
        wrong=wrong,
    )


def opening(house: House) -> Row:
    """New cases by message and by call."""
    found = house.inside("open")
    return Row(
        "a message or call that opens a case",
        "viewflow's bare start and the same inserts, in the same process",
        found["ours"] / found["bare"],
        0.60,
        figures=_rates(found),
        wrong=found["wrong"],
    )


def path(house: House) -> Row:
    """Cases led from the opening to the award."""
    found = house.inside("path")
    return Row(
        "whole path of a case, each of its steps through workflows.steps",
        "viewflow's own bare flow of the same shape, on its stock process, with the same lock",
        found["ours"] / found["bare"],
        0.60,
        figures=_rates(found),
        wrong=found["wrong"],
    )


def _rates(found: dict[str, Any]) -> str:
    each = f"{1000 / found['ours']:.0f} ms against {1000 / found['bare']:.0f} ms"
    return f"{each} of processor time, this side's and the database's, one thread"


def _until_answered(house: House, address: str) -> None:
    end = monotonic() + 60
    while monotonic() < end:
        house.children.check()
        try:
            urlopen(address, timeout=5)  # noqa: S310 - our own address
        except OSError as error:
            if getattr(error, "code", None):
                return  # any answer at all: it is up
        sleep(0.1)
    raise Failed(f"{address} does not answer")


# --- SQLite ----------------------------------------------------------------------------------------
def writers(house: House, seconds: int) -> Row:
    """Eight writers by signed posts, eight in processes of their own, and the worker, on one SQLite file."""
    house.manage("migrate", "-v0")
    house.inside("deployment")
    house.serve("sqlite", "asgi")
    house.children.start("worker", [PYTHON, "manage.py", "work"], house.env)
    before = house.inside("count")["interactions"]
    command = [str(PYTHON), "-m", "deploy.benchmark.inside", "write", str(seconds)]
    beside = [
        subprocess.Popen(command, cwd=ROOT, env=house.bare_env, stdout=subprocess.PIPE, text=True)  # noqa: S603
        for _n in range(WRITERS_INSIDE)
    ]
    answers: Counter[int] = Counter()
    end = monotonic() + seconds
    posted = 0
    while monotonic() < end:
        numbers = [f"+86187{posted + n:08d}" for n in range(WRITERS_BY_POST * 8)]
        posted += len(numbers)
        batch = [posts.text(number, house.address, TOKEN) for number in numbers]
        answers.update(posts.fire(house.address, batch, WRITERS_BY_POST)[1])
    told = [_last_json(process) for process in beside]
    wrong = [f"answer {status}: {count} times" for status, count in answers.items() if status != 200]
    wrong += [error for one in told for error in one["errors"]]
    wrong += _locked(house)
    due = answers[200] + sum(one["written"] for one in told)
    stored = house.inside("count")["interactions"] - before
    if stored != due:
        wrong.append(f"{due - stored} of {due} lost")
    house.close()
    return Row(
        f"16 writers on SQLite for {seconds} s: 8 by signed posts, 8 in two processes, and the worker",
        'nothing: 0 "locked", 0 lost',
        figures=f"{stored / seconds:.0f} cases opened a second; 0 lost of {due}" if not wrong else "",
        wrong=wrong,
    )


def _last_json(process: "subprocess.Popen[str]") -> dict[str, Any]:
    out, _err = process.communicate()
    if process.returncode:
        return {"written": 0, "errors": [f"a writer ended with status {process.returncode}"]}
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


def _locked(house: House) -> list[str]:
    """What the logs say of a locked database."""
    found = []
    for name in ("sqlite", "worker"):
        text = house.children.log(name).read_text(encoding="utf-8", errors="replace")
        if "locked" in text:
            found.append(f'{text.count("locked")} times "locked" in the log of {name}')
    return found
