"""An administrator's rule, as the form makes it."""

from typing import Any

from hotline.models import RuleVersion
from workflows import rulebook

SAME = ("name_zh", "name_en", "text_zh", "text_en", "start_zh", "start_en", "roll", "region")


def a_rule(code: str, **changes: Any) -> RuleVersion:
    """A version of `code`, not yet saved: as the handling of a case, but for `changes`."""
    rule = rulebook.fresh().latest("service.handling")
    assert rule is not None
    values = {name: getattr(rule, name) for name in SAME} | {"length": rule.length, "unit": rule.unit.value}
    return RuleVersion(code=code, law_zh=rule.law.zh, law_en=rule.law.en, **values | changes)
