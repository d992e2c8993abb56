"""Templates that an administrator brings: what is wrong is named with its place, before one is taken."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from hotline.enums import DocumentKind as K
from workflows.documents import checking, fields, layout, printing
from workflows.documents.checking import Fault
from workflows.documents.kinds import KINDS

GOOD = "# 回访记录\n{{ worker.name }}{{ asked.visited_at }}{{ asked.reached }}{{ asked.satisfaction }}"


def template(more: str = "", words: str = GOOD) -> bytes:
    return layout.build(f"{words}\n{more}", "t")


def found(more: str, words: str = GOOD) -> list[tuple[Fault, str]]:
    return [(one.fault, one.what) for one in checking.faults(K.RETURN_VISIT, template(more, words))]


def test_every_template_that_is_delivered_can_be_brought_back() -> None:
    for kind in K:
        assert checking.faults(kind, layout.delivered(kind)) == [], kind


def test_a_changed_template_is_taken_and_prints() -> None:
    content = template(
        "{%p for x in claims %}\n{{ x.no }}{% if x.amount %}{{ x.amount }}{% endif %}\n{%p endfor %}"
    )
    assert checking.faults(K.RETURN_VISIT, content) == []
    assert "131,000.00" in printing.fill(content, fields.sample(K.RETURN_VISIT)).words


@pytest.mark.parametrize(
    ("more", "fault", "what"),
    [
        ("{{ worker.nmae }}", Fault.UNKNOWN, "worker.nmae"),
        ("{{ asked.income }}", Fault.UNKNOWN, "asked.income"),  # of another paper
        ("{{ worker }}", Fault.UNKNOWN, "worker"),
        ("{% if respondent.code %}有{% endif %}", Fault.UNKNOWN, "respondent.code"),
        ("{%p for x in claims %}\n{{ x.sum }}\n{%p endfor %}", Fault.UNKNOWN, "x.sum"),
        ("{%p for x in worker %}\n{{ x }}\n{%p endfor %}", Fault.UNKNOWN, "worker"),
        ("{{ claims.amount }}", Fault.LIST, "claims.amount"),
        ("{{ worker.name|upper }}", Fault.NOT_TAKEN, "filter"),
        ("{{ worker.name.__class__.__mro__ }}", Fault.UNKNOWN, "worker.name.__class__.__mro__"),
        ("{{ ''.__class__ }}", Fault.NOT_TAKEN, "."),
        ("{{ range(9) }}", Fault.NOT_TAKEN, "call"),
        ("{% set x = 1 %}", Fault.NOT_TAKEN, "assign"),
        ("{% include 'x' %}", Fault.NOT_TAKEN, "include"),
        ("{{ worker['name'] }}", Fault.NOT_TAKEN, "getitem"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(more: str, fault: Fault, what: str) -> None:
    faults = checking.faults(K.RETURN_VISIT, template(more))
    assert [(one.fault, one.what) for one in faults] == [(fault, what)]
    if fault in {Fault.UNKNOWN, Fault.LIST}:
        assert what.partition(".")[0] in faults[0].place


def test_what_does_not_parse_is_named_with_its_place() -> None:
    faults = checking.faults(K.RETURN_VISIT, template("{{ worker.name"))
    assert [one.fault for one in faults] == [Fault.SYNTAX] and "worker.name" in faults[0].place
    assert found("{%p for x in claims %}")[0][0] == Fault.SYNTAX


def test_a_fact_that_the_law_asks_for_has_to_be_in_it() -> None:
    assert found("", "{{ worker.name }}") == [(Fault.ABSENT, name) for name in KINDS[K.RETURN_VISIT].must[1:]]


def test_loops_in_loops_in_loops_are_too_many() -> None:
    deep = "".join(f"{{%p for x{n} in claims %}}\n" for n in range(4)) + "{%p endfor %}\n" * 4
    assert found(deep) == [(Fault.DEEP, "claims")]


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"<html>", b"%PDF-1.7", b"PK\x03\x04" + b"\x00" * 100], ids=str
)
def test_what_is_no_docx_is_refused(content: bytes) -> None:
    assert [one.fault for one in checking.faults(K.RETURN_VISIT, content)] == [Fault.NOT_DOCX]


def test_an_archive_that_is_no_docx_is_refused() -> None:
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        archive.writestr("a.txt", "a")
    assert [one.fault for one in checking.faults(K.RETURN_VISIT, content.getvalue())] == [Fault.NOT_DOCX]


def test_what_grows_too_large_is_refused() -> None:
    assert [one.fault for one in checking.faults(K.RETURN_VISIT, b"P" * (checking.LARGEST + 1))] == [
        Fault.LARGE
    ]
    packed = changed({"word/media/a.bin": b"\x00" * (checking.LARGEST_OPENED + 1)})
    assert [one.fault for one in checking.faults(K.RETURN_VISIT, packed)] == [Fault.LARGE]


def changed(parts: dict[str, bytes]) -> bytes:
    """A good template with some parts more, or others in their place."""
    made = BytesIO()
    with ZipFile(BytesIO(template())) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry not in parts:
                new.writestr(entry, old.read(entry))
        for name, content in parts.items():
            new.writestr(name, content)
    return made.getvalue()


def document_with(words: bytes) -> bytes:
    with ZipFile(BytesIO(template())) as archive:
        xml = archive.read("word/document.xml")
    return changed({"word/document.xml": xml.replace(b"<w:sectPr", words + b"<w:sectPr", 1)})


RUN = b"<w:p><w:r><w:instrText>%s</w:instrText></w:r><w:r><w:instrText>%s</w:instrText></w:r></w:p>"


@pytest.mark.parametrize(
    "content",
    [
        changed({"word/vbaProject.bin": b"x"}),
        changed({"word/embeddings/a.docx": b"x"}),
        changed({"word/_rels/footer1.xml.rels": b'<R><R TargetMode="External"/></R>'}),
        document_with(RUN % (b'INCLUDEPICTURE "http://127.0.0.1/x.png"', b"")),
        document_with(RUN % (b"INC", b"LUDETEXT /etc/passwd")),
        document_with(b'<w:p><w:fldSimple w:instr="DDEAUTO c:\\\\a"/></w:p>'),
    ],
    ids=["program", "embedded", "relation", "picture", "cut in pieces", "simple field"],
)
def test_what_reaches_out_or_holds_a_program_is_refused(content: bytes) -> None:
    assert [one.fault for one in checking.faults(K.RETURN_VISIT, content)] == [Fault.REACHES_OUT]


def test_damaged_xml_is_refused() -> None:
    assert [
        one.fault for one in checking.faults(K.RETURN_VISIT, changed({"word/document.xml": b"<w:document"}))
    ] == [Fault.NOT_DOCX]
