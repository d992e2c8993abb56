"""What people keep of the search: saved searches and what they have told, the last searches, exported lists.

None of it belongs to a case, so no event is recorded; the owner's pages are rung by their own topic.
"""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from hashlib import sha256

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import bell, events
from hotline.bell import Ring
from hotline.enums import SearchAlert
from hotline.errors import Invalid, NotVisible
from hotline.models import ListExport, RecentSearch, SavedSearch, SearchHit, SearchNotice, Staff
from hotline.models.prepared import Given, Prepared

MOST_SAVED = 50
"""Saved searches of one person."""
WIDEST = 10_000
"""Cases that a search with alerts on new ones may find: what was there is noted, one row each."""
RECENT_KEPT = 10
TOLD_FROM = time(8)
"""When the day's and the week's new cases are told, in the hotline's own time."""
MONDAY = 0


@transaction.atomic
def save(
    owner: Staff,
    name: str,
    address: str,
    alert: SearchAlert,
    *,
    found: int,
    above: int | None = None,
    pk: int | None = None,
) -> SavedSearch:
    """Save a search, or another name and alert of one's own search `pk`.

    `found` is how many cases it finds now. With an alert the worker notes first what is there already.
    Raises Invalid and NotVisible.
    """
    now = timezone.now()
    _check(owner, name, alert, above, found, new=pk is None)
    row = _own(owner, pk) if pk else SavedSearch(owner=owner, address=address, saved_at=now)
    begun_anew = pk is None or row.alert in {SearchAlert.NEVER, SearchAlert.ABOVE}
    row.name, row.alert, row.problem = name.strip(), alert, ""
    row.above = above if alert == SearchAlert.ABOVE else None
    row.is_above = row.above is not None and found > row.above
    row.tell_at = next_telling(alert, now)
    row.due_at = None if alert == SearchAlert.NEVER else now
    if begun_anew:
        row.counted_at = row.looked_at = None
        if row.pk:
            row.hits.all().delete()
    row.save()
    return row


def _check(owner: Staff, name: str, alert: SearchAlert, above: int | None, found: int, *, new: bool) -> None:
    wrong = {}
    if not name.strip():
        wrong["name"] = _("Give the search a name.")
    if alert == SearchAlert.ABOVE and above is None:
        wrong["above"] = _("Write down the figure.")
    if alert not in {SearchAlert.NEVER, SearchAlert.ABOVE} and found > WIDEST:
        wrong["alert"] = _(
            "This finds more than %(n)s cases: narrow it down, or be told when it rises above a figure."
        ) % {"n": WIDEST}
    if new and SavedSearch.objects.filter(owner=owner).count() >= MOST_SAVED:
        wrong["name"] = _("You have saved %(n)s searches: remove one first.") % {"n": MOST_SAVED}
    if wrong:
        raise Invalid(wrong)


def _own(owner: Staff, pk: int) -> SavedSearch:
    found = SavedSearch.objects.select_for_update().filter(pk=pk, owner=owner).first()
    if found is None:
        raise NotVisible(_("There is no such saved search among yours."))
    return found


@transaction.atomic
def remove(owner: Staff, pk: int) -> None:
    """Remove one's own saved search and its notices. Raises NotVisible."""
    _own(owner, pk).delete()
    _ring(owner.pk)


def see_notices(owner: Staff, up_to: int) -> None:
    """The owner has read their notices up to the id `up_to`: what came meanwhile stays unread."""
    unread = SearchNotice.objects.filter(search__owner=owner, seen_at=None, pk__lte=up_to)
    with transaction.atomic():
        if unread.update(seen_at=timezone.now()):
            _ring(owner.pk)


UNREAD = Prepared(
    lambda: SearchNotice.objects.filter(search__owner=Given("owner"), seen_at=None).values_list("pk")
)


def unread_notices(owner: Staff) -> int:
    """How many notices the owner has not read."""
    return len(UNREAD.rows(owner=owner.pk))


def next_telling(alert: str, now: datetime) -> datetime | None:
    """When the new cases since then are told next: tomorrow or on Monday at 8, or at once (None)."""
    if alert not in {SearchAlert.DAILY, SearchAlert.WEEKLY}:
        return None
    local = timezone.localtime(now)
    days = 0 if local.time() < TOLD_FROM else 1
    if alert == SearchAlert.WEEKLY:
        days = (MONDAY - local.weekday()) % 7 or (0 if local.time() < TOLD_FROM else 7)
    return timezone.make_aware(datetime.combine(local.date() + timedelta(days=days), TOLD_FROM))


def note_found(row: SavedSearch, ids: Collection[int], *, fresh: bool) -> int:
    """Note the cases `ids` as found, new ones only; returns how many were new. Call it with `row` locked."""
    known = set(row.hits.filter(case__in=ids).values_list("case_id", flat=True))
    hits = [SearchHit(search=row, case_id=pk, fresh=fresh) for pk in ids if pk not in known]
    SearchHit.objects.bulk_create(hits, ignore_conflicts=True)
    return len(hits)


def tell_new(row: SavedSearch, now: datetime) -> int:
    """Tell the owner of the new cases that wait, in one notice; returns how many. With `row` locked."""
    waiting = row.hits.filter(fresh=True, notice=None)
    if not (count := waiting.count()):
        return 0
    waiting.update(notice=SearchNotice.objects.create(search=row, at=now, count=count))
    _ring(row.owner_id)
    return count


def tell_above(row: SavedSearch, total: int, now: datetime) -> int:
    """Tell the owner that the count has risen above the figure, once each time. With `row` locked."""
    rises = row.above is not None and total > row.above and not row.is_above
    row.is_above = row.above is not None and total > row.above
    if rises:
        SearchNotice.objects.create(search=row, at=now, count=total, above=row.above)
        _ring(row.owner_id)
    return int(rises)


def _ring(owner_id: int) -> None:
    bell.ring([Ring(f"staff:{owner_id}", "search.notice")])


@transaction.atomic
def remember(staff: Staff, address: str) -> None:
    """Keep `address` as the person's last search; ten are kept."""
    digest = sha256(address.encode()).hexdigest()
    RecentSearch.objects.update_or_create(
        staff=staff, digest=digest, defaults={"address": address, "at": timezone.now()}
    )
    kept = RecentSearch.objects.filter(staff=staff).values_list("pk", flat=True)[:RECENT_KEPT]
    RecentSearch.objects.filter(staff=staff).exclude(pk__in=list(kept)).delete()


def forget(staff: Staff) -> None:
    """Erase the person's last searches."""
    RecentSearch.objects.filter(staff=staff).delete()


@transaction.atomic
def note_export(staff: Staff, asked: str, *, rows: int, total: int, reason: str) -> ListExport:
    """Write down that a found list leaves the house as a file, before it does."""
    if not reason.strip():
        raise Invalid({"reason": _("Write down why the list is taken out.")})
    events.looked(staff, "search.exported", detail=f"{asked} ({rows})", reason=reason.strip())
    return ListExport.objects.create(
        staff=staff, asked=asked[:300], rows=rows, total=total, reason=reason.strip()[:200], at=timezone.now()
    )
