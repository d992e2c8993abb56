"""Identity numbers, credit codes, telephone numbers and the cutting of texts."""

from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from hotline.enums import Sex
from hotline.identifiers import (
    CREDIT_CHARACTERS,
    WrongIdentifier,
    check_credit_code,
    check_id_number,
    half_width,
    mask_id_number,
    mask_number,
    normalise_number,
    segments,
)


@pytest.mark.parametrize(
    ("text", "born", "sex"),
    [
        ("11010519491231002X", date(1949, 12, 31), Sex.FEMALE),  # the standard's own examples
        ("440524188001010014", date(1880, 1, 1), Sex.MALE),
        ("379999198803140170", date(1988, 3, 14), Sex.MALE),  # an area that does not exist: not refused
        (" 110105 19491231 002x ", date(1949, 12, 31), Sex.FEMALE),
        ("１１０１０５１９４９１２３１００２Ｘ", date(1949, 12, 31), Sex.FEMALE),
    ],
)
def test_identity_number(text: str, born: date, sex: Sex) -> None:
    found = check_id_number(text)
    assert (found.birth_date, found.sex) == (born, sex)
    assert len(found.text) == 18


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "18 characters"),
        ("1101051949123100", "18 characters"),
        ("11010519491231002XX", "18 characters"),
        ("11010519491231X020", "last digit or X"),
        ("110105194912310O2X", "last digit or X"),
        ("٣٧٩٩٩٩١٩٨٨٠٣١٤٠١٧٠", "last digit or X"),
        ("110105194902300021", "does not exist"),
        ("110105194913010021", "does not exist"),
        ("110105299912310021", "cannot be right"),
        ("110105100012310021", "cannot be right"),
        ("110105194912310021", "does not fit"),
        ("379999198803140171", "does not fit"),
    ],
)
def test_wrong_identity_number_says_which_part(text: str, part: str) -> None:
    with translation.override("en"), pytest.raises(WrongIdentifier) as refused:
        check_id_number(text)
    with translation.override("en"):
        assert part in str(refused.value)
    assert not text or text not in str(refused.value)


@given(st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(place: int, by: int) -> None:
    good = "379999198803140170"
    wrong = good[:place] + str((int(good[place]) + by) % 10) + good[place + 1 :]
    with pytest.raises(WrongIdentifier):
        check_id_number(wrong)


@pytest.mark.parametrize(
    "text",
    ["91350100M000100Y43", "91350100m000100y43", "９１３５０１００M０００１００Y43", "91370200MADEM0014N"],
)
def test_credit_code(text: str) -> None:
    assert check_credit_code(text) in {"91350100M000100Y43", "91370200MADEM0014N"}


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("91350100M000100Y4", "18 characters"),
        ("91350100M000100Y4Z", "no I, O, S, V or Z"),
        ("91350100MO00100Y43", "no I, O, S, V or Z"),
        ("91350100M000100Y44", "does not fit"),
    ],
)
def test_wrong_credit_code_says_which_part(text: str, part: str) -> None:
    with translation.override("en"), pytest.raises(WrongIdentifier) as refused:
        check_credit_code(text)
    with translation.override("en"):
        assert part in str(refused.value)


@given(st.text(CREDIT_CHARACTERS, min_size=17, max_size=17))
def test_exactly_one_check_character_fits(start: str) -> None:
    fitting = []
    for character in CREDIT_CHARACTERS:
        try:
            fitting.append(check_credit_code(start + character))
        except WrongIdentifier:
            continue
    assert len(fitting) == 1


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+8613800001111", "+8613800001111"),
        ("13800001111", "+8613800001111"),
        ("138 0000 1111", "+8613800001111"),
        ("１３８００００１１１１", "+8613800001111"),
        ("008613800001111", "+8613800001111"),
        ("0532-85912351", "+8653285912351"),
        ("(0532) 8591 2351", "+8653285912351"),
        ("+12025550123", "+12025550123"),
        ("whatsapp:+8613800001111", "+8613800001111"),
        ("client:agent_1", None),
        ("sip:worker@example.org", None),
        ("anonymous", None),
        ("Restricted", None),
        ("Unknown", None),
        ("+266696687", None),
        ("266696687", None),
        ("+7378742833", None),
        ("+86282452253", None),
        ("+8656696", None),
        ("12351", None),
        ("", None),
        ("\0", None),
        ("+", None),
        ("1" * 40, None),
        ("messenger:12345678", None),
    ],
)
def test_normalise_number(text: str, number: str | None) -> None:
    assert normalise_number(text) == number


@given(st.text(max_size=40))
def test_any_sender_is_a_number_or_none(text: str) -> None:
    number = normalise_number(text)
    assert number is None or number.startswith("+")


def test_masks() -> None:
    assert mask_number("+8613800001111") == "+86138****1111"
    assert mask_number("12351") == "*****"
    assert mask_id_number("11010519491231002X") == "110105***002X"
    assert mask_id_number("1234") == "****"
    assert mask_id_number("") == ""


def test_half_width() -> None:
    assert half_width("ＡＢＣ　１２３") == "ABC 123"


@pytest.mark.parametrize(
    ("text", "encoding", "count", "units"),
    [
        ("", "GSM-7", 0, 0),
        ("a" * 160, "GSM-7", 1, 160),
        ("a" * 161, "GSM-7", 2, 161),
        ("a" * 306, "GSM-7", 2, 306),
        ("a" * 307, "GSM-7", 3, 307),
        ("€" * 80, "GSM-7", 1, 160),
        ("a" * 152 + "€" + "a" * 10, "GSM-7", 2, 164),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 3, 306),  # the two places of € are not cut
        ("您" * 70, "UCS-2", 1, 70),
        ("您" * 71, "UCS-2", 2, 71),
        ("您" * 134, "UCS-2", 2, 134),
        ("您" * 135, "UCS-2", 3, 135),
        ("👍", "UCS-2", 1, 2),
        ("👍" * 35, "UCS-2", 1, 70),
        ("👍" * 36, "UCS-2", 2, 72),
        ("您" * 66 + "👍" + "您" * 66, "UCS-2", 3, 134),
        ("a" * 69 + "您", "UCS-2", 1, 70),
    ],
)
def test_segments(text: str, encoding: str, count: int, units: int) -> None:
    found = segments(text)
    assert (found.encoding, found.count, found.units) == (encoding, count, units)
