"""`manage.py search_rebuild`: the index anew from the database, while searches and changes go on."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper
from django.utils.translation import gettext as _

from hotline.models import Case
from search import outbox
from search.engine import EngineDown, WriterBusy

BAR = 30
"""Characters."""
LINE_SECONDS = 10
"""Between two lines where no terminal shows a bar."""


class Command(BaseCommand):
    help = (
        "Build the search index anew beside the one in use, then switch to it. "
        "Goes on where one that was ended before had come to."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--afresh",
            action="store_true",
            help="begin at the first case, as after a backup of the database was put back",
        )

    def handle(self, *, afresh: bool = False, **options: Any) -> None:
        bar = Bar(Case.objects.count(), self.stderr)
        try:
            count = outbox.rebuild(afresh=afresh, progress=bar.show)
        except WriterBusy:
            raise CommandError(_("Another process holds the index and does not let go.")) from None
        except EngineDown as error:
            raise CommandError(_("The index cannot be written: %(why)s") % {"why": error}) from None
        finally:
            bar.end()
        self.stdout.write(_("Cases in the new index: %(count)s") % {"count": count})


class Bar:
    """How far it has come: a bar in a terminal, else a line now and then."""

    def __init__(self, total: int, out: OutputWrapper) -> None:
        self._total, self._out = total, out
        self._first: tuple[int, float] | None = None
        self._shown = 0.0
        self._open = False

    def show(self, done: int) -> None:
        """`done` cases are in the new index."""
        now = time.monotonic()
        self._first = self._first or (done, now)
        over = done >= self._total
        if self._out.isatty():
            line = f"\r{bar(done, self._total)} {self._words(done, now)}\033[K"
            self._out.write(line, style_func=str, ending="")
            self._out.flush()
            self._open = True
        elif over or now - self._shown >= LINE_SECONDS:
            self._shown = now
            self._out.write(self._words(done, now), style_func=str)

    def end(self) -> None:
        """Leave the bar's line."""
        if self._open:
            self._out.write("")

    def _words(self, done: int, now: float) -> str:
        assert self._first
        began_with, began = self._first
        rate = (done - began_with) / (now - began) if now > began else 0.0
        words = _("%(done)s of %(total)s cases") % {"done": f"{done:,}", "total": f"{self._total:,}"}
        if rate > 0:
            left = max(self._total - done, 0) / rate
            words += _(", %(rate)s a second, %(left)s left") % {"rate": f"{rate:,.0f}", "left": clock(left)}
        return words


def bar(done: int, total: int) -> str:
    """`done` of `total` as a bar of a fixed width."""
    filled = BAR if done >= total else BAR * done // total
    return f"[{'#' * filled}{'.' * (BAR - filled)}]"


def clock(seconds: float) -> str:
    """Seconds as hours, minutes and seconds: 1:02:03 or 2:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
