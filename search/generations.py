"""Which index of the embedded engine is in use, and who writes to it.

Each building of the index is a folder of its own, a generation, below `HOTLINE_DATA_DIR`/search; the file
`current` names the one in use. A new one is built beside it and put in its place by replacing that file.
Of all processes one writes, by the engine's own lock; while one builds anew, the writer steps aside. Beside a
generation that is being built stands `NAME.position`: how far it has come. If its builder is killed, changes
are written to it, too, until another builder goes on with it.
"""

import fcntl
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from django.conf import settings

from search.building import Building, always, is_outdated, new_name
from search.engine import EngineDown, WriterBusy
from search.fields import SCHEMA_VERSION
from search.tantivy_engine import TantivyEngine

STEP_ASIDE_SECONDS = 30
"""How long a rebuild waits for the writer, which looks for it at each of its turns."""
_PREFIX = f"{SCHEMA_VERSION}-"
_lock = threading.RLock()
_reader: TantivyEngine | None = None
_writers: list[TantivyEngine] = []
_reader_pid = 0


def folder() -> Path:
    """Where the generations stand."""
    return Path(settings.HOTLINE_DATA_DIR) / "search"


def current() -> Path | None:
    """The generation in use; None before the first is built, or where it is of an older schema."""
    try:
        name = (folder() / "current").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    return folder() / name if name.startswith(_PREFIX) else None


def built() -> bool:
    """Whether there is an index of this schema."""
    return current() is not None


def outdated() -> bool:
    """Whether the generation in use was made by code that read less of a case."""
    made = name()
    return made is not None and is_outdated(made)


def name() -> str | None:
    """The name of the generation in use, if there is one."""
    path = current()
    return path.name if path else None


def half_built() -> str | None:
    """The name of the generation that is being built, or whose builder was killed."""
    path = _half_built()
    return path.name if path else None


def reader() -> TantivyEngine:
    """The engine to search with, opened again after a switch or a fork. Raises EngineDown."""
    global _reader, _reader_pid
    path = current()
    if path is None:
        raise EngineDown("the search index is not built yet")
    with _lock:
        if _reader is None or _reader.path != path or _reader_pid != os.getpid():
            _reader, _reader_pid = TantivyEngine(path), os.getpid()
        return _reader


@contextmanager
def writing() -> Iterator[Sequence[TantivyEngine]]:
    """The engine in use with the right to write to it, kept between turns; and one that is half built.

    Raises WriterBusy while another process writes or builds, EngineDown where there is no index.
    """
    global _writers
    with _lock, _turn(fcntl.LOCK_SH):
        path = current()
        if path is None:
            raise EngineDown("the search index is not built yet")
        half = _half_built()
        if [writer.path for writer in _writers] != ([path, half] if half else [path]):
            stop_writing()
            _writers = _held(path, half)
        yield _writers


def stop_writing() -> None:
    """Give the right to write back, if this process has it."""
    global _writers
    with _lock:
        writers, _writers = _writers, []
        for writer in writers:
            writer.close()


@contextmanager
def building(*, afresh: bool = False, needed: Callable[[], bool] = always) -> Iterator[Building]:
    """A new generation to be filled, in use once the block ends well; see `Generations` for what it promises.

    Live changes are written to it and to the one in use; nobody else writes to any generation meanwhile.
    Raises WriterBusy where the writer does not step aside.
    """
    stop_writing()
    with _turn(fcntl.LOCK_EX):
        if not needed():
            raise WriterBusy("another process has just built the index")
        engine = _to_be_filled(afresh)
        try:
            _hold_patiently(engine)
            with _old_one() as old:
                yield Building(
                    engine,
                    [engine] if old is None else [engine, old],
                    _position(engine.path),
                    partial(_keep_position, engine.path),
                )
            _use(engine.path)
        finally:
            engine.close()


def _held(path: Path, half: Path | None) -> list[TantivyEngine]:
    held = [TantivyEngine(path)]
    try:
        held[0].hold()
        other = _opened(half) if half else None
        if other is not None:
            held.append(other)
            other.hold()
    except BaseException:
        for engine in held:
            engine.close()
        raise
    return held


def _half_built() -> Path | None:
    in_use = current()
    found = [path.with_suffix("") for path in folder().glob(f"{_PREFIX}*.position")]
    return max((path for path in found if path != in_use and path.is_dir()), default=None)


def _to_be_filled(afresh: bool) -> TantivyEngine:
    half = _half_built()
    if half is not None:
        engine = None if afresh or is_outdated(half.name) else _opened(half)
        if engine is not None:
            return engine
        _throw_away(half)
    path = folder() / new_name(_PREFIX)
    engine = TantivyEngine(path, create=True)
    _keep_position(path, 0)
    return engine


def _opened(half: Path) -> TantivyEngine | None:
    """The half-built engine; None where it is broken, and then nobody comes back to it."""
    try:
        return TantivyEngine(half)
    except EngineDown:
        _throw_away(half)
        return None


def _throw_away(path: Path) -> None:
    _position_file(path).unlink(missing_ok=True)
    shutil.rmtree(path, ignore_errors=True)


def _position_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.position")


def _position(path: Path) -> int:
    said = _position_file(path).read_text(encoding="utf-8")
    # A power cut may leave it empty: then it is filled from the beginning.
    return int(said) if said.isdecimal() else 0


def _keep_position(path: Path, position: int) -> None:
    draft = path.with_name(f"{path.name}.draft")
    draft.write_text(str(position), encoding="utf-8")
    draft.replace(_position_file(path))


@contextmanager
def _old_one() -> Iterator[TantivyEngine | None]:
    """The generation in use until then, to be kept up to date; None if there is none."""
    path = current()
    if path is None:
        yield None
        return
    try:
        engine = TantivyEngine(path)
    except EngineDown:
        # It is broken: that may be why a new one is being built.
        yield None
        return
    try:
        _hold_patiently(engine)
        yield engine
    finally:
        engine.close()


def _hold_patiently(engine: TantivyEngine) -> None:
    end = time.monotonic() + STEP_ASIDE_SECONDS
    while True:
        try:
            return engine.hold()
        except WriterBusy:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def _use(path: Path) -> None:
    before = current()
    draft = folder() / "current.new"
    with draft.open("w", encoding="utf-8") as file:
        file.write(path.name)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder() / "current")
    _position_file(path).unlink(missing_ok=True)
    # The one before stays once more: a search may be about to read it.
    for other in folder().iterdir():
        if other.is_dir() and other not in (path, before):
            _throw_away(other)


@contextmanager
def _turn(kind: int) -> Iterator[None]:
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / "turn.lock").open("a") as file:
        try:
            # A rebuild waits for the turn that is being taken; a turn does not wait for a rebuild.
            fcntl.flock(file, kind if kind == fcntl.LOCK_EX else kind | fcntl.LOCK_NB)
        except BlockingIOError:
            stop_writing()
            raise WriterBusy("the index is being built anew") from None
        yield
