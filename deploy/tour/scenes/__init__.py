"""The scenes of the tour, in the order in which they are played."""

from collections.abc import Awaitable, Callable

from deploy.tour.scenes import (
    arbitration,
    call,
    closing,
    consultation,
    doors,
    finding,
    message,
    missed,
    review,
)
from deploy.tour.stage import Stage

SCENES: tuple[tuple[str, Callable[[Stage], Awaitable[None]]], ...] = (
    ("The doors open", doors.play),
    ("A call comes in and is written down", call.play),
    ("Legal review and a mediation that fails", review.play),
    ("Arbitration: referral, acceptance, award", arbitration.play),
    ("Check, return visit, closing", closing.play),
    ("A consultation is answered at once", consultation.play),
    ("A case by text message", message.play),
    ("A missed call is called back", missed.play),
    ("The history is searched", finding.play),
)
