"""The grammar of the search, by examples; docs/search.md has it in full."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Example:
    """Something that may be typed, and what it finds."""

    typed: str | Promise
    finds: str | Promise


EXAMPLES = (
    Example(_("wages Zhou"), _("cases in which both are found, anywhere")),
    Example(_('"three months of wages"'), _("these words next to each other")),
    Example(_("wages OR insurance"), _("one of the two; OR in capitals")),
    Example(_("wages -withdrawn"), _("without the word after the minus sign")),
    Example("9198", _("three or more digits of a telephone number, the case's number or a number in a text")),
    Example("zhouming", _("a name by its sound; also its initials: zm")),
    Example(_("lawyer:Li"), _("the case's lawyer; also agent: and mediator:, and lawyer:none")),
    Example(
        _("employer:hat stage:mediation"),
        _("in this field only; also name:, phone:, number:, category:, urgency:, district:"),
    ),
    Example(_("date:2024-05..2024-07"), _("opened on these days; a year, a month or a day alone, too")),
)
