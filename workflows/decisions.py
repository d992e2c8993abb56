"""What a step can decide, and what a decision that closes the case means as an outcome."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from hotline.enums import Outcome


class Decision(TextChoices):
    ANSWERED = "ANSWERED", _("Answered, close")
    TRANSFERRED = "TRANSFERRED", _("Transferred out, close")
    NUISANCE = "NUISANCE", _("Nuisance or invalid, close")
    DISPATCH = "DISPATCH", _("Dispatch to a unit")
    REVIEW = "REVIEW", _("To legal review")
    MORE = "MORE", _("Ask for more, back to intake")
    MEDIATE = "MEDIATE", _("To mediation")
    REFER = "REFER", _("To arbitration referral")
    NOT_TAKEN_UP = "NOT_TAKEN_UP", _("Application not accepted, back to the lawyer")
    SETTLED = "SETTLED", _("Settled, close")
    NOT_PURSUED = "NOT_PURSUED", _("Not pursued by the worker, close")
    FILED = "FILED", _("Filed with the commission")
    FILED_AT_ONCE = "FILED_AT_ONCE", _("Filed at once, papers to be completed")
    ACCEPTED = "ACCEPTED", _("Accepted by the commission")
    REFUSED = "REFUSED", _("Refused by the commission")
    UNDECIDED = "UNDECIDED", _("No decision in time")
    AWARDED = "AWARDED", _("Award received")
    SETTLED_THERE = "SETTLED_THERE", _("Settled before the commission")
    TAKEN_BACK = "TAKEN_BACK", _("Application withdrawn")
    PERFORMED = "PERFORMED", _("Performed, close")
    SUED = "SUED", _("To court, suit filed")
    ENFORCED = "ENFORCED", _("To enforcement")
    LET_STAND = "LET_STAND", _("Nothing further, close")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn by the worker, close")
    FED_BACK = "FED_BACK", _("Result fed back, to the check")
    PASSED = "PASSED", _("Passed, to the return visit")
    RETURNED = "RETURNED", _("Not passed, back to the legal review")
    VISITED = "VISITED", _("Worker asked, close")
    REDO = "REDO", _("Worker not satisfied, redo")
    TERMINATED = "TERMINATED", _("Not satisfied again, end with an explanation")
    UNREACHED = "UNREACHED", _("Not reached, try again later")
    GIVEN_UP = "GIVEN_UP", _("Not reached after several tries, close")


DECISIONS: dict[str, tuple[Decision, ...]] = {
    "intake": (
        Decision.REVIEW,
        Decision.DISPATCH,
        Decision.ANSWERED,
        Decision.TRANSFERRED,
        Decision.NUISANCE,
    ),
    "legal_review": (Decision.ANSWERED, Decision.MORE, Decision.MEDIATE, Decision.REFER),
    "mediation": (
        Decision.SETTLED,
        Decision.REFER,
        Decision.REVIEW,
        Decision.NOT_TAKEN_UP,
        Decision.NOT_PURSUED,
    ),
    "file_referral": (Decision.FILED, Decision.FILED_AT_ONCE),
    "acceptance": (Decision.ACCEPTED, Decision.REFUSED, Decision.TAKEN_BACK, Decision.UNDECIDED),
    "award": (Decision.AWARDED, Decision.SETTLED_THERE, Decision.TAKEN_BACK, Decision.UNDECIDED),
    "aftermath": (Decision.PERFORMED, Decision.SUED, Decision.ENFORCED, Decision.LET_STAND, Decision.REVIEW),
    "feedback": (Decision.FED_BACK, Decision.REVIEW),
    "check": (Decision.PASSED, Decision.RETURNED),
    "visit": (Decision.VISITED, Decision.REDO, Decision.UNREACHED, Decision.GIVEN_UP, Decision.TERMINATED),
}
"""Each step of the flow and what may be decided there."""

OUTCOMES: dict[str, Outcome] = {
    Decision.ANSWERED: Outcome.ANSWERED,
    Decision.TRANSFERRED: Outcome.TRANSFERRED,
    Decision.NUISANCE: Outcome.NUISANCE,
    Decision.SETTLED: Outcome.SETTLED,
    Decision.NOT_PURSUED: Outcome.NOT_PURSUED,
    Decision.REFUSED: Outcome.REFUSED,
    Decision.UNDECIDED: Outcome.UNDECIDED,
    Decision.AWARDED: Outcome.AWARDED,
    Decision.SETTLED_THERE: Outcome.SETTLED_ARB,
    Decision.WITHDRAWN: Outcome.WITHDRAWN,
    Decision.TAKEN_BACK: Outcome.WITHDRAWN,
    Decision.TERMINATED: Outcome.TERMINATED,
}
"""How a case ends that was decided so: `CaseProcess.ending` keeps it through check and return visit."""
AFTER = frozenset({Decision.PERFORMED, Decision.SUED, Decision.ENFORCED, Decision.LET_STAND})
"""What comes after an arbitration: it ends as the arbitration did, with the lawyer's word."""
CLOSES = frozenset({*OUTCOMES, *AFTER, Decision.FED_BACK, Decision.VISITED, Decision.GIVEN_UP})
"""What brings a case nearer to its end, and not back to someone."""
