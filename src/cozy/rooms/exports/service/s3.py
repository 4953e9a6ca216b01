"""A bucket of an S3 service, or a folder of one, as far as files are put there. Large files are sent in parts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlencode, urlsplit

from cozy.kernel.house import House
from cozy.kernel.outside import Reply

from ..errors import NoPlace, PlaceAway, PlaceClosed
from .answering import answer
from .sigv4 import UNSIGNED, Keys, encoded, signed

_PART = 64 * 1024 * 1024  # bytes of what is sent at once
_MOST_PARTS = 10_000  # of one file
_REGION = "us-east-1"  # that services which know no regions want
_NAME = re.compile(r"[!-~]{1,200}")  # of a key or a region: they go into headers
_UPLOAD = re.compile(rb"<UploadId>([^<]{1,2000})</UploadId>")


class S3:
    """What begins with `https://service/bucket/…`, opened with an access key and its secret."""

    def __init__(self, house: House, url: str, access: str, secret: str, region: str = "") -> None:
        parts = urlsplit(url.rstrip("/"))
        self._house = house
        self._server = f"{parts.scheme}://{parts.netloc}"
        _, self._bucket, *folder = [*parts.path.split("/"), "", ""]
        self._folder = "".join(f"{step}/" for step in folder if step)
        self._keys = Keys(access, secret, region if _NAME.fullmatch(region) else _REGION)

    async def read(self, path: str) -> bytes | None:
        """What a file holds; None where there is none. Raises PlaceClosed, PlaceAway."""
        reply = await self._ask("GET", self._key(path), missing=True)
        return None if reply.status == 404 else reply.body

    async def put(self, path: str, size: int, pieces: AsyncIterator[bytes] | bytes) -> None:
        """Write a file. Raises NoRoomThere, PlaceClosed, PlaceAway."""
        if isinstance(pieces, bytes):
            await self._ask("PUT", self._key(path), body=pieces)
        elif size <= _PART:
            await self._ask("PUT", self._key(path), {"content-length": str(size)}, pieces)
        else:
            await self._put_parts(self._key(path), size, pieces)

    async def _put_parts(self, key: str, size: int, pieces: AsyncIterator[bytes]) -> None:
        begun = _UPLOAD.search((await self._ask("POST", key, query={"uploads": ""})).body)
        if begun is None:
            raise PlaceAway
        upload = {"uploadId": begun[1].decode(errors="replace")}
        try:
            tags = await self._send_parts(key, size, pieces, upload)
            listed = "".join(
                f"<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>" for number, tag in enumerate(tags, start=1)
            )  # fmt: skip
            text = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
            if b"<Error>" in (await self._ask("POST", key, query=upload, body=text)).body:
                raise PlaceAway  # it may say so after it has begun to answer that all is well
        except BaseException:
            await self._ask("DELETE", key, query=upload, missing=True)
            raise

    async def _send_parts(
        self, key: str, size: int, pieces: AsyncIterator[bytes], upload: Mapping[str, str]
    ) -> list[str]:
        most = max(_PART, -(-size // _MOST_PARTS))
        cut, tags = _Cut(pieces), list[str]()
        for start in range(0, size, most):
            length = min(most, size - start)
            query = {"partNumber": str(len(tags) + 1), **upload}
            reply = await self._ask(
                "PUT", key, {"content-length": str(length)}, cut.take(length), query=query
            )
            tag = reply.headers.get("etag", "")
            if not re.fullmatch(r'"?[\w+/=-]{1,200}"?', tag):
                raise PlaceAway
            tags.append(tag)
        return tags

    async def folder(self, path: str) -> None:
        """A folder is there as soon as something is in it."""

    async def delete(self, path: str) -> None:
        """Remove a file; one that is gone is fine. Raises PlaceClosed, PlaceAway."""
        await self._ask("DELETE", self._key(path), missing=True)

    async def expect(self) -> None:
        """Whether there is a bucket. Raises NoPlace, PlaceClosed, PlaceAway."""
        query = {"list-type": "2", "max-keys": "1", "prefix": self._folder}
        if not self._bucket or (await self._ask("GET", "", query=query, missing=True)).status != 200:
            raise NoPlace(parameter="address")

    def _key(self, path: str) -> str:
        return encoded(f"{self._folder}{path}", keep="/")

    async def _ask(
        self, method: str, key: str, headers: Mapping[str, str] | None = None, body: bytes | AsyncIterator[bytes] = b"",
        *, query: Mapping[str, str] | None = None, missing: bool = False,
    ) -> Reply:  # fmt: skip
        """The answer, unless it refuses. missing: nothing there is an answer."""
        if not _NAME.fullmatch(self._keys.access):
            raise PlaceClosed(parameter="password")
        path = f"/{encoded(self._bucket)}" + (f"/{key}" if key else "")
        url = f"{self._server}{path}" + (f"?{urlencode(query)}" if query else "")
        payload = hashlib.sha256(body).hexdigest() if isinstance(body, bytes) else UNSIGNED
        told = signed(self._keys, method, url, {}, payload, self._house.clock())
        also = {404} if missing else set[int]()
        return await answer(self._house, method, url, {**told, **(headers or {})}, body, also=also)


class _Cut:
    """A stream, so many bytes of it at a time."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    async def take(self, size: int) -> AsyncIterator[bytes]:
        """The next bytes; fewer where there are no more."""
        while size:
            piece = self._rest or await anext(self._pieces, b"")
            if not piece:
                return
            yield piece[:size]
            self._rest, size = piece[size:], size - len(piece[:size])
