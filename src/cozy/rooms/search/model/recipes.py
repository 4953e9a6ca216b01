"""How the text of a content is read: by which recipe of the limited worker, and in which turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .entries import Kind

MOST = 64 * 1024 * 1024  # bytes of a content that is read
_PLAIN_MOST = 16 * 1024 * 1024  # bytes of a plain text: what is larger is data
_PICTURE_MOST = 32 * 1024 * 1024
TURNS: Mapping[str, int] = {
    "text_plain": 0, "text_html": 0, "text_rtf": 0, "text_mail": 0, "text_office": 0, "text_compound": 0, "text_book": 0, "text_pdf": 1,
    "text_picture": 2,
}  # fmt: skip
_BY_ENDING: dict[str, str] = {
    ending: recipe
    for recipe, endings in {
        "text_plain": "txt md markdown rst adoc tex csv tsv log json yaml yml toml ini conf xml py js ts c h cpp rs go java rb "
        "sh sql css vcf ics srt vtt cozy-note org diff patch",
        "text_html": "html htm xhtml",
        "text_rtf": "rtf",
        "text_mail": "eml mbox",
        "text_office": "docx docm dotx xlsx xlsm pptx pptm ppsx odt ott ods odp odg fodt",
        "text_compound": "doc dot xls xlt ppt pps",
        "text_book": "epub",
        "text_pdf": "pdf",
    }.items()
    for ending in endings.split()
}
_BY_MIME = {
    "application/pdf": "text_pdf", "message/rfc822": "text_mail", "application/mbox": "text_mail", "text/html": "text_html",
    "application/rtf": "text_rtf", "text/rtf": "text_rtf", "application/epub+zip": "text_book",
}  # fmt: skip
_PICTURES = frozenset({"image/jpeg", "image/png", "image/tiff", "image/webp", "image/bmp"})
_BY_CAMERA = ("gps", "make", "model", "camera", "exposure", "exposureTime", "iso", "fNumber", "lens")


def recipe_for(kind: Kind, mime: str, extension: str, metadata: Mapping[str, Any], size: int) -> str:
    """The recipe for a content; "" for one that is not read.

    Of pictures, those are read that no camera says it took: scans, screens, faxes.
    """
    if not 0 < size <= MOST:
        return ""
    if kind == "photo":
        is_scan = mime in _PICTURES and not any(metadata.get(name) for name in _BY_CAMERA)
        return "text_picture" if is_scan and size <= _PICTURE_MOST else ""
    recipe = (
        _BY_MIME.get(mime) or _BY_ENDING.get(extension) or ("text_plain" if mime.startswith("text/") else "")
    )
    return "" if recipe == "text_plain" and size > _PLAIN_MOST else recipe
