"""Numbers that people write into texts are hidden from the index and from lists."""

import pytest

from search.masking import hide_numbers, hide_sensitive, identity_numbers

ID = "37020219900307123X"


@pytest.mark.parametrize(
    ("text", "sensitive", "numbers"),
    [
        ("没有号码，９月", "没有号码，９月", "没有号码，９月"),
        (f"身份证{ID}。", "身份证370202***123X。", "身份证370202***123X。"),
        (f"身份证{ID.lower()}", "身份证370202***123X", "身份证370202***123X"),
        ("370202 19900307 123X", "370202***123X", "370202***123X"),
        ("３７０２０２１９９００３０７１２３Ｘ", "370202***123X", "370202***123X"),
        ("卡6222020011112222333", "卡***2333", "卡***2333"),
        ("卡6222 0200 1111 2222", "卡***2222", "卡***2222"),
        ("电话13913919198", "电话13913919198", "电话139****9198"),
        ("电话139 1391 9198", "电话139 1391 9198", "电话139****9198"),
        ("+8613913919198", "+8613913919198", "+86139****9198"),
        ("QD12351-20261012-000123", "QD12351-20261012-000123", "QD12351-20261012-000123"),
        ("91370200MA3ABCDE1X", "91370200MA3ABCDE1X", "91370200MA3ABCDE1X"),
        ("订单12345678901234567890123", "订单12345678901234567890123", "订单12345678901234567890123"),
    ],
)
def test_hidden(text: str, sensitive: str, numbers: str) -> None:
    assert hide_sensitive(text) == sensitive
    assert hide_numbers(text) == numbers


def test_identity_numbers_are_found_in_one_form() -> None:
    assert identity_numbers(f"甲{ID.lower()}乙370202 19900307 1238") == [ID, "370202199003071238"]
