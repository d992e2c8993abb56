"""Every text that people read is there in both languages, and nothing is translated for nobody."""

from pathlib import Path

import pytest

from deploy import translations
from deploy.progress import Failed


def test_every_message_of_the_sources_is_translated() -> None:
    translated = {translations.key_of(message) for message in translations.catalogue() if message.id}
    missing = {key: place for key, place in translations.in_sources().items() if key not in translated}
    assert not missing, "\n".join(f"{place}: {key[1]!r}" for key, place in missing.items())


def test_no_translation_is_left_over() -> None:
    asked_for = translations.in_sources()
    messages = [message for message in translations.catalogue() if message.id]
    orphans = [message.id for message in messages if translations.key_of(message) not in asked_for]
    assert not orphans


def test_messages_are_found_in_python_and_in_templates() -> None:
    found = translations.in_sources()
    suffixes = {Path(place.path).suffix for place in found.values()}
    assert suffixes >= {".py", ".html"}
    assert not any(place.path.startswith("hotline/simulator/") for place in found.values())


@pytest.mark.parametrize(
    ("name", "text", "key"),
    [
        ("a.py", "_('Case')", (None, "Case")),
        ("a.py", "f'{_(\"Case\")}!'", (None, "Case")),
        ("a.py", "gettext_lazy('Case ' 'closed')", (None, "Case closed")),
        ("a.py", "ngettext('one', 'many', n)", (None, "one")),
        ("a.py", "pgettext('verb', 'Open')", ("verb", "Open")),
        ("a.html", "{% load i18n %}{% translate 'Case' %}", (None, "Case")),
        ("a.html", "<p>\n    {% translate 'Case' %}\n  </p>", (None, "Case")),
        ("a.html", "{% include 'b.html' with title=_('Case') %}", (None, "Case")),
        ("a.html", "{% translate 'Open' context 'verb' %}", ("verb", "Open")),
        ("a.html", "{% blocktranslate with n=1 %}No. {{ n }}{% endblocktranslate %}", (None, "No. %(n)s")),
        (
            "a.html",
            "{% blocktranslate trimmed count n=1 %}one{% plural %}many{% endblocktranslate %}",
            (None, "one"),
        ),
    ],
)
def test_each_way_to_ask_for_a_translation_is_found(
    name: str, text: str, key: translations.Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hotline").mkdir()
    (tmp_path / "hotline" / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    assert list(translations.in_sources()) == [key]


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        (['msgid "Case"\nmsgstr "案件"\n', 'msgid "Case"\nmsgstr "案子"\n'], "translated twice"),
        (['#, fuzzy\nmsgid "Case"\nmsgstr "案件"\n'], "is fuzzy"),
        (['msgid "Case"\nmsgstr ""\n'], "has no translation"),
        (['msgid "Case %(number)s"\nmsgstr "案件"\n'], "different placeholders"),
        (['msgid "Case"\nmsgid_plural "%(n)s cases"\nmsgstr[0] "案件"\n'], "different placeholders"),
        (['msgid "Case"\nno part of a catalogue\n'], "a.po"),
    ],
)
def test_a_faulty_part_is_refused(
    parts: list[str], fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_parts(tmp_path, parts, monkeypatch)
    with pytest.raises(Failed, match=fault):
        translations.catalogue()


def test_parts_are_compiled_into_one_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gettext

    plural = 'msgid "one call"\nmsgid_plural "%(n)s calls"\nmsgstr[0] "%(n)s 个电话"\n'
    context = 'msgctxt "verb"\nmsgid "Open"\nmsgstr "打开"\n\nmsgid "Open"\nmsgstr "未结"\n'
    write_parts(tmp_path, ['msgid "Case"\nmsgstr "案件"\n', plural, context], monkeypatch)
    with translations.compile_language().open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert compiled.gettext("Case") == "案件"
    assert compiled.ngettext("one call", "%(n)s calls", 1) == "%(n)s 个电话"
    assert (compiled.pgettext("verb", "Open"), compiled.gettext("Open")) == ("打开", "未结")


def write_parts(folder: Path, parts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "zh_Hans" / "parts").mkdir(parents=True)
    for name, text in zip("abc", parts, strict=False):
        (folder / "zh_Hans" / "parts" / f"{name}.po").write_text(text, encoding="utf-8")
    monkeypatch.setattr(translations, "LOCALE", folder)
