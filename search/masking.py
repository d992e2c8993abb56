"""Numbers that people write into a text: hidden from the index, or from whoever reads a list of hits."""

import re

from hotline.identifiers import half_width, mask_id_number, mask_number

_IDENTITY = re.compile(r"(?<![\dA-Za-z])\d{6}[ -]?\d{8}[ -]?\d{3}[\dXx](?![\dA-Za-z])")
_BANK_CARD = re.compile(r"(?<![\dA-Za-z])[3-6]\d{3}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?(?![\dA-Za-z])")
_PHONE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")


def identity_numbers(text: str) -> list[str]:
    """The identity numbers written in `text`, in one piece, with a capital X."""
    return [_compact(match) for match in _IDENTITY.findall(half_width(text))]


def hide_sensitive(text: str) -> str:
    """`text` with identity and bank card numbers hidden; telephone numbers stay."""
    if not _has_long_number(text):
        return text
    plain = half_width(text)
    plain = _IDENTITY.sub(lambda match: mask_id_number(_compact(match.group())), plain)
    return _BANK_CARD.sub(lambda match: f"***{_compact(match.group())[-4:]}", plain)


def hide_numbers(text: str) -> str:
    """`text` with telephone numbers hidden as well, all but their last four digits."""
    return _PHONE.sub(lambda match: mask_number(_compact(match.group())), hide_sensitive(text))


def _compact(number: str) -> str:
    return re.sub("[ -]", "", number).upper()


def _has_long_number(text: str) -> bool:
    # Folding would change other characters of the text, so only where there is something to hide.
    plain = half_width(text)
    return bool(_IDENTITY.search(plain) or _BANK_CARD.search(plain))
