"""What happens in the life of a demo case of each plan after it was written down."""

from collections.abc import Callable

from hotline.demo import arbitrations, gatherings, measures, path, repeats, units
from hotline.demo.life import Life

Step = Callable[[Life], None]
REVIEWED: tuple[Step, ...] = (path.to_review, path.write_opinion)
MEDIATED: tuple[Step, ...] = (*REVIEWED, path.to_mediation, path.meet)
REFERRED: tuple[Step, ...] = (*MEDIATED, path.fail)
ACCEPTED: tuple[Step, ...] = (*REFERRED, arbitrations.file, arbitrations.accepted)
END: tuple[Step, ...] = (path.check, path.visit)
LIVES: dict[str, tuple[Step, ...]] = {
    "answered": (path.answer,),
    "transferred": (path.transfer,),
    "intake": (Life.talk_again,),
    "dispatched": (units.dispatch,),
    "repeated": (repeats.call_again,),
    "collective": (gatherings.gather, path.to_review, path.accept, gatherings.look_into),
    "review": (path.to_review, path.accept),
    "mediation": (*REVIEWED, measures.negotiate, path.to_mediation, path.meet, Life.talk_again),
    "settled": (*MEDIATED, path.settle, *END),
    "instalments": (*MEDIATED, path.settle_in_parts),
    "to_check": (*MEDIATED, path.settle),
    "to_visit": (*MEDIATED, path.settle, path.check),
    "redone": (*MEDIATED, path.settle, path.check, path.redo),
    "filing": (*REFERRED, measures.write_letter, arbitrations.prepare),
    "acceptance": (*REFERRED, arbitrations.file),
    "hearing": (*ACCEPTED, measures.ask_for_aid, arbitrations.call_hearing, Life.talk_again),
    "award": (
        *REVIEWED, measures.letter_without_reply, path.to_mediation, path.meet, path.fail,
        measures.ask_for_aid, arbitrations.file, arbitrations.accepted, arbitrations.hold_hearing,
        measures.hear_nothing, arbitrations.after_hearing,
    ),
    "aftermath": (*ACCEPTED, arbitrations.hold_hearing, arbitrations.award_lately),
    "awarded": (*ACCEPTED, arbitrations.hold_hearing, arbitrations.award, arbitrations.aftermath, *END),
    "refusal": (*REFERRED, arbitrations.file, arbitrations.refused_lately),
    "refused": (*REFERRED, arbitrations.file, arbitrations.refused, arbitrations.let_stand, *END),
    "taken_back": (*ACCEPTED, arbitrations.take_back, *END),
    "withdrawn": (*REVIEWED, path.withdraw),
    "declined": (path.to_review, path.decline),
}  # fmt: skip
"""How many there are of each plan, and how old they are, stands in grow.py."""
