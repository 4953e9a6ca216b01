"""The text of documents, read by the limited worker as it is: one process for all of them."""

import asyncio
import hashlib
import io
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from PIL import Image, ImageDraw, ImageFont

from cozy.backends.previewer import Previewer
from cozy.kernel.previews import CannotDraw

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
OPEN = "urn:oasis:names:tc:opendocument:xmlns:"


@pytest.fixture(scope="module")
def previewer() -> Iterator[Previewer]:
    previewer = Previewer()
    yield previewer
    previewer.close()


def text_of(previewer: Previewer, recipe: str, data: bytes) -> str:
    async def read():
        yield data

    return asyncio.run(previewer.draw(hashlib.sha256(data).hexdigest(), len(data), read, recipe)).decode()


def archive(**parts: str) -> bytes:
    """A document made of parts; `__` is a slash, `_` a dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, text in parts.items():
            file.writestr(name.replace("__", "/").replace("_", "."), text)
    return out.getvalue()


def mail(subject="Facture d'août", body="Bonjour Zoé,\nvoici la facture.", **more: str) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "Marie Dupont <marie@example.org>", "zoe@example.org", subject
    made.set_content(body)
    if html := more.get("html"):
        made.add_alternative(html, subtype="html")
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="facture-août.pdf")
    return made.as_bytes()


DOCX = archive(
    word__document_xml=f'<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>Chère Zo</w:t></w:r><w:r><w:t>é,</w:t></w:r></w:p>'
    "<w:p><w:r><w:t>merci.</w:t></w:r></w:p></w:body></w:document>",
    word__footnotes_xml=f'<w:footnotes xmlns:w="{WORD}"><w:p><w:t>une note</w:t></w:p></w:footnotes>',
    docProps__core_xml='<c xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Lettre</dc:title></c>',
)
XLSX = archive(
    xl__workbook_xml=f'<workbook xmlns="{SHEET}"><sheets><sheet name="Dépenses 2026"/></sheets></workbook>',
    xl__sharedStrings_xml=f'<sst xmlns="{SHEET}"><si><t>Loyer</t></si><si><r><t>Eau </t></r><r><t>chaude</t></r></si></sst>',
)
PPTX = archive(
    **{
        f"ppt__slides__slide{n}_xml": f'<s xmlns:a="{DRAWING}"><a:p><a:r><a:t>Page {n}</a:t></a:r></a:p></s>'
        for n in (10, 2, 1)
    }
)
ODT = archive(
    mimetype="application/vnd.oasis.opendocument.text",
    content_xml=f'<o xmlns:text="{OPEN}text:1.0"><text:h>Projet</text:h><text:p>Un <text:span>beau</text:span> jardin</text:p></o>',
)
EPUB = archive(
    mimetype="application/epub+zip",
    OEBPS__c1_xhtml="<html><body><h1>Chapitre un</h1><p>Il était une fois</p></body></html>",
)


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
    ],
    ids=["utf-8", "cp1252", "utf-16", "binary", "html", "rtf", "docx", "xlsx", "pptx", "odt", "epub"],
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


@pytest.mark.parametrize("recipe", ["text_office", "text_book", "text_pdf", "text_picture"])
def test_what_is_broken_is_told_and_others_are_read_after_it(previewer, recipe):
    with pytest.raises(CannotDraw):
        text_of(previewer, recipe, b"PK\x03\x04 no archive " + recipe.encode())
    assert text_of(previewer, "text_plain", b"still there " + recipe.encode()) == f"still there {recipe}"


def test_a_document_that_is_a_trap_is_refused(previewer):
    trap = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    with pytest.raises(CannotDraw):
        text_of(previewer, "text_office", archive(content_xml=trap))


def scan(text: str) -> Image.Image:
    page = Image.new("L", (1240, 600), "white")
    ImageDraw.Draw(page).multiline_text((80, 80), text, "black", ImageFont.load_default(48), spacing=24)
    return page


def test_scans_are_read_as_pictures_and_in_pdf_files(previewer):
    page = scan("Facture de la maison\nTotal 1234 euros")
    picture, pdf = io.BytesIO(), io.BytesIO()
    page.save(picture, "PNG")
    page.save(pdf, "PDF", resolution=150)
    for recipe, made in (("text_picture", picture), ("text_pdf", pdf)):
        read = text_of(previewer, recipe, made.getvalue())
        assert "Facture de la maison" in read
        assert "1234" in read
