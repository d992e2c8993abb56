"""How the console writes numbers, dates, sums and lights."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ImproperlyConfigured
from django.template import engines
from django.utils import translation

from hotline.console.templatetags import console
from hotline.enums import ClockState, Stage, Urgency

TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+8613812345678", "138****5678"),
        ("13812345678", "138****5678"),
        ("anonymous", "anonymous"),
        ("", "—"),
        (None, "—"),
    ],
)
def test_number_is_masked(number, shown):
    assert console.masked(number) == shown


def test_no_form_of_a_number_shows_its_middle():
    for number in ("+8653285912345", "053285912345", "+14155550123", "client:agent_1234567"):
        digits = number[-8:-4]
        assert digits not in console.masked(number)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0 s"),
        (192, "3 min 12 s"),
        (timedelta(hours=2, minutes=5, seconds=9), "2 h 5 min"),
        (-3, "0 s"),
        (None, "—"),
    ],
)
def test_duration(value, shown):
    assert console.duration(value) == shown


def test_moment_is_the_hotlines_own_time():
    late = datetime(2026, 11, 22, 16, 5, tzinfo=UTC)
    assert console.moment(late) == "2026-11-23 (Mon) 00:05"
    assert console.day(late) == "2026-11-23 (Mon)"
    assert console.clock(late) == "00:05"
    assert console.iso(late) == "2026-11-23T00:05:00+08:00"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(Decimal("12345.6"), "¥12,345.60"), (0, "¥0.00"), (None, "—"), ("", "—"), ("viel", "viel")],
)
def test_sum_of_money(value, shown):
    assert console.yuan(value) == shown


@pytest.mark.parametrize(
    ("days", "state", "level", "words"),
    [
        (8, ClockState.RUNNING, "far", "8 days left"),
        (7, ClockState.RUNNING, "near", "7 days left"),
        (1, ClockState.RUNNING, "near", "1 day left"),
        (0, ClockState.RUNNING, "near", "due today"),
        (-1, ClockState.RUNNING, "late", "1 day late"),
        (-9, ClockState.MET, "met", "Met"),
        (-9, ClockState.DROPPED, "dropped", "No longer runs"),
    ],
)
def test_deadline_says_date_and_days(days, state, level, words):
    html = console.deadline(TODAY + timedelta(days=days), "<Award>", state, TODAY)
    assert f'data-state="{level}"' in html
    assert words in html
    assert "&lt;Award&gt;" in html
    assert console.day(TODAY + timedelta(days=days)) in html


def test_no_deadline_shows_nothing():
    assert console.deadline(None) == ""


def test_strip_marks_what_was_passed_over():
    steps = console.stage_strip(Stage.ARBITRATION, [Stage.INTAKE, Stage.LEGAL_REVIEW])["steps"]
    assert [step["state"] for step in steps] == ["done", "done", "passed", "now", "ahead", "ahead"]


def test_every_stage_and_urgency_has_a_badge():
    for value in Stage:
        assert str(value.label) in console.stage(value)
    for level in Urgency:
        assert str(level.label) in console.urgency(level)


def test_icon_is_silent_or_named():
    assert 'aria-hidden="true"' in console.icon("phone")
    named = console.icon("phone", 'Call "her"')
    assert 'role="img"' in named
    assert 'aria-label="Call &quot;her&quot;"' in named
    with pytest.raises(ImproperlyConfigured):
        console.icon("no-such-drawing")


def test_live_attributes_are_escaped():
    html = console.live("case:1", '3"', "/cases/1/?a=1&b=2")
    assert 'data-version="3&quot;"' in html
    assert 'hx-get="/cases/1/?a=1&amp;b=2"' in html


class Sample(forms.Form):
    name = forms.CharField(help_text="As on the card.")
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)


def render(source, **context):
    return engines["django"].from_string("{% load console %}" + source).render(context)


def test_refused_field_names_its_error_and_hint():
    html = render("{% field form.name %}", form=Sample({"kind": "a"}))
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'aria-invalid="true"' in html


def test_choices_are_a_named_group():
    html = render("{% field form.kind %}", form=Sample({"name": "x"}))
    assert "<fieldset" in html
    assert "<legend" in html
    assert html.count('type="radio"') == 2


def test_summary_links_to_each_wrong_field():
    html = render("{% errors form %}", form=Sample({}))
    assert 'href="#id_name"' in html
    assert 'href="#id_kind"' in html
    assert render("{% errors form %}", form=Sample({"name": "x", "kind": "a"})).strip() == ""
