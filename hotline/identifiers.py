"""Numbers that people are known by: identity numbers, credit codes, telephone numbers, and text lengths.

Nothing here touches the database. What is refused says which part is wrong, in words for people.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

import phonenumbers
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hotline.enums import Sex

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECK_DIGITS = "10X98765432"
EARLIEST_BIRTH = date(1850, 1, 1)
CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))

# What carriers send in the place of a number that the caller keeps to themselves: the keys of a telephone
# spelling ANONYMOUS, BLOCKED, PRIVATE, RESTRICTED, UNAVAILABLE, UNKNOWN.
WITHHELD = frozenset({"266696687", "2562533", "7748283", "7378742833", "86282452253", "8656696"})
NUMBER_SHAPE = re.compile(r"\+?[\d\s().\-/]{3,30}", re.ASCII)

# The default alphabet of GSM 03.38; those of its extension take two places.
GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("\f^{}\\[~]|€")


class WrongIdentifier(ValueError):
    """A number that cannot be right; `message` (translated when shown) says which part and why."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


@dataclass(frozen=True)
class IdNumber:
    """A resident identity number that passed its checks, and what it tells."""

    text: str
    birth_date: date
    sex: Sex


@dataclass(frozen=True)
class Segments:
    """How a text message is cut by the carrier: `units` is its length in the encoding's own places."""

    encoding: str
    count: int
    units: int


def half_width(text: str) -> str:
    """`text` as an input method's half-width mode would have typed it: １２Ｘ becomes 12X."""
    return unicodedata.normalize("NFKC", text)


def check_id_number(text: str, today: date | None = None) -> IdNumber:
    """The identity number in `text` (GB 11643), spaces and full-width characters put right.

    The area code is not compared with today's divisions: it is the one of the first registration and may
    be gone. Raises WrongIdentifier naming length, characters, birth date or check digit.
    """
    number = _compact(text)
    if len(number) != 18:
        raise WrongIdentifier(_("An identity number has 18 characters."))
    if not re.fullmatch(r"\d{17}[\dX]", number, re.ASCII):
        raise WrongIdentifier(_("An identity number is 17 digits and a last digit or X."))
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise WrongIdentifier(_("The date of birth in the identity number does not exist.")) from None
    if not EARLIEST_BIRTH <= born <= (today or timezone.localdate()):
        raise WrongIdentifier(_("The date of birth in the identity number cannot be right."))
    total = sum(weight * int(digit) for weight, digit in zip(ID_WEIGHTS, number[:17], strict=True))
    if ID_CHECK_DIGITS[total % 11] != number[17]:
        raise WrongIdentifier(_("The last character of the identity number does not fit the others."))
    return IdNumber(number, born, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE)


def check_credit_code(text: str) -> str:
    """The unified social credit code in `text` (GB 32100), in capitals.

    The organisation's own check digit inside it is not looked at: the outer one covers it.
    Raises WrongIdentifier naming length, characters or check character.
    """
    code = _compact(text)
    if len(code) != 18:
        raise WrongIdentifier(_("A unified social credit code has 18 characters."))
    if any(character not in CREDIT_CHARACTERS for character in code):
        raise WrongIdentifier(
            _("A unified social credit code has digits and capital letters, but no I, O, S, V or Z.")
        )
    total = sum(
        weight * CREDIT_CHARACTERS.index(character)
        for weight, character in zip(CREDIT_WEIGHTS, code[:17], strict=True)
    )
    if CREDIT_CHARACTERS[-total % 31] != code[17]:
        raise WrongIdentifier(_("The last character of the credit code does not fit the others."))
    return code


def normalise_number(text: str, default_region: str = "CN") -> str | None:
    """The telephone number in `text` in E.164, or None where it names no number one could call or text.

    Withheld numbers, `client:` and `sip:` addresses and words are no numbers; of `whatsapp:+86...` the
    number counts. Short numbers such as 12351 are none either: nobody texts from them.
    """
    shape = half_width(text).strip().removeprefix("whatsapp:").strip()
    if not NUMBER_SHAPE.fullmatch(shape) or shape.lstrip("+") in WITHHELD:
        return None
    try:
        number = phonenumbers.parse(shape, default_region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number) or len(str(number.national_number)) < 7:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mask_number(text: str) -> str:
    """A number or address with its middle hidden: enough to tell two apart, too little to call."""
    if len(text) < 8:
        return "*" * len(text)
    return f"{text[:-8]}****{text[-4:]}"


def mask_id_number(text: str) -> str:
    """An identity number as lists show it: the first six and the last four characters."""
    return f"{text[:6]}***{text[-4:]}" if len(text) == 18 else "*" * len(text)


def segments(text: str) -> Segments:
    """How many text messages the carrier makes of `text`, and in which encoding (GSM-7 or UCS-2).

    A single message holds 160 places of GSM-7 or 70 of UCS-2; each part of a longer one 153 or 67.
    A character of two places, such as an emoji, is not cut between two parts.
    """
    if all(character in GSM_BASIC or character in GSM_EXTENDED for character in text):
        sizes = [2 if character in GSM_EXTENDED else 1 for character in text]
        return _cut("GSM-7", sizes, single=160, part=153)
    sizes = [2 if ord(character) > 0xFFFF else 1 for character in text]
    return _cut("UCS-2", sizes, single=70, part=67)


def _cut(encoding: str, sizes: list[int], single: int, part: int) -> Segments:
    units = sum(sizes)
    if units <= single:
        return Segments(encoding, 1 if units else 0, units)
    count, filled = 1, 0
    for size in sizes:
        if filled + size > part:
            count, filled = count + 1, 0
        filled += size
    return Segments(encoding, count, units)


def _compact(text: str) -> str:
    return re.sub(r"[\s\-]", "", half_width(text)).upper()
