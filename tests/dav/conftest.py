"""A program that speaks WebDAV with Alice's home, over both engines."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
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

    top = FILES

    async def __call__(
        self, method: str, path: str = "/", body: Any = None, **headers: Any
    ) -> httpx2.Response:
        sent = {name.replace("_", "-").strip("-"): str(value) for name, value in headers.items()}
        content = body.encode() if isinstance(body, str) else body
        return await self.request(method, self.top + path, content=content, headers=sent)

    async def ok(self, method: str, path: str = "/", body: Any = None, **headers: Any) -> httpx2.Response:
        """The same, where nothing is refused."""
        answer = await self(method, path, body, **headers)
        assert answer.status_code < 300, (method, path, answer.status_code, answer.text)
        return answer

    def at(self, path: str) -> str:
        """An address for the header Destination."""
        return f"{str(self.base_url).rstrip('/')}{self.top}{path}"

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


class Pim(Dav):
    """The same, by the whole path, of calendars and contacts."""

    top = ""

    async def report(self, path: str, body: str, **headers: Any) -> httpx2.Response:
        """Ask a question. body: XML in which the namespaces `d`, `c` (CalDAV), `a` (CardDAV) and `cs` are known."""
        return await self("REPORT", path, spaced(body), **{"depth": 0, **headers})

    async def sync(self, path: str, token: str = "", limit: int = 0, prop: str = "<d:getetag/>") -> Synced:
        """What changed since a token."""
        wanted = f"<d:limit><d:nresults>{limit}</d:nresults></d:limit>" if limit else ""
        answer = await self.report(
            path,
            f"<d:sync-collection><d:sync-token>{token}</d:sync-token><d:sync-level>1</d:sync-level>{wanted}<d:prop>{prop}</d:prop></d:sync-collection>",
        )
        assert answer.status_code == 207, answer.text
        return synced(answer)

    async def etag(self, path: str) -> str:
        """The validator of an item."""
        return (await self.ok("HEAD", path)).headers["etag"]


@dataclass
class Synced:
    """An answer about changes: validators by address, what is gone, and the token."""

    changed: dict[str, str]
    gone: list[str]
    token: str
    is_cut: bool
    texts: dict[str, str]


SPACES = (
    'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:a="urn:ietf:params:xml:ns:carddav" '
    'xmlns:cs="http://calendarserver.org/ns/" xmlns:i="http://apple.com/ns/ical/"'
)


def spaced(body: str) -> str:
    """XML with its namespaces declared at its root."""
    end = min(at for at in (body.find(">"), body.find("/>"), body.find(" ")) if at > 0)
    return f"{body[:end]} {SPACES}{body[end:]}"


def synced(answer: httpx2.Response) -> Synced:
    root = ET.fromstring(answer.content)
    found = Synced({}, [], root.findtext(f"{D}sync-token", ""), False, {})
    for response in root.iterfind(f"{D}response"):
        href, status = response.findtext(f"{D}href", ""), response.findtext(f"{D}status", "")
        if "507" in status:
            assert response.find(f"{D}error/{D}number-of-matches-within-limits") is not None
            found.is_cut = True
        elif "404" in status:
            found.gone.append(href)
        else:
            found.changed[href] = response.findtext(f"{D}propstat/{D}prop/{D}getetag", "")
            found.texts[href] = next((e.text or "" for e in response.iter() if e.tag.endswith("-data")), "")
    return found


def condition(answer: httpx2.Response) -> str:
    """The name of the condition that a refusal tells."""
    root = ET.fromstring(answer.content)
    assert root.tag == f"{D}error"
    return root[0].tag


def message(answer: httpx2.Response) -> str:
    """The sentence that a refusal tells."""
    return ET.fromstring(answer.content).findtext("{http://owncloud.org/ns}message", "")


def inside(element: ET.Element) -> list[str]:
    """The names of what is in an element, or the addresses."""
    return [each.text or "" if each.tag == f"{D}href" else each.tag for each in element]


@pytest.fixture
async def new_dav(house, home) -> AsyncIterator[Callable[..., Awaitable[Dav]]]:
    """`await new_dav(may_write=False)`: a program with a password of its own."""
    opened: list[Dav] = []

    async def new_dav(kind: type[Dav] = Dav, **wanted: Any) -> Dav:
        known: dict[str, Any] = {"name": "Laptop", "areas": ("files",), "may_write": True}
        made = await auth.device_passwords.make(house, home, SYSTEM, Wanted(**{**known, **wanted}))
        secret = base64.b64encode(f"alice:{made.password}".encode()).decode()
        opened.append(
            kind(
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


@pytest.fixture
async def pim(new_dav) -> Pim:
    """A program that may see and change all calendars and contacts."""
    return await new_dav(Pim, areas=("calendars", "contacts"))
