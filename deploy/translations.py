"""Translations: one catalogue per language, merged from its parts, and compared with the sources.

Sources are English msgids. `hotline/locale/<language>/parts/*.po` hold the translations, one file for each
part of the program; `python -m deploy.translations` writes the compiled catalogue that Django reads.
"""

import ast
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from django.utils.translation.template import templatize

from deploy.progress import ROOT, Failed

LOCALE = ROOT / "hotline" / "locale"
LANGUAGE = "zh_Hans"
# The simulator is no part of Django: its one page brings its own texts.
SOURCES = ("hotline", "workflows", "search")
NOT_SOURCES = ("hotline/simulator/",)
# The key of a message: its context (None for most) and its msgid, of two forms the singular.
Key = tuple[str | None, str]

# Each function that asks for a translation, and where its context and its msgid stand.
PLAIN = ("_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy")
WITH_CONTEXT = ("pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


@dataclass(frozen=True)
class Place:
    """Where a message stands in the sources."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


def catalogue(language: str = LANGUAGE) -> Catalog:
    """All parts of a language as one; raises Failed with every fault of every part."""
    merged = Catalog(locale=language, fuzzy=False)
    faults: list[str] = []
    for path in sorted((LOCALE / language / "parts").glob("*.po")):
        for message in _messages(path, language):
            faults += [f"{path.name}:{message.lineno}: {fault}" for fault in _faults(message, merged)]
            merged[message.id] = message
    if faults:
        raise Failed("Translations:\n" + "\n".join(faults))
    return merged


def _messages(path: Path, language: str) -> Iterator[Message]:
    try:
        with path.open("rb") as file:
            part = read_po(file, locale=language, charset="utf-8", abort_invalid=True)
    except (PoFileError, UnicodeDecodeError) as error:
        raise Failed(f"Translations:\n{path.name}: {error}") from None
    yield from (message for message in part if message.id)


def _faults(message: Message, merged: Catalog) -> Iterator[str]:
    known = merged.get(key_of(message)[1], message.context)
    if known is not None and known.string != message.string:
        yield f"{key_of(message)[1]!r} is translated twice, as {_forms(known)} and as {_forms(message)}"
    if message.fuzzy:
        yield f"{key_of(message)[1]!r} is fuzzy"
    if not all(_forms(message)):
        yield f"{key_of(message)[1]!r} has no translation"
        return
    wanted = {name for form in _as_tuple(message.id) for name in PLACEHOLDER.findall(form)}
    for form in _forms(message):
        if set(PLACEHOLDER.findall(form)) != wanted:
            yield f"{key_of(message)[1]!r} and its translation {form!r} name different placeholders"


def _as_tuple(value: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _forms(message: Message) -> tuple[str, ...]:
    return _as_tuple(message.string or "")


def key_of(message: Message) -> Key:
    """What a message is found by: its context and its msgid, of two forms the singular."""
    return message.context, _as_tuple(message.id)[0]


def compile_language(language: str = LANGUAGE) -> Path:
    """Writes the catalogue that Django reads and returns its path."""
    merged = catalogue(language)
    path = LOCALE / language / "LC_MESSAGES" / "django.mo"
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    with unfinished.open("wb") as file:
        write_mo(file, merged)
    unfinished.replace(path)  # in one go: a program that starts now reads the old one or the new one
    return path


def in_sources() -> dict[Key, Place]:
    """Every message that Python and template sources ask for, with one place where it stands.

    Needs Django's settings only for its templates' tags; reads files and imports none of them.
    """
    found: dict[Key, Place] = {}
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.suffix in (".py", ".html", ".txt") and not name.startswith(NOT_SOURCES):
                for line, key in _asked_for(path):
                    found.setdefault(key, Place(name, line))
    return found


def _asked_for(path: Path) -> Iterator[tuple[int, Key]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from _in_python(text)
    elif "{%" in text:
        yield from _in_template(text, path)


def _in_python(text: str) -> Iterator[tuple[int, Key]]:
    """Walks the syntax tree, because Babel's reader of tokens does not look into f-strings."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Call(
                func=ast.Name(id=name) | ast.Attribute(attr=name),
                args=[ast.Constant(value=str(first)), *rest],
            ):
                if name in PLAIN:
                    yield node.lineno, (None, first)
                elif name in WITH_CONTEXT and isinstance(rest[0], ast.Constant):
                    yield node.lineno, (first, str(rest[0].value))


def _in_template(text: str, path: Path) -> Iterator[tuple[int, Key]]:
    """Django turns a template's translated texts into calls of gettext on the lines where they stand."""
    calls = [line.lstrip() for line in templatize(text, origin=str(path)).splitlines()]
    source = BytesIO("\n".join(calls).encode())
    for line, ids, _comments, context in extract("python", source, DEFAULT_KEYWORDS):
        yield line, (context, _as_tuple(ids)[0])


def main() -> int:
    """Compiles every language that has parts."""
    try:
        for folder in sorted(LOCALE.glob("*/parts")):
            compile_language(folder.parent.name)
    except Failed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
