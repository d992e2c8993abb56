"""Which index of the embedded engine is in use, and who writes to it.

Each building of the index is a folder of its own, a generation, below `HOTLINE_DATA_DIR`/search; the file
`current` names the one in use. A new one is built beside it and put in its place by replacing that file.
Of all processes one writes, by the engine's own lock; while one builds anew, the writer steps aside.
"""

import fcntl
import os
import shutil
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from search.engine import Engine, EngineDown, WriterBusy
from search.fields import SCHEMA_VERSION
from search.tantivy_engine import TantivyEngine

STEP_ASIDE_SECONDS = 30
"""How long a rebuild waits for the writer, which looks for it at each of its turns."""
_PREFIX = f"{SCHEMA_VERSION}-"
_lock = threading.RLock()
_reader: TantivyEngine | None = None
_writer: TantivyEngine | None = None
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
def writing() -> Iterator[TantivyEngine]:
    """The engine in use with the right to write to it, kept between turns.

    Raises WriterBusy while another process writes or builds, EngineDown where there is no index.
    """
    global _writer
    with _lock, _turn(fcntl.LOCK_SH):
        path = current()
        if path is None:
            raise EngineDown("the search index is not built yet")
        if _writer is not None and _writer.path != path:
            stop_writing()
        if _writer is None:
            engine = TantivyEngine(path)
            engine.hold()
            _writer = engine
        yield _writer


def stop_writing() -> None:
    """Give the right to write back, if this process has it."""
    global _writer
    with _lock:
        if _writer is not None:
            writer, _writer = _writer, None
            writer.close()


@contextmanager
def building() -> Iterator[tuple[Engine, Sequence[Engine]]]:
    """A new generation to be filled, in use once the block ends well; and what live changes are written to.

    Those are the new one and the one in use. Nobody else writes to any generation meanwhile. Raises
    WriterBusy where the writer does not step aside.
    """
    stop_writing()
    with _turn(fcntl.LOCK_EX):
        stamp = timezone.now().strftime("%Y%m%dT%H%M%S")
        path = folder() / f"{_PREFIX}{stamp}-{uuid.uuid4().hex[:6]}"
        engine = TantivyEngine(path, create=True)
        try:
            engine.hold()
            with _old_one() as old:
                yield engine, [engine] if old is None else [engine, old]
            _use(path)
        except BaseException:
            shutil.rmtree(path, ignore_errors=True)
            raise
        finally:
            engine.close()


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
    # The one before stays once more: a search may be about to read it.
    for other in folder().iterdir():
        if other.is_dir() and other not in (path, before):
            shutil.rmtree(other, ignore_errors=True)


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
