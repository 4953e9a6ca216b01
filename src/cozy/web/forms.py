"""Files of forms."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.datastructures import FormData, UploadFile

CHUNK = 1024 * 1024  # bytes


def files_in(form: FormData, field: str) -> list[UploadFile]:
    """The files that were chosen in a field of a form."""
    return [each for each in form.getlist(field) if isinstance(each, UploadFile) and each.filename]


async def pieces(file: UploadFile) -> AsyncIterator[bytes]:
    """The bytes of a file, piece by piece."""
    while chunk := await file.read(CHUNK):
        yield chunk
