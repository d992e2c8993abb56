"""Settings: every one is documented, and a wrong value is one clear line."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = r"(?:HOTLINE|DATABASE|REDIS|ELASTICSEARCH)_[A-Z_]+"
SECRETS = {"secret", "secrets"}


def read_by_settings() -> set[str]:
    """What hotline/settings.py asks `env` for; a secret has its file beside it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / "hotline" / "settings.py").read_text(encoding="utf-8"))):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="env"), attr=reader),
                args=[ast.Constant(value=str(name)), *_],
            ):
                names |= {name, f"{name}_FILE"} if reader in SECRETS else {name}
    return names


def test_the_page_of_settings_lists_exactly_what_is_read() -> None:
    rows = re.findall(r"^\|([^|]*)\|", (ROOT / "docs" / "settings.md").read_text(encoding="utf-8"), re.M)
    listed = [name for row in rows for name in re.findall(rf"`({NAME})`", row)]
    assert sorted(listed) == sorted(read_by_settings())


def test_the_example_lists_exactly_what_is_read() -> None:
    text = (ROOT / "deploy" / "env.example").read_text(encoding="utf-8")
    assert sorted(re.findall(rf"^#?({NAME})=", text, re.M)) == sorted(read_by_settings())


def start(tmp_path: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Loads the settings in a process of its own with exactly these values."""
    env = {name: value for name, value in os.environ.items() if not re.fullmatch(NAME, name)}
    env |= {"HOTLINE_DATA_DIR": str(tmp_path)} | settings
    command = [sys.executable, "-c", "import hotline.settings"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    assert start(tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOTLINE_DEMO", "maybe"),
        ("HOTLINE_PUBLIC_URL", "hotline.example"),
        ("HOTLINE_PUBLIC_URL", "ftp://hotline.example"),
        ("HOTLINE_DATA_KEYS", "too-short"),
        ("HOTLINE_SECRET_KEY_FILE", "/nowhere/at/all"),
        ("HOTLINE_TWILIO_ACCOUNT_SID", "AC123"),
        ("HOTLINE_TWILIO_AUTH_TOKEN", "one,two,three"),
        ("HOTLINE_TWILIO_NUMBER", "12351"),
        ("HOTLINE_OFFER_SECONDS", "2"),
        ("HOTLINE_WAIT_SECONDS", "long"),
        ("HOTLINE_LOG_LEVEL", "LOUD"),
        ("DATABASE_URL", "mysql://127.0.0.1/hotline"),
        ("REDIS_URL", "127.0.0.1:6379"),
        ("ELASTICSEARCH_URL", "127.0.0.1:9200"),
        ("ELASTICSEARCH_URL", "http://search.example:9200"),
        ("ELASTICSEARCH_URL", "https://elastic:secret@search.example:9200"),
        ("ELASTICSEARCH_URL", "https://one.example:9200,https://elastic:secret@two.example:9200"),
        ("ELASTICSEARCH_URL", "http://127.0.0.1:9200,http://two.example:9200"),
        ("ELASTICSEARCH_URL", "http://127.0.0.1:9200,https://two.example:9200"),
        ("ELASTICSEARCH_URL", "https://one.example:9200,"),
        ("HOTLINE_ELASTICSEARCH_SHARDS", "0"),
        ("HOTLINE_ELASTICSEARCH_REPLICAS", "10"),
        ("HOTLINE_ELASTICSEARCH_INDEX", "Hotline-cases"),
        ("HOTLINE_ELASTICSEARCH_USER", "without a password"),
        ("HOTLINE_ELASTICSEARCH_API_KEY_FILE", "/nowhere/at/all"),
        ("HOTLINE_ELASTICSEARCH_CA_FILE", "/nowhere/at/all"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_setting(name: str, value: str, tmp_path: Path) -> None:
    ended = start(tmp_path, **{name: value})
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"{name}: ")
    assert ended.stderr.count("\n") == 1


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from the file")
    ended = start(tmp_path, HOTLINE_SECRET_KEY="x", HOTLINE_SECRET_KEY_FILE=str(tmp_path / "key"))
    assert ended.returncode == 1
    assert "set twice" in ended.stderr
