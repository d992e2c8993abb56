"""Bringing recordings and files from the carrier here: claimed, read in pieces, hashed, kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from tempfile import SpooledTemporaryFile

import structlog

from hotline.actions import media, recordings
from hotline.errors import CarrierBusy, CarrierRefused, Invalid
from hotline.telephony import gateway

log = structlog.get_logger(__name__)
IN_MEMORY = 1024 * 1024


class Fetched:
    """What was fetched: the content, its size in bytes and its hash."""

    def __init__(self, content: "SpooledTemporaryFile[bytes]", size: int, digest: str) -> None:
        self.content, self.size, self.digest = content, size, digest


@contextmanager
def fetched(url: str, limit: int | None = None) -> Iterator[Fetched]:
    """The file at `url`. Raises Invalid when it is larger than `limit` bytes, else as the gateway does."""
    hashed, size = sha256(), 0
    with SpooledTemporaryFile(max_size=IN_MEMORY) as content:
        with gateway.fetch_media(url) as pieces:
            for piece in pieces:
                size += len(piece)
                if limit is not None and size > limit:
                    raise media.too_large()
                hashed.update(piece)
                content.write(piece)
        yield Fetched(content, size, hashed.hexdigest())


def fetch_recordings(now: datetime) -> int:
    """Fetch the recordings that are ready. Returns how many are here now."""
    if not gateway.configured():
        return 0
    done = 0
    for pk in recordings.due(now):
        row = recordings.claim(pk, now)
        if row is None:
            continue
        try:
            with fetched(f"{row.url}.mp3") as file:
                recordings.stored(pk, file.content, file.digest)
            done += 1
        except (CarrierBusy, CarrierRefused) as error:
            log.warning("recording not fetched", recording=pk, tries=row.tries, error=type(error).__name__)
            recordings.failed(pk, now, final=isinstance(error, CarrierRefused))
        except OSError:
            recordings.put_back(pk, now)
            raise  # a disk that is full keeps the others from being kept too: the duty comes back later
    return done


def fetch_media(now: datetime) -> int:
    """Fetch the files that came with messages. Returns how many are here now."""
    if not gateway.configured():
        return 0
    done = 0
    for pk in media.due(now):
        row = media.claim(pk, now)
        if row is None:
            continue
        try:
            with fetched(row.source_url, media.limit_bytes()) as file:
                media.stored(pk, file.content, file.size, file.digest)
            done += 1
        except (CarrierBusy, CarrierRefused, Invalid) as error:
            log.warning("file not fetched", attachment=pk, tries=row.tries, error=type(error).__name__)
            media.failed(pk, error.message, now, final=not isinstance(error, CarrierBusy))
        except OSError:
            media.put_back(pk, now)
            raise
    return done
