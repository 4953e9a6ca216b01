"""Documents of every kind, small ones, as other programs write them."""

import io
import struct
import zipfile
from email.message import EmailMessage

from PIL import Image, ImageDraw, ImageFont

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
OPEN = "urn:oasis:names:tc:opendocument:xmlns:"


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


def scan(text: str) -> Image.Image:
    """A page, as a scanner sees it."""
    page = Image.new("L", (1240, 600), "white")
    ImageDraw.Draw(page).multiline_text((80, 80), text, "black", ImageFont.load_default(48), spacing=24)
    return page


def compound(**streams: bytes) -> bytes:
    """A file of an older office program: a table of sectors, a directory, and streams of 4,096 bytes or more. `_` is a space."""
    none, end = 0xFFFFFFFF, 0xFFFFFFFE
    head = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0"))
    struct.pack_into("<5H", head, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<9I", head, 40, 0, 1, 1, 0, 4096, end, 0, end, 0)
    struct.pack_into("<109I", head, 76, 0, *[none] * 108)
    table, directory, contents = [0xFFFFFFFD, end], [_named("Root Entry", 5, 1, none, end, 0)], b""
    for n, (name, stream) in enumerate(streams.items(), 1):
        padded = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
        right = n + 1 if n < len(streams) else none
        directory.append(_named(name.replace("_", " "), 2, none, right, len(table), len(padded)))
        table += [*range(len(table) + 1, len(table) + len(padded) // 512), end]
        contents += padded
    sectors = struct.pack("<128I", *table, *[none] * (128 - len(table)))
    return bytes(head) + sectors + b"".join(directory).ljust(512, b"\0") + contents


def _named(name: str, kind: int, child: int, right: int, first: int, length: int) -> bytes:
    entry = bytearray(128)
    coded = name.encode("utf-16-le")
    entry[: len(coded)] = coded
    struct.pack_into("<HBB3I", entry, 64, len(coded) + 2, kind, 1, 0xFFFFFFFF, right, child)
    struct.pack_into("<II", entry, 116, first, length)
    return bytes(entry)


def _word(*pieces: str) -> bytes:
    """A letter of Word 97: some pieces of its text have one byte a character, others two."""
    main, places, ends = bytearray(2048), b"", [0]
    for piece in pieces:
        is_narrow = all(ord(c) < 256 for c in piece)
        at = len(main) * 2 | 0x40000000 if is_narrow else len(main)
        main += piece.encode("latin-1" if is_narrow else "utf-16-le")
        places += struct.pack("<HIH", 0, at, 0)
        ends.append(ends[-1] + len(piece))
    described = struct.pack(f"<{len(ends)}I", *ends) + places
    table = b"\x01\x02\x00??\x02" + struct.pack("<I", len(described)) + described
    struct.pack_into("<H8xH", main, 0, 0xA5EC, 0x0200)
    struct.pack_into("<II", main, 0x1A2, 0, len(table))
    return compound(WordDocument=bytes(main), **{"1Table": table})


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


DOC = _word("Cher \x13 HYPERLINK secret \x14Théo\x15,\r", "voici 3 € d’étrennes.\r")
XLS = compound(
    Workbook=_record(0x85, bytes(6) + b"\x05\x00Mai 6")
    + _record(0xFC, struct.pack("<II", 2, 2) + b"\x05\x00\x00Loyer" + b"\x09\x00\x00Eau ")
    + _record(0x3C, b"\x01" + "tiède".encode("utf-16-le"))
)
PPT = compound(
    PowerPoint_Document=struct.pack("<HHI", 0xF, 1000, 40)
    + struct.pack("<HHI", 0, 4000, 12) + "Projet".encode("utf-16-le")
    + struct.pack("<HHI", 0, 4008, 12) + b"Un beau parc"
)  # fmt: skip
