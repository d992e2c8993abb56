"""How a date came about, as it is kept with its clock: the rule as it stood, and each event's effect."""

from typing import Any

from workflows.deadlines.chain import START, Reckoning, Step, kinds
from workflows.deadlines.rules import Rule


def as_data(found: Reckoning) -> dict[str, Any]:
    """The derivation as it is stored and printed, dates as text."""
    return {
        "rule": rule_data(found.rule),
        "start": found.start.isoformat(),
        "counted": found.raw.isoformat(),
        "due": found.due.isoformat(),
        "provisional": found.provisional,
        "extended": found.extended,
        "paused_since": found.paused_since.isoformat() if found.paused_since else None,
        "steps": [_step(step, found.rule) for step in found.steps],
    }


def rule_data(rule: Rule) -> dict[str, Any]:
    """The rule as it stood."""
    return {
        "code": rule.code,
        "name_zh": rule.name_zh,
        "name_en": rule.name_en,
        "basis_zh": rule.basis,
        "basis_en": rule.basis_en,
        "length": rule.length,
        "extension": rule.extension,
        "unit": rule.unit.value,
        "roll": rule.roll,
        "region": rule.region,
        "verified": rule.verified,
        "row": rule.row,
    }


def _step(step: Step, rule: Rule) -> dict[str, Any]:
    one = step.happening
    if one.kind == START:
        names = {"name_zh": rule.start_zh, "name_en": rule.start_en, "basis_zh": "", "basis_en": ""}
    else:
        kind = kinds()[one.kind]
        names = {
            "name_zh": kind.name_zh,
            "name_en": kind.name_en,
            "basis_zh": kind.basis,
            "basis_en": kind.basis_en,
        }
    return {
        "kind": one.kind,
        "on": one.on.isoformat(),
        "until": one.until.isoformat() if one.until else None,
        "note": one.note,
        "row": one.key,
        "effect": step.effect.value,
        "why_not": step.why.value,
        "start": step.start.isoformat(),
        "due": step.due.isoformat(),
        "would_be": step.would_be.isoformat() if step.would_be else None,
        **names,
    }
