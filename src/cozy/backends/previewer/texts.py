"""Recipes that read the text of documents, so that it can be found. Each gives UTF-8."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from email.message import EmailMessage
from html.parser import HTMLParser
from itertools import islice
from typing import IO, Any

from .compounds import words_of
from .scans import read_picture, read_scan

LONGEST = 400_000  # characters of a text; what comes later in a long book is not found
PAGES = 400  # of a PDF
SCANNED = 30  # pages of a PDF without text that are read by their pictures
MEMBER = 64 * 1024 * 1024  # bytes of a part of a document, unpacked
MAILS = 500  # of a mailbox in a file
_FEW = 16  # characters of a page with fewer, beside a picture, are a scan's page number
_SPACES = re.compile(r"[ \t\f\v\u00a0]+")
_LINES = re.compile(r"\s*\n\s*")


def text_plain(path: str) -> bytes:
    """A text, whatever its encoding; nothing of what is none."""
    with open(path, "rb") as file:
        raw = file.read(LONGEST * 4)
    return _tidy([_decoded(raw)])


def _decoded(raw: bytes) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            return raw.decode(encoding, "replace")
    if b"\0" in raw[:8_192]:
        return ""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        return raw[: error.start].decode() if error.start >= len(raw) - 4 else raw.decode("cp1252", "replace")


def _tidy(pieces: Iterable[str]) -> bytes:
    """Pieces in lines, without needless space, and no more than LONGEST."""
    kept: list[str] = []
    room = LONGEST
    for piece in pieces:
        line = _LINES.sub("\n", _SPACES.sub(" ", piece.replace("\0", ""))).strip()
        if line:
            kept.append(line[:room])
            room -= len(line) + 1
        if room <= 0:
            break
    return "\n".join(kept).encode("utf-8", "replace")


class _Html(HTMLParser):
    """The words of a page, without its scripts and styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """What breaks a line, and what is not read."""
        self._silent += tag in {"script", "style", "template"}
        if tag in {
            "p",
            "div",
            "br",
            "li",
            "tr",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "td",
            "th",
            "section",
            "title",
        }:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """The end of what is not read."""
        if tag in {"script", "style", "template"}:
            self._silent = max(0, self._silent - 1)

    def handle_data(self, data: str) -> None:
        """Words."""
        if not self._silent:
            self.pieces.append(data)


def _of_html(html: str) -> str:
    reader = _Html()
    reader.feed(html)
    reader.close()
    return "".join(reader.pieces)


def text_html(path: str) -> bytes:
    """The words of a page."""
    with open(path, "rb") as file:
        return _tidy([_of_html(_decoded(file.read(LONGEST * 20)))])


_RTF = re.compile(
    r"\\u(-?\d+) ?\??|\\'([0-9a-f]{2})|\\([a-z]+)(-?\d+)? ?|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)",
    re.IGNORECASE,
)
_RTF_ASIDE = frozenset(
    [
        "fonttbl",
        "colortbl",
        "stylesheet",
        "info",
        "pict",
        "themedata",
        "datastore",
        "listtable",
        "rsidtbl",
        "generator",
    ]
)
_RTF_SIGNS = {
    "par": "\n",
    "line": "\n",
    "row": "\n",
    "tab": " ",
    "cell": " ",
    "emdash": "—",
    "endash": "–",
    "lquote": "‘",
    "rquote": "’",
}


def text_rtf(path: str) -> bytes:
    """The words of a Rich Text document."""
    with open(path, "rb") as file:
        source = file.read(MEMBER).decode("latin-1")
    return _tidy(["".join(_of_rtf(source))])


def _of_rtf(source: str) -> Iterator[str]:
    groups: list[bool] = []
    is_aside = False
    for match in _RTF.finditer(source):
        code, byte, word, _, sign, brace, plain = match.groups()
        if brace == "{":
            groups.append(is_aside)
        elif brace == "}":
            is_aside = groups.pop() if groups else False
        elif word in _RTF_ASIDE or sign == "*":
            is_aside = True
        elif is_aside:
            continue
        elif code:
            yield chr(int(code) % 65_536)
        elif byte:
            yield bytes.fromhex(byte).decode("cp1252", "replace")
        elif word:
            yield _RTF_SIGNS.get(word, "")
        elif sign:
            yield " " if sign == "~" else sign if sign in "\\{}" else ""
        elif plain:
            yield plain


def text_mail(path: str) -> bytes:
    """Who wrote to whom about what, and the words of a mail; of a mailbox the same of each."""
    with open(path, "rb") as file:
        if file.read(5) == b"From ":
            file.seek(0)
            return _tidy(piece for raw in islice(_mails(file), MAILS) for piece in _of_mail(raw))
        file.seek(0)
        return _tidy(_of_mail(file.read(MEMBER)))


def _mails(file: IO[bytes]) -> Iterator[bytes]:
    """The mails of an mbox (RFC 4155): each after a line that begins with `From `."""
    lines: list[bytes] = []
    for line in file:
        if line.startswith(b"From "):
            if lines:
                yield b"".join(lines)
            lines = []
        else:
            lines.append(line)
    yield b"".join(lines)


def _of_mail(raw: bytes) -> Iterator[str]:
    from email import policy
    from email.parser import BytesParser

    mail = BytesParser(policy=policy.default).parsebytes(raw)
    for name in ("subject", "from", "to", "cc", "date"):
        try:
            yield f"{name.title()}: {mail[name]}" if mail[name] else ""
        except (ValueError, AttributeError, IndexError, TypeError):
            continue  # a header that Python's own parser stumbles over
    for part in mail.walk():
        yield str(part.get_filename() or "")
        if (
            part.get_content_maintype() == "text"
            and isinstance(part, EmailMessage)
            and not part.is_attachment()
        ):
            yield _of_part(part)


def _of_part(part: EmailMessage) -> str:
    try:
        content = str(part.get_content())
    except (LookupError, ValueError, KeyError):
        payload = part.get_payload(decode=True)
        content = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return _of_html(content) if part.get_content_subtype() == "html" else content


# The parts of an office document that hold words, in the order in which they are read.
_PARTS = re.compile(
    r"docProps/core\.xml|meta\.xml|content\.xml|word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml"
    r"|xl/(workbook|sharedStrings|worksheets/sheet\d+|comments\d*)\.xml|ppt/(slides/slide|notesSlides/notesSlide)\d+\.xml"
)
_TOLD = frozenset(["title", "subject", "description", "keyword", "keywords", "creator", "initial-creator"])
_BREAKS = frozenset(["p", "h", "si", "row", "tr", "table-row", "br", "tab", "cr", "is"])
_NUMBER = re.compile(r"\d+")


def text_office(path: str) -> bytes:
    """The words of a document, table or presentation of an office program, OOXML or OpenDocument."""
    if not zipfile.is_zipfile(path):  # .fodt
        with open(path, "rb") as file:
            return _tidy(_of_xml(file, is_open_document=True))
    with zipfile.ZipFile(path) as archive:
        names = sorted(filter(_PARTS.fullmatch, archive.namelist()), key=_order)
        return _tidy(piece for name in names for piece in _of_member(archive, name))


def _order(name: str) -> tuple[bool, int, str]:
    """Slides and sheets by their numbers, what is said about the document last."""
    number = _NUMBER.search(name.rpartition("/")[2])
    return name.endswith(("core.xml", "meta.xml")), int(number[0]) if number else 0, name


def _of_member(archive: zipfile.ZipFile, name: str) -> Iterator[str]:
    if archive.getinfo(name).file_size > MEMBER:
        return
    with archive.open(name) as member:
        yield from _of_xml(member, is_open_document=name in {"content.xml", "meta.xml"})


def _of_xml(source: IO[bytes], *, is_open_document: bool) -> Iterator[str]:
    """The words of a part. OOXML has them in elements `t`, OpenDocument anywhere in paragraphs."""
    from defusedxml.ElementTree import iterparse

    line: list[str] = []
    for _, element in iterparse(source, events=("end",), forbid_dtd=True):
        name = str(element.tag).rpartition("}")[2]
        if name in _TOLD and element.text:
            yield element.text
        elif name == "sheet":
            yield element.get("name", "")
        elif is_open_document and name in {"p", "h"}:
            yield "".join(element.itertext())
        elif name == "t" and not is_open_document:
            line.append(element.text or "")
        if name in _BREAKS:
            yield "".join(line)
            line = []
            element.clear()
    yield "".join(line)


def text_compound(path: str) -> bytes:
    """The words of a document, table or presentation of an older office program, or of a newer one by an old name."""
    with open(path, "rb") as file:
        data = file.read(MEMBER)
    if data.startswith(b"{\\rtf"):
        return text_rtf(path)
    return text_office(path) if data.startswith(b"PK") else _tidy(words_of(data))


def text_book(path: str) -> bytes:
    """The words of an EPUB book."""
    with zipfile.ZipFile(path) as archive:
        chapters = [
            each
            for each in archive.infolist()
            if each.filename.lower().endswith((".xhtml", ".html", ".htm")) and each.file_size <= MEMBER
        ]
        return _tidy(_of_html(_decoded(archive.read(each))) for each in chapters)


def text_pdf(path: str) -> bytes:
    """The words of a PDF; pages that are only pictures are read as such, where Tesseract is installed."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    return _tidy(_of_pages(document))


def _of_pages(document: Any) -> Iterator[str]:
    scanned = 0
    for number in range(min(len(document), PAGES)):
        page = document[number]
        words = page.get_textpage().get_text_bounded().strip()
        if len(words) < _FEW and scanned < SCANNED:
            scanned += 1
            words = read_scan(page) or words
        yield words
        page.close()


def text_picture(path: str) -> bytes:
    """The words on a picture, where Tesseract is installed."""
    return _tidy([read_picture(path)])


RECIPES = {
    "text_plain": text_plain, "text_html": text_html, "text_rtf": text_rtf, "text_mail": text_mail, "text_office": text_office,
    "text_compound": text_compound, "text_book": text_book, "text_pdf": text_pdf, "text_picture": text_picture,
}  # fmt: skip
