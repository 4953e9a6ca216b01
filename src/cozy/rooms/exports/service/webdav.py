"""A folder on a WebDAV server (RFC 4918), as far as files are put there: read one, put, delete, make folders."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping
from urllib.parse import quote

from cozy.kernel.house import House
from cozy.kernel.outside import Reply

from ..errors import NoPlace
from .answering import answer


class Webdav:
    """The folder at an address, opened with a login and a password."""

    def __init__(self, house: House, url: str, login: str, password: str) -> None:
        self._house = house
        self._url = url.rstrip("/")
        proof = base64.b64encode(f"{login}:{password}".encode()).decode()
        self._headers = {"authorization": f"Basic {proof}"} if login or password else {}
        self._made: set[str] = {""}

    async def read(self, path: str) -> bytes | None:
        """What a file holds; None where there is none. Raises PlaceClosed, PlaceAway."""
        reply = await self._ask("GET", path, missing=True)
        return None if reply.status == 404 else reply.body

    async def put(self, path: str, size: int, pieces: AsyncIterator[bytes] | bytes) -> None:
        """Write a file, and the folders around it. Raises NoRoomThere, PlaceClosed, PlaceAway."""
        await self.folder(path.rpartition("/")[0])
        await self._ask("PUT", path, {"content-length": str(size)}, pieces)

    async def folder(self, path: str) -> None:
        """Make a folder, and those around it, where they are not yet there. Raises NoRoomThere, PlaceClosed, PlaceAway."""
        path = path.rstrip("/")
        if path in self._made:
            return
        await self.folder(path.rpartition("/")[0])
        await self._ask("MKCOL", path, there=True)
        self._made.add(path)

    async def delete(self, path: str) -> None:
        """Remove a file; one that is gone is fine. Raises PlaceClosed, PlaceAway."""
        await self._ask("DELETE", path, missing=True)

    async def expect(self) -> None:
        """Whether there is a folder. Raises NoPlace, PlaceClosed, PlaceAway."""
        reply = await self._ask("PROPFIND", "", {"depth": "0"}, missing=True)
        if reply.status != 207:
            raise NoPlace(parameter="address")

    async def _ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | AsyncIterator[bytes] = b"",
        *, missing: bool = False, there: bool = False,
    ) -> Reply:  # fmt: skip
        """The answer, unless it refuses. missing: nothing there is an answer; there: something there is one."""
        also = ({404} if missing else set[int]()) | ({405} if there else set[int]())
        url = f"{self._url}/{quote(path)}"
        return await answer(self._house, method, url, {**self._headers, **(headers or {})}, body, also=also)
