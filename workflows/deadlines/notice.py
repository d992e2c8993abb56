"""Reads a year's holidays in the words of the State Council's notice, and checks them.

    2027年
    元旦：1月1日（周五）至3日（周日）放假，共3天。
    春节：2月6日至14日放假调休，共9天。1月31日（周日）、2月20日（周六）上班。

One holiday a line: its name, a colon, sentences that end in 放假 (rest) or 上班 (worked). Weekdays and
numbers of days may be left out; where they stand they must be right. Full-width signs do not matter.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from workflows.deadlines.calendar import SATURDAY
from workflows.deadlines.rules import DeadlineError

HOLIDAYS = ("元旦", "春节", "清明", "劳动", "端午", "中秋", "国庆")
"""What the arrangement of a whole year names."""
WEEKDAYS = "一二三四五六日"
FULL_WIDTH = str.maketrans("：，。；（）０１２３４５６７８９", ":,.;()0123456789")
YEAR = re.compile(r"(\d{4})年")
DAY = r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:\((?:周|星期)([一二三四五六日天])\))?"
SPAN = re.compile(rf"{DAY}(?:(?:至|到|-|—|~){DAY})?")
COUNT = re.compile(r"共(\d+)天")
CLAUSE = re.compile(r"([^.;]*?)(放假|休息|上班)")
LONGEST_TEXT = 5000


class NoticeError(DeadlineError):
    """A notice that cannot be taken as it stands: `line` (from 1; 0 for the whole), `reason`, `piece`."""

    def __init__(self, reason: str, piece: str = "", line: int = 0) -> None:
        super().__init__(f"{line}: {reason}: {piece}")
        self.reason, self.piece, self.line = reason, piece, line


@dataclass(frozen=True)
class NoticeDay:
    """A day that the notice names: whether it is worked, and for which holiday."""

    day: date
    worked: bool
    name: str


@dataclass(frozen=True)
class Arrangement:
    """The holidays and make-up workdays of a year."""

    year: int
    days: tuple[NoticeDay, ...]

    @property
    def known(self) -> dict[date, bool]:
        """Each named day, and whether it is worked."""
        return {one.day: one.worked for one in self.days}


def read(text: str) -> Arrangement:
    """The arrangement in `text`. Raises NoticeError naming the line and what is wrong in it.

    Reasons: TOO_LONG, NO_YEAR, NOT_READ, NO_SUCH_DAY, WRONG_WEEKDAY, BACKWARDS, WRONG_COUNT, WORKED_WEEKDAY,
    TWICE, OTHER_YEAR, MISSING.
    """
    if len(text) > LONGEST_TEXT:
        raise NoticeError("TOO_LONG")
    plain = re.sub(r"[ \t\u3000]|农历[^、)]*、?", "", text.translate(FULL_WIDTH))
    year = YEAR.search(plain)
    if year is None:
        raise NoticeError("NO_YEAR")
    found: dict[date, NoticeDay] = {}
    names = ""
    for number, line in enumerate(plain.splitlines(), start=1):
        name, colon, words = re.sub(r"^[一二三四五六七八九十\d]+[、.]", "", line).partition(":")
        if not colon:
            _refuse_lost_days(line, number)
            continue
        names += name
        for one in _line(name, words, int(year[1]), number):
            if one.day in found:
                raise NoticeError("TWICE", f"{one.day:%Y-%m-%d}", number)
            found[one.day] = one
    missing = [name for name in HOLIDAYS if name not in names]
    if missing:
        raise NoticeError("MISSING", "、".join(missing))
    return Arrangement(int(year[1]), tuple(found[day] for day in sorted(found)))


def _refuse_lost_days(line: str, number: int) -> None:
    if re.search(r"\d日|放假|上班", line) and "安排" not in line:
        raise NoticeError("NOT_READ", line, number)


def _line(name: str, words: str, year: int, number: int) -> Iterator[NoticeDay]:
    clauses = CLAUSE.findall(words)
    if not clauses:
        raise NoticeError("NOT_READ", words, number)
    month, rest = 0, 0
    for places, verb in clauses:
        for span in SPAN.finditer(places):
            first, last, month = _span(span, year, month, number)
            for day in _days(first, last):
                yield _checked(NoticeDay(day, verb == "上班", name), year, number)
                rest += verb != "上班"
        if not SPAN.search(places):
            raise NoticeError("NOT_READ", places + verb, number)
    counted = COUNT.search(words)
    if counted and int(counted[1]) != rest:
        raise NoticeError("WRONG_COUNT", f"{counted[0]} ≠ {rest}", number)


def _span(span: "re.Match[str]", year: int, month: int, number: int) -> tuple[date, date, int]:
    """The first and last day that a place in the text means, and the month that goes on from there."""
    parts = span.groups()
    first = _day(parts[0], parts[1] or month, parts[2], parts[3], year, number)
    if parts[6] is None:
        return first, first, first.month
    last = _day(parts[4] or str(first.year), parts[5] or first.month, parts[6], parts[7], year, number)
    if last < first:
        raise NoticeError("BACKWARDS", span[0], number)
    return first, last, last.month


def _day(own_year: str | None, month: str | int, day: str, weekday: str | None, year: int, line: int) -> date:
    try:
        found = date(int(own_year or year), int(month), int(day))
    except ValueError:
        raise NoticeError("NO_SUCH_DAY", f"{month}月{day}日", line) from None
    if weekday and WEEKDAYS[found.weekday()] != weekday.replace("天", "日"):
        raise NoticeError("WRONG_WEEKDAY", f"{found:%Y-%m-%d} ≠ 周{weekday}", line)
    return found


def _checked(one: NoticeDay, year: int, line: int) -> NoticeDay:
    if abs(one.day.year - year) > 1:
        raise NoticeError("OTHER_YEAR", f"{one.day:%Y-%m-%d}", line)
    if one.worked and one.day.weekday() < SATURDAY:
        raise NoticeError("WORKED_WEEKDAY", f"{one.day:%Y-%m-%d}", line)
    return one


def _days(first: date, last: date) -> Iterator[date]:
    for count in range((last - first).days + 1):
        yield first + timedelta(days=count)
