"""What whoever fills a new generation of the index is given."""

import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from search.engine import Engine
from search.fields import CONTENT_VERSION

_CONTENT = re.compile(r"-c(\d{1,6})\Z", re.ASCII)


@dataclass(frozen=True)
class Building:
    """A generation that is being filled; it outlives a builder that is killed, and the next one goes on."""

    engine: Engine
    """The new one."""
    written: Sequence[Engine]
    """What live changes are written to meanwhile."""
    position: int
    """Cases up to this id are in it already."""
    keep_position: Callable[[int], None]
    """Note beside it that the cases up to this id are in it."""


def always() -> bool:
    """A new generation is wanted whatever there is."""
    return True


def new_name(prefix: str) -> str:
    """A name for a new generation, which no other has; it says what this code reads of a case."""
    return f"{prefix}{timezone.now():%Y%m%dt%H%M%S}-{uuid.uuid4().hex[:6]}-c{CONTENT_VERSION}"


def is_outdated(name: str) -> bool:
    """Whether the generation `name` was begun by code that read less of a case."""
    found = _CONTENT.search(name)
    # Before it stood in the name it was 1.
    return (int(found[1]) if found else 1) < CONTENT_VERSION
