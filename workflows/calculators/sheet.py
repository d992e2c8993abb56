"""A calculation as it is written down: its steps, the figures and articles behind it, what is not known."""

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from hotline.enums import ClaimKind
from hotline.errors import Invalid
from workflows.calculators import parameters
from workflows.calculators.figures import FILE, Figures
from workflows.calculators.parameters import COUNTRY, Article, Figure
from workflows.calculators.spans import Slice

FEN = Decimal("0.01")
ZERO = Decimal(0)
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Step:
    """One line of the derivation: the words with the numbers put in, and what they come to, in yuan."""

    words: str
    amount: Decimal | None = None


@dataclass(frozen=True)
class Result:
    """What is owed, in yuan, and how it came about; the texts are in the language that was active."""

    claim: ClaimKind
    amount: Decimal
    period: str
    formula: str
    """The whole reckoning in one line."""
    steps: tuple[Step, ...]
    articles: tuple[Article, ...]
    figures: tuple[Figure, ...]
    notes: tuple[str, ...]
    unknown: tuple[str, ...]
    """Figures that nobody knows here, and what was left out for want of them."""

    @property
    def unverified(self) -> tuple[Figure, ...]:
        """Those of its figures that await checking against the official text."""
        return tuple(one for one in self.figures if not one.verified)

    def basis(self, longest: int) -> str:
        """The reckoning and as many of its articles as fit into `longest` characters."""
        text = self.formula
        for article in self.articles:
            longer = _("%(formula)s; %(article)s") % {"formula": text, "article": article.name(chinese())}
            if len(longer) <= longest:
                text = longer
        return text[:longest]


@dataclass
class Sheet:
    """Collects a calculation line by line, by the figures in force."""

    book: Figures = FILE
    steps: list[Step] = field(default_factory=list)
    articles: list[Article] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def find(self, code: str, on: date, place: str = COUNTRY) -> Decimal | None:
        """The figure `code` for `on` in `place`, noted as used; None where it is not known."""
        found = self.book.find(code, on, place)
        if found is None:
            return None
        if found not in self.figures:
            self.figures.append(found)
        if found.article:
            self._cite(found.article)
        return found.value

    def figure(self, code: str, on: date, place: str = COUNTRY) -> Decimal:
        """The same. Raises Invalid where it is not known."""
        value = self.find(code, on, place)
        if value is None:
            name = parameters.name_of(code).text(chinese())
            raise Invalid({"figure": _("%(name)s: not known for %(day)s.") % {"name": name, "day": on}})
        return value

    def cite(self, *keys: str) -> None:
        """Name the articles behind the claim."""
        for key in keys:
            self._cite(parameters.articles()[key])

    def _cite(self, article: Article) -> None:
        if article not in self.articles:
            self.articles.append(article)

    def step(self, words: str, amount: Decimal | None = None) -> None:
        """Write down one line."""
        self.steps.append(Step(words, amount))

    def done(self, claim: ClaimKind, amount: Decimal, period: str, formula: str) -> Result:
        """The sheet with what came of it."""
        return Result(
            claim,
            fen(amount),
            period,
            formula,
            tuple(self.steps),
            tuple(self.articles),
            tuple(self.figures),
            tuple(self.notes),
            tuple(self.unknown),
        )


def chinese() -> bool:
    """Whether people are being spoken to in Chinese."""
    return (get_language() or "").startswith("zh")


def fen(value: Decimal) -> Decimal:
    """`value` rounded to whole fen, a half upwards."""
    return value.quantize(FEN, ROUND_HALF_UP)


def money(value: Decimal) -> str:
    """A sum as it stands in a formula: 12,345.60."""
    return f"{fen(value):,}"


def plain(value: Decimal) -> str:
    """A number without needless zeros: 21.75, 0.5, 12."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def span(first: date, last: date) -> str:
    """From one day to another, both counted."""
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def slice_pay(sheet: Sheet, monthly: Decimal, part: Slice) -> Decimal:
    """The pay for `part` of a month, in fen: its paid days by those of a month, never more than the month."""
    if part.whole:
        return fen(monthly)
    return fen(min(monthly, monthly * part.paid_days / sheet.figure("pay.days_a_month", part.last)))
