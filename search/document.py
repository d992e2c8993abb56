"""What the index knows of a case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class CaseDocument:
    """One case at one version. Everything in clear that a person may search by; nothing sensitive.

    A `deleted` document (a tombstone) is never found and keeps an older write from coming back.
    """

    case_id: int
    version: int
    number: str
    opened_at: datetime
    touched_at: datetime | None = None
    """When the case was changed last, or a person or employer in it, which leaves its version as it is."""
    stage: str = ""
    urgency: str = ""
    category: str = ""
    """The category's code."""
    district: str = ""
    """The district's code."""
    next_due: date | None = None
    unit_paths: tuple[str, ...] = ()
    """The paths of the case's unit and of all units above it (`paths_above`)."""
    lawyer_id: int | None = None
    agent_id: int | None = None
    mediator_id: int | None = None
    mediation_paths: tuple[str, ...] = ()
    """Like `unit_paths`, of the units that mediate."""
    holder_ids: tuple[int, ...] = ()
    """The agents who hold a call of the case, whatever their unit."""
    head: tuple[str, ...] = ()
    """What the case is about in one line, and its category."""
    texts: tuple[str, ...] = ()
    """Everything else that was written or said."""
    names: tuple[str, ...] = ()
    """Names of persons, also found by their sound."""
    employers: tuple[str, ...] = ()
    """Names of employers, by which they are also known."""
    codes: tuple[str, ...] = ()
    """Unified social credit codes, found by any 4 or more of their characters."""
    phones: tuple[str, ...] = ()
    """Numbers as the carrier writes them, found by any 3 or more of their digits."""
    keys: tuple[str, ...] = ()
    """Keyed hashes of what must not stand here in clear, found only as a whole."""
    deleted: bool = False


def paths_above(paths: Iterable[str]) -> tuple[str, ...]:
    """Each path of /1/4/27/ and the ones above it: /1/, /1/4/, /1/4/27/."""
    found: set[str] = set()
    for path in paths:
        parts = path.strip("/").split("/")
        found.update("/" + "/".join(parts[:end]) + "/" for end in range(1, len(parts) + 1))
    return tuple(sorted(found))
