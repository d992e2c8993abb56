"""Every event that the sources write is told of on the timeline, or stands with its call."""

import re
from pathlib import Path

from hotline.console.sentences import CONVERSATIONS, KINDS

ROOT = Path(__file__).resolve().parents[3]
TOLD_WITH_ITS_CALL = {
    *(f"call.{name}" for name in ("accepted", "agent_left", "ended", "held", "recording", "said", "talking")),
    *(f"call.{name}" for name in ("unheld", "voicemail", "waiting", "wrapped_up")),
    *("offer.declined", "offer.lapsed", "sms.state", "attachment.stored", "attachment.failed"),
}


def recorded_kinds() -> set[str]:
    """The kinds that the sources write, as they stand beside `record`."""
    found: set[str] = set()
    for folder in ("hotline/actions", "hotline/telephony", "workflows"):
        for path in (ROOT / folder).rglob("*.py"):
            for call in re.findall(r"record\((.*?)\)\n", path.read_text(encoding="utf-8"), re.DOTALL):
                found |= set(re.findall(r'"((?:[a-z_]+)\.(?:[a-z_]+)|note)"', call))
    return found


def test_every_event_has_its_words() -> None:
    kinds = recorded_kinds()
    assert len(kinds) > 30
    assert kinds - set(KINDS) - CONVERSATIONS - TOLD_WITH_ITS_CALL == set()
