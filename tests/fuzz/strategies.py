"""What comes over a wire or out of a keyboard when things go wrong, from slightly off to nonsense."""

from urllib.parse import quote_plus

from hypothesis import strategies as st

MARK = "\"'><img src=x onerror=alert(1)>{{ 7|add:7 }}欠薪"
"""Must never come back as an element, an attribute or a template's answer."""
ODD = [
    "", " ", "\n\t", "0", "-1", "1e9", "²", "٣", "NaN", "true", "null", "[]", "None", "a\x00b", "\x00",
    "\x1b[31m", "\ufeff", "\u202e工资", "👷\u200d♀️🏗️", "e\u0301" * 40, "9" * 30, "9" * 5000, "欠" * 1600,
    "x" * 25_000, "0001-01-01", "9999-12-31T23:59:59-08:00", "gestern", "Mon, 32 Nov 2026 99:99:99 +0000",
    "25:61", "../../etc/passwd", "C:\\x", "javascript:alert(1)", "//evil.example", "http://169.254.169.254/",
    "%00", "%", "=1+1", "'; DROP TABLE hotline_case; --", "\r\nX-Header: 1", "client:agent_1",
    "client:agent_0", "sip:a@b", "anonymous", "whatsapp:+8613800005678", "+8613800005678", "call-",
    "[" * 3000, MARK,
]  # fmt: skip

odd = st.one_of(
    st.sampled_from(ODD),
    st.text(max_size=40),
    st.integers(-(2**70), 2**70).map(str),
    st.floats().map(str),
    st.datetimes().map(str),
)
"""A value that no form and no carrier would send, or hardly."""
names = st.one_of(
    st.sampled_from(["CallSid", "From", "Body", "id", "csrfmiddlewaretoken"]), st.text(max_size=12)
)
Pairs = list[tuple[str, str]]


@st.composite
def mutated(draw: st.DrawFn, base: dict[str, str]) -> Pairs:
    """The fields of `base` with up to four of them missing, doubled, changed, or strange ones beside them."""
    pairs = list(base.items())
    for _n in range(draw(st.integers(0, 4))):
        what = draw(st.sampled_from(["drop", "double", "change", "change", "add", "empty"]))
        place = draw(st.integers(0, max(len(pairs) - 1, 0)))
        if what == "add" or not pairs:
            pairs.append((draw(names), draw(odd)))
        elif what == "drop":
            del pairs[place]
        elif what == "double":
            pairs.append((pairs[place][0], draw(odd)))
        else:
            pairs[place] = (pairs[place][0], "" if what == "empty" else draw(odd))
    return pairs


def encoded(pairs: Pairs, charset: str = "utf-8") -> bytes:
    """`pairs` as a browser or the carrier writes them into a body, by another character set perhaps."""
    return "&".join(
        f"{quote_plus(name, encoding=charset, errors='replace')}"
        f"={quote_plus(value, encoding=charset, errors='replace')}"
        for name, value in pairs
    ).encode()


BOUNDARY = "frontier"


def multipart(pairs: Pairs, files: list[tuple[str, str, bytes]] | None = None, head: str = "") -> bytes:
    """`pairs` and `files` (field, name, content) as a form with files; `head` goes into each part's head."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{_quoted(name)}"{head}\r\n\r\n'.encode(
            "utf-8", "replace"
        )
        + value.encode("utf-8", "replace")
        for name, value in pairs
    ]
    parts += [
        (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{_quoted(field)}"; '
            f'filename="{_quoted(name)}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        ).encode("utf-8", "replace")
        + content
        for field, name, content in files or []
    ]
    return b"\r\n".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


def _quoted(text: str) -> str:
    return text.replace('"', "%22").replace("\r", " ").replace("\n", " ")


content_types = st.sampled_from(
    [
        "application/x-www-form-urlencoded; charset=gbk",
        "application/x-www-form-urlencoded; charset=utf-16",
        "application/x-www-form-urlencoded; charset=hex",
        "application/x-www-form-urlencoded; charset=undefined",
        "application/x-www-form-urlencoded; charset=no-such-thing",
        "application/x-www-form-urlencoded; charset*=nonsense''utf-8%20",
        f"multipart/form-data; boundary={BOUNDARY}",
        f"multipart/form-data; boundary={BOUNDARY}; charset=unicode_escape",
        f"multipart/form-data; boundary={BOUNDARY}; charset=hex",
        f"multipart/form-data; boundary={BOUNDARY}; charset=undefined",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\x7f",
        "multipart/form-data; boundary*=utf-8''%ff",
        "application/json",
        "text/plain",
        "",
        ";",
        "a/b; =",
        "a/b; c*=x'y",
    ]
)
"""Content types that nobody sends us, all with a body of the ordinary kind or of none."""
