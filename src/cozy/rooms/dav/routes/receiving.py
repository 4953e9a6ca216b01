"""Bytes that come in: what is announced of them, whether they are it, and what is told of the file that they became."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from starlette.responses import Response

from cozy.dav import headers
from cozy.kernel.blobs import Content, TooLarge
from cozy.kernel.clock import iso
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import OverQuota
from cozy.rooms.files.model import File
from cozy.web.call import Call

from ..errors import WrongChecksum, WrongLength
from ..model import etag
from .door import done, of_file


def details_of(call: Call) -> files.Details:
    """When the file last changed where it comes from, if the client says so."""
    moment = headers.unix_time(call.header("x-oc-mtime"))
    return files.Details(updated_at=iso(moment), dates_are_final=True) if moment else files.Details()


def size_of(call: Call, name: str = "content-length") -> int | None:
    """The bytes that a header announces; None where it does not."""
    text = call.header(name)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


async def received(call: Call, size: int | None, left: int | None) -> Content:
    """The body as a safe content that is what was announced. Raises OverQuota, WrongLength, WrongChecksum, BadHeader."""
    checked = Checked(call)
    try:
        content = await call.house.blobs.put(
            call.home.id, checked.passing(call.chunks()), left if size is None else size
        )
    except TooLarge as error:
        raise OverQuota(quota=call.home.quota) if size is None else WrongLength(expected=size) from error
    if size is not None and content.size != size:
        await forget(call, content)
        raise WrongLength(expected=size, received=content.size)
    if not checked.is_right(content):
        await forget(call, content)
        raise WrongChecksum(expected=call.header("oc-checksum"))
    return content


async def forget(call: Call, content: Content) -> None:
    """Free what no document came to name. Never after a cancellation: the document may be there all the same."""
    if content.blob is not None:
        await call.house.blobs.delete(call.home.id, content.blob)


class _Sum(Protocol):
    def update(self, data: bytes, /) -> None: ...

    def hexdigest(self) -> str: ...


class _Adler32:
    def __init__(self) -> None:
        self._sum = 1

    def update(self, data: bytes, /) -> None:
        self._sum = zlib.adler32(data, self._sum)

    def hexdigest(self) -> str:
        return f"{self._sum:08x}"


class Checked:
    """A stream whose checksum a client told beforehand, as `OC-Checksum: SHA1:<hex>`; of other kinds it knows nothing.

    Those that every content has are not summed a second time.
    """

    def __init__(self, call: Call) -> None:
        kind, _, expected = call.header("oc-checksum").strip().partition(":")
        self._kind, self._expected = kind.upper(), expected.strip().lower()
        self._sum = _SUMS[self._kind]() if self._kind in _SUMS else None

    @property
    def must_read(self) -> bool:
        """Whether no hash of a content tells, so that its bytes must pass here."""
        return self._sum is not None

    def passing(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The same pieces, looked at on the way where there is something to look for."""
        return chunks if self._sum is None else _summed(chunks, self._sum)

    def is_right(self, content: Content) -> bool:
        """Whether what passed, and became this content, is what was told."""
        if self._kind == "SHA256":
            return content.sha256 == self._expected
        if self._kind == "MD5":
            return base64.b64decode(content.md5).hex() == self._expected
        return self._sum is None or self._sum.hexdigest() == self._expected


async def _summed(chunks: AsyncIterator[bytes], sum_: _Sum) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        sum_.update(chunk)
        yield chunk


def _sha1() -> _Sum:
    return hashlib.sha1(usedforsecurity=False)


_SUMS: dict[str, Callable[[], _Sum]] = {"SHA1": _sha1, "ADLER32": _Adler32}


def written(call: Call, file: File, details: files.Details, *, is_new: bool) -> Response:
    """What is told of a file that has a new content."""
    told = {"etag": etag(file.sha256), "oc-etag": etag(file.sha256), **of_file(call, file)}
    if details.updated_at and file.updated_at == details.updated_at:
        told["x-oc-mtime"] = "accepted"
    return done(is_new=is_new, headers=told)
