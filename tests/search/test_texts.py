"""The text of documents, read by the limited worker as it is: one process for all of them."""

import asyncio
import hashlib
import io
from collections.abc import Iterator

import pytest

from cozy.backends.previewer import Previewer
from cozy.kernel.previews import CannotDraw
from tests.search.samples import DOC, DOCX, EPUB, ODT, PPT, PPTX, XLS, XLSX, archive, mail, scan


@pytest.fixture(scope="module")
def previewer() -> Iterator[Previewer]:
    previewer = Previewer()
    yield previewer
    previewer.close()


def text_of(previewer: Previewer, recipe: str, data: bytes) -> str:
    async def read():
        yield data

    return asyncio.run(previewer.draw(hashlib.sha256(data).hexdigest(), len(data), read, recipe)).decode()


@pytest.mark.parametrize(
    ("recipe", "data", "text"),
    [
        ("text_plain", "Été\tà\u00a0la  mer\n\n\n".encode(), "Été à la mer"),
        ("text_plain", "déjà vu".encode("cp1252"), "déjà vu"),
        ("text_plain", "déjà".encode("utf-16"), "déjà"),
        ("text_plain", b"\x7fELF\0\0\0", ""),
        ("text_html", b"<title>A</title><script>var x</script><style>b{}</style><p>B &eacute;t&eacute;<p>C", "A\nB été\nC"),
        ("text_rtf", rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\*\generator X;}Caf\'e9 \b noir\b0\par d\u233?j\'e0}", "Café noir\ndéjà"),
        ("text_office", DOCX, "Chère Zoé,\nmerci.\nune note\nLettre"),
        ("text_office", XLSX, "Loyer\nEau chaude\nDépenses 2026"),
        ("text_office", PPTX, "Page 1\nPage 2\nPage 10"),
        ("text_office", ODT, "Projet\nUn beau jardin"),
        ("text_book", EPUB, "Chapitre un\nIl était une fois"),
        ("text_compound", DOC, "Cher Théo,\nvoici 3 € d’étrennes."),
        ("text_compound", XLS, "Mai 6\nLoyer\nEau tiède"),
        ("text_compound", PPT, "Projet\nUn beau parc"),
        ("text_compound", rb"{\rtf1 d\'e9j\'e0}", "déjà"),
    ],
    ids=["utf-8", "cp1252", "utf-16", "binary", "html", "rtf", "docx", "xlsx", "pptx", "odt", "epub", "doc", "xls", "ppt", "rtf by another name"],
)  # fmt: skip
def test_the_words_of_documents_are_read(previewer, recipe, data, text):
    assert text_of(previewer, recipe, data) == text


def test_mails_tell_who_wrote_what_and_what_came_with_it(previewer):
    read = text_of(previewer, "text_mail", mail(html="<p>Bonjour <b>Zoé</b></p>"))
    for said in (
        "Facture d'août",
        "Marie Dupont <marie@example.org>",
        "voici la facture.",
        "facture-août.pdf",
    ):
        assert said in read
    box = b"From a@b Mon\n" + mail("Premier") + b"\nFrom c@d Tue\n" + mail("Second")
    read = text_of(previewer, "text_mail", box)
    assert read.index("Premier") < read.index("Second")


@pytest.mark.parametrize("recipe", ["text_office", "text_compound", "text_book", "text_pdf", "text_picture"])
def test_what_is_broken_is_told_and_others_are_read_after_it(previewer, recipe):
    with pytest.raises(CannotDraw):
        text_of(previewer, recipe, b"PK\x03\x04 no archive " + recipe.encode())
    assert text_of(previewer, "text_plain", b"still there " + recipe.encode()) == f"still there {recipe}"


def test_a_document_that_is_a_trap_is_refused(previewer):
    trap = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    with pytest.raises(CannotDraw):
        text_of(previewer, "text_office", archive(content_xml=trap))


def test_scans_are_read_as_pictures_and_in_pdf_files(previewer):
    page = scan("Facture de la maison\nTotal 1234 euros")
    picture, pdf = io.BytesIO(), io.BytesIO()
    page.save(picture, "PNG")
    page.save(pdf, "PDF", resolution=150)
    for recipe, made in (("text_picture", picture), ("text_pdf", pdf)):
        read = text_of(previewer, recipe, made.getvalue())
        assert "Facture de la maison" in read
        assert "1234" in read
