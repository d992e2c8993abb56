"""How the carrier misbehaves on request; nothing of it happens unless it was asked for."""

import random
from dataclasses import dataclass, field, fields
from typing import Any

PROBABILITIES = (
    "duplicate",
    "reorder",
    "drop",
    "rest_429",
    "rest_500_after",
    "undelivered",
    "recording_absent",
)


@dataclass
class Faults:
    """Probabilities from 0 to 1; `delay` is a range in seconds added before each webhook.

    - duplicate: a webhook is sent twice, with the same idempotency token
    - reorder: a callback does not wait for those before it and is held back for a moment
    - drop: a callback is lost; a request for TwiML meets a broken connection
    - rest_429: a REST call is refused before anything was done
    - rest_500_after: a REST call that writes is carried out and answered with a server error
    - undelivered: an outgoing message ends as undelivered, with `undelivered_code`
    - recording_absent: a recording turns out to be absent
    """

    duplicate: float = 0.0
    delay: tuple[float, float] = (0.0, 0.0)
    reorder: float = 0.0
    drop: float = 0.0
    rest_429: float = 0.0
    rest_500_after: float = 0.0
    undelivered: float = 0.0
    undelivered_code: int = 30003
    recording_absent: float = 0.0
    seed: int | None = None
    dice: random.Random = field(default_factory=random.Random, repr=False)

    def happens(self, name: str) -> bool:
        """Rolls the dice for the fault of that name."""
        chance: float = getattr(self, name)
        return chance > 0 and self.dice.random() < chance

    def pause(self) -> float:
        """Seconds by which the next webhook is late."""
        low, high = self.delay
        return self.dice.uniform(low, high) if high > 0 else 0.0

    def as_json(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "dice"}


def read_faults(data: dict[str, Any]) -> Faults:
    """Faults from the door's JSON; what is left out does not happen.

    Raises ValueError naming what cannot be read.
    """
    unknown = set(data) - set(PROBABILITIES) - {"delay", "seed", "undelivered_code"}
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    seed, code = data.get("seed"), data.get("undelivered_code", 30003)
    if seed is not None and (not isinstance(seed, int) or isinstance(seed, bool)):
        raise ValueError("seed must be a whole number")
    if not isinstance(code, int) or not 10000 <= code <= 99999:
        raise ValueError("undelivered_code must have five digits")
    chances = {name: _probability(name, data[name]) for name in PROBABILITIES if name in data}
    # Chance is what is wanted here, and the same again for the same seed.
    dice = random.Random(seed)  # noqa: S311
    return Faults(
        **chances, delay=_range(data.get("delay", [0, 0])), undelivered_code=code, seed=seed, dice=dice
    )


def _probability(name: str, value: object) -> float:
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, int | float) and 0 <= value <= 1:
        return float(value)
    raise ValueError(f"{name} must be a probability from 0 to 1")


def _range(value: object) -> tuple[float, float]:
    if isinstance(value, list) and len(value) == 2 and all(isinstance(each, int | float) for each in value):
        low, high = float(value[0]), float(value[1])
        if 0 <= low <= high <= 600:
            return low, high
    raise ValueError("delay must be [from, to] in seconds, at most 600")
