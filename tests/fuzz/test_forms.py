"""Every form of the console, filled with nonsense and half sense by whoever is shown it: never a 500."""

import re
import time
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from hypothesis import given
from hypothesis import strategies as st

from deploy.tour.page import read
from hotline import door
from hotline.console import drafts
from hotline.models import Case, Draft
from tests.fuzz.size import Tally, sized
from tests.fuzz.strategies import BOUNDARY, MARK, Pairs, content_types, encoded, multipart, names, odd
from tests.fuzz.world import Sheet, World, posted_to
from tests.security.markup import Elements

CPU_SECONDS = 3.0
"""Of our own thread for one form; the largest page takes a tenth of it."""
FORM = "application/x-www-form-urlencoded"
PARTS = f"multipart/form-data; boundary={BOUNDARY}"
SECRET = {"password", "oldpassword", "password1", "password2", "csrfmiddlewaretoken", "identity_number"}
"""What is never shown again."""
UNTYPED = {
    "task",
    "revision",
    "next",
    "person",
    "search",
    "alert",
    "action",
    "rows-TOTAL_FORMS",
    "rows-INITIAL_FORMS",
    "rows-MIN_NUM_FORMS",
    "rows-MAX_NUM_FORMS",
}
"""What no person types."""
HALF_VALID = [
    "2026-11-20", "2026/11/20", "2026年11月20日", "12,345.60", "370202199001011234", "110101199003070134",
    "91370200MA3C0000X1", "8:30-11:30 14:30-17:30", "08:00", "+8613800005678", "欠薪三个月",
    "https://example.cn/a.mp3", MARK, MARK, "欠" * 20_001,
]  # fmt: skip
FILES = [
    b"", b"MZ", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n" + bytes(99), b"<svg onload=alert(1)>", "工资条".encode(),
    b"PK\x03\x04" + bytes(60), b"\xff\xfe" + "a".encode("utf-16"),
]  # fmt: skip


@dataclass(repr=False)
class Filled:
    """A form as it is sent."""

    sheet: Sheet
    pairs: Pairs
    files: list[tuple[str, str, bytes]] = field(default_factory=list)
    content_type: str = FORM
    fragment: bool = False
    address: str = ""

    def __repr__(self) -> str:
        pairs = [
            (name, value if len(value) < 60 else f"{value[:50]}… {len(value)}") for name, value in self.pairs
        ]
        return f"{self.sheet} {self.content_type} {self.fragment=} {self.address} {pairs} {self.files}"

    @property
    def body(self) -> bytes:
        return multipart(self.pairs, self.files) if "multipart" in self.content_type else encoded(self.pairs)


@st.composite
def filled(draw: st.DrawFn, sheets: list[Sheet]) -> Filled:
    """One of `sheets` filled in: some fields as they stood, some chosen, some with what does not belong."""
    sheet = draw(st.sampled_from(sheets))
    pairs: Pairs = []
    for name in sorted({*sheet.form.values, *sheet.form.choices, *sheet.form.texts}):
        stood, choices = sheet.form.values.get(name, [""]), sorted(sheet.form.choices.get(name, {}))
        how = draw(
            st.sampled_from(["as it stood"] * 3 + ["chosen"] * 2 + ["half"] * 2 + ["odd", "gone", "twice"])
        )
        if how == "as it stood":
            pairs += [(name, value) for value in stood]
        elif how == "chosen" and choices:
            pairs.append((name, draw(st.sampled_from(choices))))
        elif how in {"half", "chosen"}:
            pairs.append((name, draw(st.sampled_from(HALF_VALID))))
        elif how in {"odd", "twice"}:
            pairs += [(name, draw(odd)) for _n in range(1 if how == "odd" else 2)]
    if draw(st.integers(0, 5)) == 0:
        pairs.append((draw(names), draw(odd)))
    sent = Filled(sheet, pairs, fragment=draw(st.booleans()), address=sheet.action)
    if sheet.name == "upload" or draw(st.integers(0, 9)) == 0:
        sent.content_type = PARTS
        sent.files = draw(
            st.lists(
                st.tuples(st.just("file"), odd.map(lambda v: v[:200]), st.sampled_from(FILES)), max_size=3
            )
        )
    elif draw(st.integers(0, 30)) == 0:
        sent.content_type = draw(content_types)
    if draw(st.integers(0, 20)) == 0:
        sent.address += draw(
            st.sampled_from(["?next=//evil.example", "?%00", "?shape=x", "?all=1&all=2", "?q=%ff"])
        )
    return sent


def send(world: World, sent: Filled) -> tuple[HttpResponse, float]:
    """The answer and the seconds of our own thread."""
    browser = world.browsers[sent.sheet.username]
    browser.cookies.load(world.cookies[sent.sheet.username])  # some forms sign out
    browser.raise_request_exception = False
    headers = {"HX-Request": "true"} if sent.fragment else {}
    started = time.thread_time()
    answer = browser.generic("POST", sent.address, sent.body, sent.content_type, headers=headers)
    if answer.streaming:
        answer.getvalue()  # read to its end, which closes the file behind it
    return answer, time.thread_time() - started


def fault_of(sent: Filled, answer: HttpResponse, seconds: float) -> str:
    """What is wrong with the answer, empty where nothing is."""
    if answer.status_code >= 500:
        return f"answered {answer.status_code}"
    if seconds > CPU_SECONDS:
        return f"took {seconds:.1f} s"
    if re.match(r"//|\\\\|[a-z]+:", answer.headers.get("Location", "")):
        return f"sends people to {answer.headers['Location']}"
    if "html" in answer.headers.get("Content-Type", ""):
        words = answer.content.decode()
        if planted := Elements(words).planted:
            return f"became markup: {planted[0]}"
        if "14欠薪" in words:
            return "was worked as a template"
        if answer.status_code in {400, 409} and (lost := lost_texts(sent, words)):
            return f"lost what was typed into {lost}"
    return ""


def lost_texts(sent: Filled, words: str) -> list[str]:
    """The fields whose text is neither on the page that refuses it nor in the person's drafts."""
    page = read(sent.sheet.page, words)
    if sent.content_type not in {FORM, PARTS} or "data-problem" in words or "problem-status" in words:
        return []
    shown = {_plain(v) for form in page.forms for values in form.values.values() for v in values}
    kept = Draft.objects.filter(staff__username=sent.sheet.username)
    shown |= {_plain(v) for draft in kept for _n, vs in drafts.to_post(draft.data).lists() for v in vs}
    typed = {n: _plain(v) for n, v in sent.pairs if n in sent.sheet.form.texts - SECRET - UNTYPED}
    return [name for name, text in typed.items() if text not in shown]


def _plain(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def tally() -> Any:
    tally = Tally("forms")
    yield tally
    tally.write()


def test_no_form_is_a_500_nor_loses_nor_works_what_is_typed(world: World, tally: Tally) -> None:
    takes_posts = posted_to(world.browsers, Case.objects.earliest("pk"))
    assert takes_posts == {sheet.name for sheet in world.sheets}, (
        "tests/fuzz/world.py: a form nobody is shown"
    )

    @sized("FORMS", 50)
    @given(filled(world.sheets))
    def fill(sent: Filled) -> None:
        if door.refusal(sent.address.partition("?")[0], sent.content_type, str(len(sent.body))):
            tally.add("stopped at the door", 400, 0, "")
            return
        with transaction.atomic():
            answer, seconds = send(world, sent)
            if seconds > CPU_SECONDS:  # once more: a machine that is at its end is no fault of the form
                seconds = min(seconds, send(world, sent)[1])
            wrong = fault_of(sent, answer, seconds)
            transaction.set_rollback(True)
        tally.add(sent.sheet.name, answer.status_code, seconds, f"{wrong}: {sent}" if wrong else "")
        assert not wrong, f"{wrong}: {sent}"

    fill()
