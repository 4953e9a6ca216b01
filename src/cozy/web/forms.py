"""Fields and files of forms."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.datastructures import FormData, UploadFile

CHUNK = 1024 * 1024  # bytes


def text(form: FormData, name: str) -> str:
    """A field of a form as it was typed; "" when it is not there."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def stripped(form: FormData, name: str) -> str:
    """The same, without the blanks around it."""
    return text(form, name).strip()


def texts(form: FormData, name: str) -> list[str]:
    """All values of a field of a form, of which there may be several."""
    return [value for value in form.getlist(name) if isinstance(value, str)]


def files_in(form: FormData, field: str) -> list[UploadFile]:
    """The files that were chosen in a field of a form."""
    return [each for each in form.getlist(field) if isinstance(each, UploadFile) and each.filename]


async def pieces(file: UploadFile) -> AsyncIterator[bytes]:
    """The bytes of a file, piece by piece."""
    while chunk := await file.read(CHUNK):
        yield chunk
