"""What is due when: a month or a list, the day's digest, and the private link for a calendar program."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from icalendar import Calendar as Feed
from icalendar import Event as FeedEvent

from hotline import access
from hotline.actions import reminders, rota
from hotline.console.derivations import light_of
from hotline.console.months import month_of
from hotline.console.sentences import rule_words
from hotline.console.views_common import user_of
from hotline.enums import ClockState
from hotline.models import ArbitrationEntry, Case, Clock, DutyShift, MediationSession, Reminder, Staff
from workflows import rulebook

A_DAY = 4
"""Entries shown on a day of the month; the list has all."""
MOST = 500
FEED_MOST = 2000
FEED_BACK = timedelta(weeks=5)


@dataclass(frozen=True)
class Entry:
    """One clock on its day."""

    clock: Clock
    name: str
    light: str


@dataclass(frozen=True)
class Meeting:
    """One mediation session or hearing at its time."""

    case: Case
    at: datetime
    name: str
    url: str


@dataclass(frozen=True)
class Day:
    """One day of the page."""

    day: date
    inside: bool
    worked: bool
    entries: list[Entry]
    meetings: list[Meeting]
    duties: list[DutyShift]

    @property
    def things(self) -> int:
        """How many stand on it."""
        return len(self.entries) + len(self.meetings) + len(self.duties)

    @property
    def first(self) -> list[Entry]:
        """Those that the month shows."""
        return self.entries[:A_DAY]

    @property
    def more(self) -> int:
        """How many it does not."""
        return max(0, len(self.entries) - A_DAY)


@require_safe
@access.allow(*access.CASE_ROLES)
def calendar(request: HttpRequest) -> HttpResponse:
    """A month of deadlines: the person's own, or all of their unit's that they may see."""
    user, month = user_of(request), month_of(request.GET.get("month", ""))
    whose = "unit" if request.GET.get("whose") == "unit" else "mine"
    view = "list" if request.GET.get("view") == "list" else "month"
    clocks = reminders.clocks_of(user) if whose == "unit" else reminders.own_clocks_of(user)
    found = list(clocks.filter(due__range=month.span)[: MOST + 1])
    by_day: dict[date, list[Entry]] = {}
    for clock in found[:MOST]:
        by_day.setdefault(clock.due, []).append(_entry(clock))
    meetings: dict[date, list[Meeting]] = {}
    sessions = reminders.sessions_of(user) if whose == "unit" else reminders.own_sessions_of(user)
    hearings = reminders.hearings_of(user) if whose == "unit" else reminders.own_hearings_of(user)
    for meeting in _meetings(sessions, hearings, *month.span):
        meetings.setdefault(timezone.localdate(meeting.at), []).append(meeting)
    duties: dict[date, list[DutyShift]] = {}
    shifts = rota.shifts_of(user) if whose == "unit" else rota.own_shifts_of(user)
    for shift in shifts.filter(day__range=month.span)[:MOST]:
        duties.setdefault(shift.day, []).append(shift)
    book = rulebook.shown()
    shown = [
        [
            Day(
                day,
                day.month == month.first.month,
                book.calendar.is_workday(day),
                by_day.get(day, []),
                meetings.get(day, []),
                duties.get(day, []),
            )
            for day in week
        ]
        for week in month.weeks
    ]
    context = {
        "month": month,
        "weeks": shown,
        "days": [day for week in shown for day in week if day.inside and day.things],
        "view": view,
        "whose": whose,
        "today": timezone.localdate(),
        "cut": len(found) > MOST,
        "provisional": month.first.year not in book.calendar.years,
    }
    return render(request, "console/deadlines/calendar.html", context)


def _meetings(
    sessions: QuerySet[MediationSession], hearings: QuerySet[ArbitrationEntry], first: date, last: date
) -> list[Meeting]:
    """Those of `sessions` and `hearings` from `first` to `last`, both included, as they come."""
    found = []
    for session in sessions.filter(at__date__range=(first, last))[:MOST]:
        there = f"{reverse('case', args=[session.mediation.case_id])}#case-mediation"
        found.append(Meeting(session.mediation.case, session.at, _("Mediation session"), there))
    for hearing in hearings.filter(at__date__range=(first, last))[:MOST]:
        there = reverse("case-arbitration", args=[hearing.referral.case_id])
        assert hearing.at is not None  # the range has found it
        found.append(Meeting(hearing.referral.case, hearing.at, _("Hearing"), there))
    return sorted(found, key=lambda one: one.at)


def _entry(clock: Clock) -> Entry:
    return Entry(clock, rule_words(clock.rule)[0], light_of(clock))


@require_http_methods(["GET", "HEAD", "POST"])
@access.allow(*access.CASE_ROLES)
def digest(request: HttpRequest) -> HttpResponse:
    """What is late, due today and due within a week; and how the person wants to be reminded."""
    user = user_of(request)
    link = ""
    if request.method == "POST":
        action = request.POST.get("action", "")
        if action == "link":
            link = request.build_absolute_uri(reverse("calendar-feed", args=[reminders.make_link(user)]))
        elif action == "revoke":
            reminders.revoke_link(user)
        elif action == "by_text":
            reminders.set_by_text(user, request.POST.get("wanted") == "1")
            messages.success(request, _("Saved."))
        if not link:
            return redirect("digest")
    context = {**_digest(user), "reminder": Reminder.objects.filter(staff=user).first(), "link": link}
    response = render(request, "console/deadlines/digest.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _digest(user: Staff) -> dict[str, Any]:
    today = timezone.localdate()
    mine = reminders.own_clocks_of(user)
    running = mine.filter(state=ClockState.RUNNING)
    groups = [
        (_("Overdue"), running.filter(due__lt=today)),
        (_("Due today"), running.filter(due=today)),
        (_("Due within a week"), running.filter(due__gt=today, due__lte=today + reminders.SOON)),
        (_("Paused"), mine.filter(state=ClockState.PAUSED)),
    ]
    sessions, hearings = reminders.own_sessions_of(user), reminders.own_hearings_of(user)
    meetings = _meetings(sessions, hearings, date.min, today + reminders.SOON)
    soon = (today, today + reminders.SOON)
    return {
        "meetings": meetings,
        "duties": rota.own_shifts_of(user).filter(day__range=soon),
        "uncovered": rota.uncovered(user).filter(day__range=soon)[:MOST],
        "groups": [(words, [_entry(clock) for clock in found[:MOST]]) for words, found in groups],
    }


@require_safe
@access.public
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The person's deadlines as iCalendar, for whoever has the private link: case number and rule alone."""
    staff = reminders.staff_of_link(token) if len(token) < 100 else None
    if staff is None:
        raise Http404
    found = Feed()
    found.add("prodid", "-//12351//deadlines//ZH")
    found.add("version", "2.0")
    found.add("x-wr-calname", _("Deadlines 12351"))
    since = timezone.localdate() - FEED_BACK
    for session in reminders.own_sessions_of(staff).filter(at__date__gte=since)[:FEED_MOST]:
        there = f"session-{session.pk}", session.mediation.case, session.at, _("Mediation session")
        found.add_component(_meeting_event(*there))
    for hearing in reminders.own_hearings_of(staff).filter(at__date__gte=since)[:FEED_MOST]:
        assert hearing.at is not None  # a hearing has its time
        there = f"hearing-{hearing.pk}", hearing.referral.case, hearing.at, _("Hearing")
        found.add_component(_meeting_event(*there))
    for shift in rota.own_shifts_of(staff).filter(day__gte=since)[:FEED_MOST]:
        found.add_component(_duty_event(shift))
    for clock in reminders.own_clocks_of(staff).filter(due__gte=since)[:FEED_MOST]:
        found.add_component(_event(clock))
    response = HttpResponse(found.to_ical(), content_type="text/calendar; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _event(clock: Clock) -> FeedEvent:
    event = FeedEvent()
    event.add("uid", f"clock-{clock.pk}@12351")
    event.add("dtstamp", clock.case.updated_at)
    event.add("dtstart", clock.due)
    event.add("dtend", clock.due + timedelta(days=1))
    name = rule_words(clock.rule)[0]
    paused = _("(paused)") if clock.state == ClockState.PAUSED else ""
    event.add("summary", f"{clock.case.number} {name} {paused}".strip())
    event.add("transp", "TRANSPARENT")
    return event


def _meeting_event(uid: str, case: Case, at: datetime, name: str) -> FeedEvent:
    """A session or hearing as an hour in a calendar: neither its place nor its parties leave the house."""
    event = FeedEvent()
    event.add("uid", f"{uid}@12351")
    event.add("dtstamp", case.updated_at)
    event.add("dtstart", at)
    event.add("dtend", at + timedelta(hours=1))
    event.add("summary", f"{case.number} {name}")
    return event


def _duty_event(shift: DutyShift) -> FeedEvent:
    """Hours of duty with the place, which is no secret."""
    event = FeedEvent()
    event.add("uid", f"duty-{shift.pk}@12351")
    event.add("dtstamp", shift.planned_at)
    event.add("dtstart", _moment(shift.day, shift.begins))
    event.add("dtend", _moment(shift.day, shift.ends))
    event.add("summary", _("Duty"))
    event.add("location", str(shift.post))
    return event


def _moment(day: date, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at)).astimezone(UTC)
