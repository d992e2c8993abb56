"""The house style holds: contrast in both schemes, no inline code, icons that exist, files of a size."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from hotline.console.context import NAVIGATION
from hotline.console.templatetags.console import STAGE_LOOKS

CONSOLE = Path(settings.BASE_DIR) / "hotline" / "console"
STATIC = CONSOLE / "static" / "console"
TEMPLATES = sorted((CONSOLE / "templates").rglob("*.html"))
TONES = ("grey", "good", "warn", "bad", "blue", "violet", "plum")
SURFACES = ("paper", "card", "sunken", "hover")
TEXT = [
    *[(ink, on) for ink in ("ink", "ink-soft", "ink-faint") for on in SURFACES],
    *[(f"{tone}-ink", f"{tone}-soft") for tone in TONES],
    *[(f"{tone}-ink", on) for tone in ("good", "warn", "bad") for on in SURFACES],
    *[("house", on) for on in SURFACES],
    ("house-ink", "house-soft"), ("house-ink", "card"), ("on-house", "house-fill"),
    ("on-house", "house-fill-hover"), ("on-danger", "danger-fill"), ("on-danger", "danger-fill-hover"),
    ("ink", "house-soft"), ("ink", "warn-soft"), ("ink-soft", "house-soft"), ("ink", "mark"),
    ("ink", "bubble-in"), ("ink", "bubble-out"),
]  # fmt: skip
SHAPES = [
    *[(f"{tone}-mark", "card") for tone in TONES],
    *[(line, on) for line in ("line-strong", "focus", "house") for on in ("card", "paper")],
]


def schemes():
    css = (STATIC / "css" / "base.css").read_text()
    light, dark = css.split('[data-scheme="dark"]')[:2]
    pattern = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")
    first = dict(pattern.findall(light))
    return {"light": first, "dark": {**first, **dict(pattern.findall(dark))}}


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (SHAPES, 3.0)], ids=["text", "shapes"])
def test_contrast(scheme, pairs, least):
    colours = schemes()[scheme]
    ratios = {f"{a} on {b}": round(contrast(colours[a], colours[b]), 2) for a, b in pairs}
    assert not {pair: ratio for pair, ratio in ratios.items() if ratio < least}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(CONSOLE / "templates").as_posix())
def test_template_obeys_the_content_security_policy(path):
    text = path.read_text()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|hx-on|javascript:|js:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


def test_every_icon_is_in_the_set():
    named = {icon for _name, _words, icon, _roles in NAVIGATION} | {
        icon for _tone, icon in STAGE_LOOKS.values()
    }
    for path in TEMPLATES:
        named |= set(re.findall(r'{% (?:icon|empty) "([\w-]+)"', path.read_text()))
    assert not {name for name in named if not (settings.HOTLINE_ICONS_DIR / f"{name}.svg").is_file()}


def test_files_stay_small():
    long = {
        p.name: len(p.read_text().splitlines()) for p in STATIC.rglob("*.*") if p.suffix in {".css", ".js"}
    }
    assert not {name: lines for name, lines in long.items() if lines > (400 if name.endswith("css") else 250)}


def test_every_script_is_started_or_used():
    scripts = {p.name: p.read_text() for p in (STATIC / "js").glob("*.js")}
    used = set(re.findall(r'from "\./([\w]+\.js)"', "".join(scripts.values())))
    used |= set(re.findall(r'"console/js/(\w+\.js)"', "".join(path.read_text() for path in TEMPLATES)))
    assert used == set(scripts)


def test_words_of_scripts_are_all_there():
    asked = set()
    for path in (STATIC / "js").glob("*.js"):
        asked |= set(re.findall(r'words\(\s*"([a-z_]+)"', path.read_text()))
    held = set(
        re.findall(r'data-words="([a-z_]+)"', (CONSOLE / "templates/console/partials/words.html").read_text())
    )
    assert asked <= held
