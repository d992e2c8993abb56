"""By when a lawyer answers a review that they were given (`workflows.reviews` takes back what is over)."""

from django.utils import timezone

from hotline.enums import ReviewAnswer
from hotline.models import Case, ReviewOffer, Staff
from hotline.models.prepared import Given, Prepared, insert, update
from workflows import rulebook, terms

ANSWER = "service.review_answer"
PENDING = Prepared(lambda: ReviewOffer.objects.filter(case=Given("case"), answered_at=None))


def offer(case: Case, lawyer: Staff) -> ReviewOffer:
    """Note that the review was given to `lawyer` just now; what was given before is with nobody any more."""
    answered(case, ReviewAnswer.MOVED)
    now = timezone.now()
    due = terms.reckon(rulebook.fresh(), ANSWER, timezone.localdate(now), (), "").due
    return insert(ReviewOffer(case=case, lawyer=lawyer, given_at=now, answer_by=due))


def answered(case: Case, answer: ReviewAnswer) -> None:
    """What became of the review that the case's lawyer was given; nothing where it was answered before."""
    for row in PENDING.all(case=case.pk):
        row.answer, row.answered_at = answer, timezone.now()
        update(row, "answer", "answered_at")
