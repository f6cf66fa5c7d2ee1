"""The Word document takes another template's looks, and any text; another program opens it."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from safeguarding.report.documents.document import write_document
from safeguarding.report.documents.document_template import TEMPLATE, TemplateError, open_template
from safeguarding.report.report_model import (
    Chart,
    ChartKind,
    Figure,
    Pack,
    Page,
    Remark,
    RemarkKind,
    Row,
    Section,
    Sentence,
    Table,
)
from safeguarding.report.text import clean
from support.synthetic.document_pack import PACK, draw, grid, paragraphs, tables, texts

HOSTILE = (
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0 & \"quoted\" ]]> &amp;",
    "x" * 500,
    "bell\x07 null\x00 tab\tnew\nline \x85 lone \ud800 \ufffe\uffff end",
    "\u202eturned round\u2066 \u200fright to left",
)

IN_CELLS = tuple(text[:60] for text in HOSTILE)  # longer ones are left to the workbook


def test_another_template_gives_its_styles_and_header(tmp_path: Path) -> None:
    template = docx.Document(str(TEMPLATE))
    template.styles["Heading 1"].font.name = "Georgia"
    template.sections[0].header.paragraphs[0].text = "Anytown Council"
    template.save(str(tmp_path / "anytown.docx"))
    path = tmp_path / "pack.docx"
    write_document(PACK, path, draw, template=tmp_path / "anytown.docx")
    document = docx.Document(str(path))
    assert document.styles["Heading 1"].font.name == "Georgia"
    header = [each.text for each in document.sections[0].header.paragraphs]
    assert header == ["Anytown Council", PACK.title]
    assert paragraphs(document, "Heading 1") == ["Overview", "Children in care", "Data quality"]
    assert "Heading 1: a page" not in list(texts(document))


@pytest.mark.parametrize(
    "name", ["Heading 2", "TOC 1", "List Bullet", "Report Table", "Table Figure", "Note Sign"]
)
def test_a_template_without_a_style_is_refused(name: str, tmp_path: Path) -> None:
    template = docx.Document(str(TEMPLATE))
    style = next(each for each in template.styles if each.style_id == name.replace(" ", ""))
    style.element.getparent().remove(style.element)
    template.save(str(tmp_path / "bare.docx"))
    with pytest.raises(TemplateError, match=f"bare.docx lacks the style '{name}'"):
        write_document(PACK, tmp_path / "pack.docx", draw, template=tmp_path / "bare.docx")
    assert not (tmp_path / "pack.docx").exists()


def test_a_template_without_annexes_is_refused(tmp_path: Path) -> None:
    template = docx.Document(str(TEMPLATE))
    for level in template.part.numbering_part.element.iter(qn("w:lvlText")):
        level.set(qn("w:val"), "%1")
    template.save(str(tmp_path / "bare.docx"))
    with pytest.raises(TemplateError, match="begins with 'Annex'"):
        write_document(PACK, tmp_path / "pack.docx", draw, template=tmp_path / "bare.docx")


def test_what_is_no_word_document_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="does not exist"):
        open_template(tmp_path / "lost.docx")
    (tmp_path / "text.docx").write_text("text", encoding="utf-8")
    with pytest.raises(TemplateError, match="is not a Word document"):
        open_template(tmp_path / "text.docx")


def hostile_pack() -> Pack:
    table = Table(
        "hostile",
        HOSTILE[0],
        IN_CELLS,
        tuple(
            Row(text, tuple(Figure(None, each, remarks=(Remark(RemarkKind.BREAK, each),))
                            for each in IN_CELLS[1:]))
            for text in IN_CELLS
        ),
        HOSTILE,
    )  # fmt: skip
    page = Page(
        "index",
        HOSTILE[2],
        (
            Section(
                HOSTILE[1],
                tuple(Sentence((text,)) for text in HOSTILE),
                (Chart("c", ChartKind.LINES, HOSTILE[1], HOSTILE[3], "", (), ()),),
                (table, replace(table, rows=())),
                HOSTILE,
            ),
        ),
    )
    return Pack(
        "E1", HOSTILE[2] + HOSTILE[3], HOSTILE[1], HOSTILE, (page, replace(page, sections=()))
    )


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "hostile.docx"
    write_document(hostile_pack(), path, draw)
    document = docx.Document(str(path))
    full, *empty = tables(document)
    assert grid(full)[1:] == [[clean(row), *map(clean, IN_CELLS[1:])] for row in IN_CELLS]
    assert [grid(each)[0] for each in (full, *empty)] == [[clean(text) for text in IN_CELLS]] * 2
    assert clean(HOSTILE[0]) == HOSTILE[0]
    assert clean(HOSTILE[3]) == "bell null tab new line lone end"
    assert clean(HOSTILE[4]) == "turned round \u200fright to left"
    described = next(document.element.body.iter(qn("wp:docPr")))
    assert described.get("descr") == clean(HOSTILE[3])
    with ZipFile(path) as archive:
        assert b"<script" not in archive.read("word/document.xml")


@given(st.text())
def test_any_text_can_be_written(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    encoded = cleaned.encode("utf-8")  # a lone half of a character could not be
    assert not any(byte < 0x20 for byte in encoded)


@pytest.mark.parametrize("kind", ["usual", "hostile"])
def test_another_program_opens_it(kind: str, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice (soffice) is not installed: nothing else opens the document here")
    source = tmp_path / "pack.docx"
    write_document(PACK if kind == "usual" else hostile_pack(), source, draw)
    done = subprocess.run(
        [
            office,
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "pdf:writer_pdf_Export",
            "--outdir",
            str(tmp_path),
            str(source),
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    if "source file could not be loaded" in done.stderr and not has_writer(office):
        pytest.skip("LibreOffice is installed without Writer, which opens documents")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "pack.pdf").read_bytes().startswith(b"%PDF")


def has_writer(office: str) -> bool:
    return any(Path(office).resolve().parent.glob("libsw*"))
