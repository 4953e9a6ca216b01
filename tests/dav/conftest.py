"""A program that speaks WebDAV with Alice's home, over both engines."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from xml.etree import ElementTree as ET

import httpx2
import pytest

from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model.device_passwords import Wanted

FILES = "/dav/files"
D = "{DAV:}"


class Dav(httpx2.AsyncClient):
    """Asks by method and path below the top folder."""

    async def __call__(
        self, method: str, path: str = "/", body: Any = None, **headers: Any
    ) -> httpx2.Response:
        sent = {name.replace("_", "-").strip("-"): str(value) for name, value in headers.items()}
        content = body.encode() if isinstance(body, str) else body
        return await self.request(method, FILES + path, content=content, headers=sent)

    async def ok(self, method: str, path: str = "/", body: Any = None, **headers: Any) -> httpx2.Response:
        """The same, where nothing is refused."""
        answer = await self(method, path, body, **headers)
        assert answer.status_code < 300, (method, path, answer.status_code, answer.text)
        return answer

    def at(self, path: str) -> str:
        """An address for the header Destination."""
        return f"{str(self.base_url).rstrip('/')}{FILES}{path}"

    async def props(
        self, path: str, *names: str, depth: int = 0, **headers: Any
    ) -> dict[str, dict[str, ET.Element]]:
        """The properties that there are, by address and name; all of them where none is named."""
        asked = "".join(written(name) for name in names)
        inside = f"<d:prop>{asked}</d:prop>" if names else "<d:allprop/>"
        body = f'<d:propfind xmlns:d="DAV:">{inside}</d:propfind>'
        answer = await self.ok("PROPFIND", path, body, depth=depth, **headers)
        assert answer.status_code == 207
        return {href: found.get(200, {}) for href, found in statuses(answer).items()}

    async def prop(self, path: str, name: str) -> str | None:
        """The text of one property."""
        (found,) = (await self.props(path, name)).values()
        return found[name].text if name in found else None

    async def names(self, path: str = "/") -> list[str]:
        """The addresses of what is in a folder, below the top folder."""
        found = await self.props(path, f"{D}resourcetype", depth=1)
        return [href.removeprefix(FILES) for href in found][1:]

    async def patch_props(
        self, path: str, *, remove: tuple[str, ...] = (), **headers: Any
    ) -> httpx2.Response:
        """Remove properties."""
        gone = "".join(f"<d:remove><d:prop>{written(name)}</d:prop></d:remove>" for name in remove)
        return await self(
            "PROPPATCH", path, f'<d:propertyupdate xmlns:d="DAV:">{gone}</d:propertyupdate>', **headers
        )

    async def lock(self, path: str, *, scope: str = "exclusive", **headers: Any) -> httpx2.Response:
        """Ask for a lock."""
        body = (
            f'<d:lockinfo xmlns:d="DAV:"><d:lockscope><d:{scope}/></d:lockscope><d:locktype><d:write/></d:locktype>'
            "<d:owner>Alice &amp; co</d:owner></d:lockinfo>"
        )
        return await self("LOCK", path, body, **headers)

    async def locked(self, path: str, **headers: Any) -> str:
        """The token of a new lock, in its brackets."""
        answer = await self.lock(path, **headers)
        assert answer.status_code in {200, 201}, answer.text
        return answer.headers["lock-token"]


def written(name: str) -> str:
    namespace, _, local = name[1:].partition("}") if name.startswith("{") else ("", "", name)
    return f'<p:{local} xmlns:p="{namespace}"/>' if namespace else f"<{local}/>"


def statuses(answer: httpx2.Response) -> dict[str, dict[int, dict[str, ET.Element]]]:
    """A multistatus: the properties by address, status and name."""
    found: dict[str, dict[int, dict[str, ET.Element]]] = {}
    for response in ET.fromstring(answer.content).iterfind(f"{D}response"):
        of = found.setdefault(response.findtext(f"{D}href", ""), {})
        for propstat in response.iterfind(f"{D}propstat"):
            status = int(propstat.findtext(f"{D}status", "").split()[1])
            of.setdefault(status, {}).update({each.tag: each for each in propstat.iterfind(f"{D}prop/*")})
    return found


@pytest.fixture
async def new_dav(house, home) -> AsyncIterator[Callable[..., Awaitable[Dav]]]:
    """`await new_dav(may_write=False)`: a program with a password of its own."""
    opened: list[Dav] = []

    async def new_dav(**wanted: Any) -> Dav:
        known: dict[str, Any] = {"name": "Laptop", "areas": ("files",), "may_write": True}
        made = await auth.device_passwords.make(house, home, SYSTEM, Wanted(**{**known, **wanted}))
        secret = base64.b64encode(f"alice:{made.password}".encode()).decode()
        opened.append(
            Dav(
                transport=httpx2.ASGITransport(serving(house)), base_url=home.origin,
                headers={"authorization": f"Basic {secret}"},
            )
        )  # fmt: skip
        return opened[-1]

    yield new_dav
    for each in opened:
        await each.aclose()


@pytest.fixture
async def dav(new_dav) -> Dav:
    """A program that may see and change every file."""
    return await new_dav()
