"""Events as sentences for people: what happened, with an icon and a tone; KINDS at the end is all of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from hotline import delivery
from hotline.console.templatetags.console import day, moment
from hotline.enums import (
    ArbitrationKind,
    CallResult,
    Channel,
    CheckResult,
    ClockState,
    DocumentKind,
    MeasureKind,
    MeasureOutcome,
    MemberState,
    Outcome,
    Party,
    Presence,
    Rung,
    Section,
    Stage,
    Stand,
    TransferCode,
    Urgency,
)
from hotline.models import Event
from workflows import rulebook
from workflows.deadlines.chain import kinds
from workflows.decisions import Decision
from workflows.flow import CaseFlow
from workflows.measures.kinds import KINDS as KINDS_OF_MEASURE
from workflows.measures.kinds import MeasureDecision

Data = dict[str, Any]
LEVELS: dict[str, Any] = {
    "COMING": gettext_lazy("soon due"),
    "RED": gettext_lazy("red light"),
    "AID_FIRST": gettext_lazy("legal aid first"),
    "YELLOW_CARD": gettext_lazy("yellow card"),
    "RED_CARD": gettext_lazy("red card"),
    "OVER": gettext_lazy("over"),
}
"""What is told of a period before and after its end."""


def step_name(step: str) -> str:
    """The step's name for people: its title in the flow's drawing."""
    return str(CaseFlow.instance.node(step).task_title)


def rule_words(code: str) -> tuple[str, str]:
    """A deadline rule's name and the article behind it, in the language of the page."""
    chinese = (get_language() or "").startswith("zh")
    rule = rulebook.shown().latest(code)
    if rule is None:
        return code, ""
    return (rule.name_zh, rule.basis) if chinese else (rule.name_en, rule.basis_en)


def _late(data: Data) -> str:
    due = moment(datetime.fromisoformat(data["due"]))
    if data["report"] == "written":
        return _("No written report of the emergency by %(due)s") % {"due": due}
    return _("No oral report of the emergency by %(due)s") % {"due": due}


def _rule(data: Data) -> str:
    return rule_words(data["rule"])[0]


def _opened(data: Data) -> str:
    return _("Case opened (%(channel)s)") % {"channel": Channel(data["channel"]).label}


def _stage(data: Data) -> str:
    return _("Now at: %(stage)s") % {"stage": Stage(data["stage"]).label}


def _closed(data: Data) -> str:
    return _("Case closed: %(outcome)s") % {"outcome": Outcome(data["outcome"]).label}


def _assigned(data: Data) -> str:
    roles = {"agent": _("Agent"), "lawyer": _("Lawyer"), "mediator": _("Mediator"), "checker": _("Checker")}
    name = data.get("to_name") or _("nobody yet")
    return _("%(role)s: %(name)s") % {"role": roles.get(data["role"], data["role"]), "name": name}


def _running(data: Data) -> str:
    words = {"rule": _rule(data), "due": day(date.fromisoformat(data["due"]))}
    if data.get("extended"):
        return _("%(rule)s extended, due %(due)s") % words
    if data.get("before"):
        return _("%(rule)s moved, due %(due)s") % words
    return _("%(rule)s runs, due %(due)s") % words


def _paused(data: Data) -> str:
    return _("%(rule)s is paused") % {"rule": _rule(data)}


def _alert(data: Data) -> str:
    words = {"rule": _rule(data), "due": day(date.fromisoformat(data["due"])), "level": LEVELS[data["level"]]}
    return _("%(rule)s: %(level)s, due %(due)s") % words


def _term(data: Data) -> str:
    chinese = (get_language() or "").startswith("zh")
    kind = kinds().get(data["of"])
    name = (kind.name_zh if chinese else kind.name_en) if kind else data["of"]
    told = _("%(what)s on %(day)s") % {"what": name, "day": day(date.fromisoformat(data["on"]))}
    if not data.get("names"):
        return told
    names = "、".join(data["names"])
    if data["persons"] > len(data["names"]):
        names = _("%(names)s and others, %(n)s in all") % {"names": names, "n": data["persons"]}
    return _("%(what)s (for %(names)s)") % {"what": told, "names": names}


def _entered(data: Data) -> str:
    if data.get("confirmed"):
        return _("Entered: %(what)s") % {"what": _term(data)}
    return _("Entered, to be confirmed by the lawyer: %(what)s") % {"what": _term(data)}


def _confirmed(data: Data) -> str:
    return _("Confirmed: %(what)s") % {"what": _term(data)}


def _struck(data: Data) -> str:
    return _("Struck out: %(what)s") % {"what": _term(data)}


def _ended(data: Data) -> str:
    if data["state"] == ClockState.MET:
        return _("%(rule)s met") % {"rule": _rule(data)}
    return _("%(rule)s no longer runs") % {"rule": _rule(data)}


def _over(data: Data) -> str:
    return _("%(rule)s is over") % {"rule": _rule(data)}


def _saved(data: Data) -> str:
    return _("Saved: %(section)s") % {"section": Section(data["section"]).label}


def _attached(data: Data) -> str:
    return _("File added: %(name)s") % {"name": data["name"]}


def _moved(data: Data) -> str:
    if not data["other"]:  # not one of the reader's
        if data.get("away"):
            return _("A conversation was moved to another case")
        return _("A conversation was moved here from another case")
    if data.get("away"):
        return _("A conversation was moved to %(number)s") % {"number": data["other"]}
    return _("A conversation was moved here from %(number)s") % {"number": data["other"]}


def _merged(data: Data) -> str:
    other = data["other"] or _("another case")
    if data["away"]:
        return _("Merged into %(number)s") % {"number": other}
    return _("%(number)s was merged into this case") % {"number": other}


def _unmerged(data: Data) -> str:
    other = data["other"] or _("another case")
    if data["away"]:
        return _("No longer merged into %(number)s: it stands where it stood") % {"number": other}
    return _("%(number)s is a matter of its own again") % {"number": other}


def _split(data: Data) -> str:
    other = data["other"] or _("another case")
    if data["away"]:
        return _("%(number)s was split off") % {"number": other}
    return _("Split off from %(number)s") % {"number": other}


def _completed(data: Data) -> str:
    decision = Decision(data["decision"]).label
    return _("%(step)s completed: %(decision)s") % {"step": step_name(data["step"]), "decision": decision}


def _extended(data: Data) -> str:
    return _("The commission extended its term, due %(due)s") % {"due": day(date.fromisoformat(data["due"]))}


def _result(data: Data) -> str:
    result = str(data.get("result", ""))
    return str(CallResult(result).label) if result in CallResult.values else ""


def _tried(data: Data) -> str:
    return _("Call-back tried: %(result)s") % {"result": _result(data) or "—"}


def _again(data: Data) -> str:
    words = {"why": delivery.means(data["code"]), "time": moment(datetime.fromisoformat(data["due"]))}
    return _("A text did not arrive (%(why)s) and is sent once more: %(time)s") % words


def measure_name(data: Data) -> str:
    """A measure's name: its kind, or which letter it is."""
    return str(Rung(data["rung"]).label if data.get("rung") else MeasureKind(data["measure_kind"]).label)


def _measure_begun(data: Data) -> str:
    words = {"measure": measure_name(data), "to": data.get("addressee", "")}
    return _("%(measure)s begun: %(to)s") % words if words["to"] else _("%(measure)s begun") % words


def _measure_decided(data: Data) -> str:
    spec = KINDS_OF_MEASURE[MeasureKind(data["measure_kind"])].steps[data["step"]]
    words = {
        "measure": measure_name(data),
        "step": spec.title,
        "decision": MeasureDecision(data["decision"]).label,
    }
    return _("%(measure)s, %(step)s: %(decision)s") % words


def _measure_given(data: Data) -> str:
    return _("%(measure)s: now with %(name)s") % {
        "measure": measure_name(data),
        "name": data.get("to_name") or _("nobody yet"),
    }


def _measure_ended(data: Data) -> str:
    return _("%(measure)s ended: %(outcome)s") % {
        "measure": measure_name(data),
        "outcome": MeasureOutcome(data["outcome"]).label,
    }


def _document_made(data: Data) -> str:
    words = {"paper": DocumentKind(data["document_kind"]).label, "number": data["number"]}
    if data["version"] > 1:
        return _("%(paper)s %(number)s made, version %(version)s") % {**words, "version": data["version"]}
    return _("%(paper)s made: %(number)s") % words


def _check_done(data: Data) -> str:
    return _("Checked: %(total)s of 100 points") % {"total": data["total"]}


def _transferred(data: Data) -> str:
    code = TransferCode(data["code"])
    words = {"code": f"{code.value} {code.label}", "body": data["body"], "phone": data["phone"]}
    if not words["body"]:
        return str(words["code"])
    return _("%(code)s: told to turn to %(body)s, %(phone)s") % words


def _returned(data: Data) -> str:
    if data["overdue"]:
        return _("%(unit)s returned the case after the term") % data
    return _("%(unit)s returned the case") % data


def _of_unit(words: Promise) -> Callable[[Data], str]:
    return lambda data: str(words) % {"unit": data["unit"]}


def _at_session(data: Data) -> str:
    return moment(datetime.fromisoformat(data["when"]))


def _session_planned(data: Data) -> str:
    return _("Session called for %(time)s, %(place)s") % {"time": _at_session(data), "place": data["place"]}


def _session_held(data: Data) -> str:
    words = {"time": _at_session(data)}
    words |= {side: str(Presence(data[side]).label) for side in ("worker", "employer")}
    return _("Session of %(time)s: worker %(worker)s, employer %(employer)s") % words


def _session_off(data: Data) -> str:
    return _("Session of %(time)s called off") % {"time": _at_session(data)}


def _marked(data: Data) -> str:
    if data["identity"]:
        return _("A file was marked as an identity paper")
    return _("A file is no identity paper any more")


def _arbitration(data: Data) -> str:
    words = {"what": str(ArbitrationKind(data["of"]).label), "place": data.get("place", "")}
    if data.get("when"):
        return _("%(what)s: %(time)s, %(place)s") % {**words, "time": _at_session(data)}
    return _("%(what)s on %(day)s") % {**words, "day": day(date.fromisoformat(data["on"]))}


def _arbitration_struck(data: Data) -> str:
    return _("Struck out: %(what)s") % {"what": ArbitrationKind(data["of"]).label}


def _proposal_made(data: Data) -> str:
    words = {"version": data["version"], "who": Party(data["made_by"]).label}
    if data.get("amount"):
        return _("Proposal, version %(version)s, by the %(who)s: %(amount)s yuan") % {
            **words, "amount": _money(data["amount"])
        }  # fmt: skip
    return _("Proposal, version %(version)s, by the %(who)s") % words


def _proposal_answered(data: Data) -> str:
    return _("%(who)s on proposal %(version)s: %(stand)s") % {
        "who": Party(data["side"]).label, "version": data["version"], "stand": Stand(data["stand"]).label
    }  # fmt: skip


def _agreement_made(data: Data) -> str:
    if not data.get("amount"):
        return _("Agreement signed on %(day)s") % {"day": day(date.fromisoformat(data["on"]))}
    return _("Agreement signed on %(day)s: %(amount)s yuan, %(n)s instalments") % {
        "day": day(date.fromisoformat(data["on"])), "amount": _money(data["amount"]), "n": len(data["plan"])
    }  # fmt: skip


def _instalment_paid(data: Data) -> str:
    words = {"number": data["number"], "amount": _money(data["amount"]), "left": _money(data["left"])}
    if Decimal(data["left"]):
        return _("Instalment %(number)s: %(amount)s yuan paid, %(left)s still owed") % words
    return _("Instalment %(number)s: %(amount)s yuan paid, nothing more owed") % words


def _money(text: str) -> str:
    return f"{Decimal(text):,.2f}"


def _unanswered(data: Data) -> str:
    return _("%(name)s did not answer in time: the review waits for a lawyer again") % data


def _conflict_checked(data: Data) -> str:
    words = {"name": data["lawyer"], "result": CheckResult(data["result"]).label}
    return _("Conflict check of %(name)s: %(result)s") % words


def _conflict_allowed(data: Data) -> str:
    return _("A supervisor let the possible conflict of %(lawyer)s pass") % data


def _stand_in(data: Data) -> str:
    words = {**data, "until": day(date.fromisoformat(data["until"]))}
    return _("%(name)s stands in for %(of)s until %(until)s") % words


def _stand_in_ended(data: Data) -> str:
    return _("%(name)s no longer stands in") % data


def _stand_in_refused(data: Data) -> str:
    return _("%(name)s cannot stand in here: a conflict of interest is possible") % data


def _of_member(words: Promise) -> Callable[[Data], str]:
    return lambda data: str(words) % {"name": data["name"]}


def _members_imported(data: Data) -> str:
    return _("%(n)s members added from a table") % {"n": data["count"]}


def _member_state(data: Data) -> str:
    return _("%(name)s: %(state)s") % {"name": data["name"], "state": MemberState(data["state"]).label}


def _represented(data: Data) -> str:
    return _("Representatives: %(names)s") % {"names": _(", ").join(data["names"])}


def _raised(data: Data) -> str:
    return _("Urgency: %(urgency)s") % {"urgency": Urgency(data["urgency"]).label}


def _plainly(text: Callable[[], str]) -> Callable[[Data], str]:
    return lambda data: text()


@dataclass(frozen=True)
class Kind:
    """How one kind of event is written and marked."""

    sentence: Callable[[Data], str]
    icon: str
    tone: str = "grey"
    quoted: str = ""
    """The field of the event's data that holds what a person wrote."""


KINDS: dict[str, Kind] = {
    "case.opened": Kind(_opened, "folder-plus", "house"),
    "case.stage": Kind(_stage, "milestone", "house"),
    "case.closed": Kind(_closed, "circle-check", "good", "note"),
    "case.reopened": Kind(_plainly(lambda: _("Case reopened")), "rotate-ccw", "warn", "reason"),
    "case.withdrawn": Kind(_plainly(lambda: _("Withdrawn by the worker")), "undo-2", "warn", "reason"),
    "case.assigned": Kind(_assigned, "user-round-check", "grey", "reason"),
    "case.transferred": Kind(_transferred, "forward", "house"),
    "case.dispatched": Kind(_of_unit(gettext_lazy("Dispatched to %(unit)s")), "send", "house"),
    "dispatch.accepted": Kind(_of_unit(gettext_lazy("%(unit)s has accepted the case")), "check", "good"),
    "dispatch.returned": Kind(_returned, "undo-2", "warn", "reason"),
    "dispatch.taken_back": Kind(_of_unit(gettext_lazy("Taken back from %(unit)s")), "undo", "warn", "reason"),
    "dispatch.withdrawn": Kind(_of_unit(gettext_lazy("No longer dispatched to %(unit)s")), "undo-2", "grey"),
    "case.merged": Kind(_merged, "merge", "warn", "reason"),
    "case.unmerged": Kind(_unmerged, "split", "warn", "reason"),
    "case.split": Kind(_split, "split", "house", "reason"),
    "collective.confirmed": Kind(
        _plainly(lambda: _("Confirmed as a collective case")), "users", "warn", "note"
    ),
    "collective.revoked": Kind(_plainly(lambda: _("No collective case any more")), "users", "warn", "reason"),
    "member.added": Kind(_of_member(gettext_lazy("%(name)s takes part")), "user-plus"),
    "members.imported": Kind(_members_imported, "user-plus", "house"),
    "member.changed": Kind(_of_member(gettext_lazy("Member changed: %(name)s")), "pencil"),
    "member.state": Kind(_member_state, "user-round-check", "grey", "reason"),
    "representatives.chosen": Kind(_represented, "users", "house", "note"),
    "review.accepted": Kind(_plainly(lambda: _("Review accepted")), "check", "house"),
    "review.declined": Kind(_plainly(lambda: _("Review declined")), "user-round-x", "warn", "reason"),
    "review.unanswered": Kind(_unanswered, "user-round-x", "warn"),
    "conflict.checked": Kind(_conflict_checked, "shield-check"),
    "conflict.allowed": Kind(_conflict_allowed, "shield-check", "warn"),
    "stand_in.begun": Kind(_stand_in, "users", "house"),
    "stand_in.ended": Kind(_stand_in_ended, "users"),
    "stand_in.refused": Kind(_stand_in_refused, "users", "warn"),
    "step.completed": Kind(_completed, "list-checks", "house", "note"),
    "urgency.changed": Kind(_plainly(lambda: _("Marked as an emergency (P0)")), "siren", "bad"),
    "urgency.raised": Kind(_raised, "siren", "warn"),
    "emergency.opened": Kind(_plainly(lambda: _("Emergency: the duty lead is alarmed")), "siren", "bad"),
    "emergency.taken": Kind(_plainly(lambda: _("Emergency taken over")), "siren", "warn"),
    "emergency.oral": Kind(_plainly(lambda: _("Emergency reported orally")), "siren", "grey", "note"),
    "emergency.written": Kind(_plainly(lambda: _("Emergency reported in writing")), "siren", "grey", "note"),
    "emergency.late": Kind(_late, "siren", "bad"),
    "emergency.released": Kind(_plainly(lambda: _("Emergency released")), "siren", "good", "reason"),
    "check.drawn": Kind(_plainly(lambda: _("Drawn for a check")), "clipboard-check"),
    "check.done": Kind(_check_done, "clipboard-check", "house", "note"),
    "decision.taken_back": Kind(
        _plainly(lambda: _("The decision was taken back")), "undo-2", "warn", "reason"
    ),
    "measure.begun": Kind(_measure_begun, "split", "house", "note"),
    "measure.decided": Kind(_measure_decided, "list-checks", "grey", "note"),
    "measure.given": Kind(_measure_given, "user-round-check", "grey", "reason"),
    "measure.ended": Kind(_measure_ended, "circle-check", "good", "reason"),
    "session.planned": Kind(_session_planned, "calendar-plus", "house", "note"),
    "session.held": Kind(_session_held, "users", "house", "note"),
    "session.off": Kind(_session_off, "calendar-x", "warn", "reason"),
    "proposal.made": Kind(_proposal_made, "file-pen-line", "house", "note"),
    "proposal.answered": Kind(_proposal_answered, "message-square", "grey", "note"),
    "agreement.made": Kind(_agreement_made, "handshake", "good", "note"),
    "agreement.kept": Kind(
        _plainly(lambda: _("The agreement was kept: all is paid")), "circle-check", "good"
    ),
    "agreement.given_up": Kind(
        _plainly(lambda: _("The payments of the agreement are no longer waited for")), "ban", "warn", "reason"
    ),
    "instalment.paid": Kind(_instalment_paid, "banknote", "good", "note"),
    "arbitration.entered": Kind(_arbitration, "landmark", "house", "note"),
    "arbitration.struck": Kind(_arbitration_struck, "calendar-x", "warn", "reason"),
    "document.made": Kind(_document_made, "file-text", "house"),
    "award.extended": Kind(_extended, "calendar-plus", "warn"),
    "clock.running": Kind(_running, "timer"),
    "clock.paused": Kind(_paused, "timer-off", "warn"),
    "clock.alert": Kind(_alert, "alarm-clock", "warn"),
    "term.entered": Kind(_entered, "calendar-plus", "grey", "note"),
    "term.confirmed": Kind(_confirmed, "calendar-check", "good"),
    "term.struck": Kind(_struck, "calendar-x", "warn", "reason"),
    "clock.ended": Kind(_ended, "timer-off"),
    "clock.over": Kind(_over, "alarm-clock", "bad"),
    "section.saved": Kind(_saved, "pencil"),
    "note": Kind(_plainly(lambda: _("Note")), "sticky-note", "violet", "text"),
    "attachment.added": Kind(_attached, "paperclip"),
    "attachment.marked": Kind(_marked, "id-card"),
    "contact.opted_out": Kind(
        _plainly(lambda: _("No more text messages wanted")), "message-square-off", "warn"
    ),
    "contact.opted_in": Kind(_plainly(lambda: _("Text messages wanted again")), "message-square", "grey"),
    "sms.again": Kind(_again, "message-square-warning", "warn"),
    "interaction.moved": Kind(_moved, "arrow-left-right"),
    "callback.opened": Kind(_plainly(lambda: _("To be called back")), "phone-missed", "warn"),
    "callback.tried": Kind(_tried, "phone-off"),
    "callback.reached": Kind(_plainly(lambda: _("Call-back done: reached")), "phone-call", "good"),
    "callback.given_up": Kind(_plainly(lambda: _("Call-back given up")), "phone-off", "grey", "reason"),
    "call.requeued": Kind(
        _plainly(lambda: _("The call went back to the queue: the softphone did not connect")),
        "phone-forwarded",
        "warn",
    ),
}
"""What the timeline says of each kind of event."""

CONVERSATIONS = frozenset(
    f"{channel.lower()}.{direction}" for channel in Channel.values for direction in ("inbound", "outbound")
)
"""Kinds that stand for a call or a message itself: the timeline shows it, with all that was said."""


def sentence(event: Event) -> str:
    """The event in words."""
    return KINDS[event.kind].sentence(event.data)


def quoted(event: Event) -> str:
    """What a person wrote with it."""
    return str(event.data.get(KINDS[event.kind].quoted, "") or "")
