"""Reading a year's holidays in the words of the State Council's notice."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.deadlines.calendar import OFFICIAL, WorkCalendar
from workflows.deadlines.notice import NoticeError, read

NOTICE_2026 = """国务院办公厅关于2026年部分节假日安排的通知
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
"""
SHORT = """2027年
元旦:1月1日至3日放假
春节:2月5日至11日放假,2月14日上班
清明节:4月3日至5日放假
劳动节:5月1日至5日放假,5月8日、9日上班
端午节:6月9日放假
中秋节:9月15日放假
国庆节:10月1日至7日放假
"""


def test_the_notice_of_2026_gives_what_the_package_carries() -> None:
    # Two independent sources of the same arrangement: the notice's own words, and chinesecalendar.
    ours = WorkCalendar(read(NOTICE_2026).known, [2026])
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert [ours.is_workday(day) for day in days] == [OFFICIAL.is_workday(day) for day in days]


def test_the_short_form_is_enough() -> None:
    found = read(SHORT)
    assert found.year == 2027
    assert found.known[date(2027, 2, 11)] is False
    # The month goes on: 5月8日、9日.
    assert found.known[date(2027, 5, 9)] is True
    assert {one.name for one in found.days if one.day.month == 5} == {"劳动节"}


def test_signs_and_spaces_do_not_matter() -> None:
    assert read(SHORT.replace(":", "： ").replace(",", "，")) == read(SHORT)


def test_the_last_days_of_the_year_before_can_be_named() -> None:
    found = read(SHORT.replace("1月1日至3日放假", "2026年12月31日至2027年1月2日放假"))
    assert found.known[date(2026, 12, 31)] is False and date(2027, 1, 3) not in found.known


@pytest.mark.parametrize(
    ("old", "new", "reason", "line"),
    [
        ("2027年", "", "NO_YEAR", 0),
        ("元旦:1月1日至3日放假", "元旦:待定", "NOT_READ", 2),
        ("元旦:1月1日至3日放假", "元旦:1月1日至32日放假", "NO_SUCH_DAY", 2),
        ("元旦:1月1日至3日放假", "元旦:2月29日放假", "NO_SUCH_DAY", 2),
        ("元旦:1月1日至3日放假", "元旦:1月1日（周四）至3日放假", "WRONG_WEEKDAY", 2),  # it is a Friday
        ("元旦:1月1日至3日放假", "元旦:1月3日至1日放假", "BACKWARDS", 2),
        ("元旦:1月1日至3日放假", "元旦:1月1日至3日放假,共4天", "WRONG_COUNT", 2),
        ("2月14日上班", "2月12日上班", "WORKED_WEEKDAY", 3),  # a Friday
        ("2月14日上班", "2月11日上班", "WORKED_WEEKDAY", 3),
        ("清明节:4月3日", "清明节:2月11日放假。4月3日", "TWICE", 4),
        ("元旦:1月1日至3日放假", "元旦:2030年1月1日放假", "OTHER_YEAR", 2),
        ("端午节:6月9日放假\n", "", "MISSING", 0),
        ("端午节:6月9日放假", "端午节6月9日放假", "NOT_READ", 6),
    ],
)
def test_what_is_wrong_is_said_with_its_line(old: str, new: str, reason: str, line: int) -> None:
    assert old in SHORT
    with pytest.raises(NoticeError) as refused:
        read(SHORT.replace(old, new))
    assert (refused.value.reason, refused.value.line) == (reason, line)


@given(st.text(alphabet="2027年元旦:1月3日至放假上班共天,。\n（周六）春节", max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(NoticeError):
        read(text)


def test_a_text_without_end_is_refused() -> None:
    with pytest.raises(NoticeError, match="TOO_LONG"):
        read("1" * 5001)
