"""Words on pictures, read by Tesseract's library where it is installed.

Its program could not be started here, where nothing can be started; its library needs no leave but to read its own data.
"""

from __future__ import annotations

import ctypes
from typing import Any

SIDE = 3_200  # pixels on a side of what is read: an A4 page at 270 dots an inch
SMALLEST = 120  # pixels on a side; what is smaller is a sign, not a text
SURE = 55  # of 100: what Tesseract is less sure of is no text, but leaves on a tree
DOTS = 200  # an inch of a rendered page
_LANGUAGES = ("fra+eng", "eng", "fra")
_NAMES = ("libtesseract.so.5", "libtesseract.so.4")

_reader: tuple[Any, int] | None = None
_is_absent = False


def read_picture(path: str) -> str:
    """The words on a picture; "" where there are none, or nobody can read them."""
    import pyvips

    if _library() is None:
        return ""
    pyvips.block_untrusted_set(True)
    head = pyvips.Image.new_from_file(path, access="sequential")
    if min(head.width, head.height) < SMALLEST or head.width * head.height > 250_000_000:
        return ""
    image = pyvips.Image.thumbnail(path, SIDE, height=SIDE, size="down")
    if image.hasalpha():
        image = image.flatten(background=[255.0])
    grey = image.colourspace("b-w").cast("uchar")
    return _read(bytes(grey.write_to_memory()), grey.width, grey.height)


def read_scan(page: Any) -> str:
    """The words on a page of a PDF, by its picture."""
    if _library() is None:
        return ""
    width, height = page.get_size()
    scale = min(DOTS / 72, SIDE / max(width, height, 1))
    grey = page.render(scale=scale, grayscale=True, may_draw_forms=False).to_pil().convert("L")
    return _read(grey.tobytes(), grey.width, grey.height)


def _read(pixels: bytes, width: int, height: int) -> str:
    known = _library()
    if known is None:
        return ""
    library, handle = known
    library.TessBaseAPISetImage(handle, pixels, width, height, 1, width)
    library.TessBaseAPISetSourceResolution(handle, DOTS)
    found = library.TessBaseAPIGetUTF8Text(handle)
    try:
        is_sure = library.TessBaseAPIMeanTextConf(handle) >= SURE
        return ctypes.string_at(found).decode("utf-8", "replace") if found and is_sure else ""
    finally:
        if found:
            library.TessDeleteText(found)
        library.TessBaseAPIClear(handle)


def _library() -> tuple[Any, int] | None:
    """The library and a reader of it, made once; None where it or its languages are missing."""
    global _reader, _is_absent  # noqa: PLW0603  this program serves one order at a time
    if _reader is None and not _is_absent:
        _reader = _opened()
        _is_absent = _reader is None
    return _reader


def _opened() -> tuple[Any, int] | None:
    library = _loaded()
    if library is None:
        return None
    handle = library.TessBaseAPICreate()
    for languages in _LANGUAGES:
        if library.TessBaseAPIInit3(handle, None, languages.encode()) == 0:
            return library, handle
    library.TessBaseAPIDelete(handle)
    return None


def _loaded() -> Any:
    for name in _NAMES:
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
        signatures: dict[str, tuple[Any, list[Any]]] = {
            "Create": (pointer, []), "Delete": (None, [pointer]), "Init3": (number, [pointer, text, text]),
            "SetImage": (None, [pointer, text, number, number, number, number]), "SetSourceResolution": (None, [pointer, number]),
            "GetUTF8Text": (pointer, [pointer]), "MeanTextConf": (number, [pointer]), "Clear": (None, [pointer]),
        }  # fmt: skip
        for method, (gives, takes) in signatures.items():
            function = getattr(library, f"TessBaseAPI{method}")
            function.restype, function.argtypes = gives, takes
        library.TessDeleteText.restype, library.TessDeleteText.argtypes = None, [pointer]
        return library
    return None
