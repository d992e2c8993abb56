"""Facts that are not there: a template that prints one makes it known, one that only asks for it does not."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
NEW_PARAGRAPH = "\a"
"""What docxtpl makes a new paragraph of the same kind from."""


@dataclass(frozen=True)
class Missing:
    """A fact that a paper prints and nobody has written down yet; `row` counts lines of a list from 1."""

    name: str
    row: int = 0


@dataclass
class Blanks:
    """What was found missing while a paper was printed, in the order in which it stands there."""

    found: dict[Missing, None] = field(default_factory=dict)

    def facts(self, tree: Mapping[str, Any]) -> dict[str, Any]:
        """`tree` for a template: texts cleaned, and every empty place one that tells when it is printed."""
        return {name: self._fact(name, value, 0) for name, value in tree.items()}

    def _fact(self, name: str, value: Any, row: int) -> Any:
        if isinstance(value, Mapping):
            return {key: self._fact(f"{name}.{key}", one, row) for key, one in value.items()}
        if isinstance(value, Sequence) and not isinstance(value, str):
            rows = [self._fact(name, one, number) for number, one in enumerate(value, 1)]
            return rows or _Blank(self, Missing(name))
        text = printable(str(value)) if value is not None else ""
        return text or _Blank(self, Missing(name, row))


def printable(text: str) -> str:
    """`text` as a document can hold it, each of its lines a paragraph."""
    lines = (_UNWANTED.sub("", line).strip() for line in text.replace("\r", "\n").split("\n"))
    return NEW_PARAGRAPH.join(line for line in lines if line)


class _Blank:
    """Stands for a fact that is not there."""

    def __init__(self, blanks: Blanks, missing: Missing) -> None:
        self._blanks, self._missing = blanks, missing

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        self._blanks.found[self._missing] = None
        return "【　　】"

    __html__ = __str__

    def __iter__(self) -> Iterator[Any]:
        self._blanks.found[self._missing] = None
        return iter(())
