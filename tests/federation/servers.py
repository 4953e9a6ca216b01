"""Servers of other kinds, as far as Open Cloud Mesh goes: what they say of themselves, accept, refuse and send.

What each checks and sends is what its programs do: Nextcloud's apps cloud_federation_api and federatedfilesharing,
and reva's service ocmd, of which OpenCloud and ownCloud Infinite Scale are made.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

_TO = {"content-type": "application/json"}


@dataclass
class Foreign:
    """Some server. taken: shares that it was sent; heard: notifications."""

    street: Any
    origin: str
    taken: list[dict[str, Any]] = field(default_factory=list)
    heard: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    is_stack: bool = True
    is_away: bool = False
    invitations: dict[str, dict[str, str]] = field(default_factory=dict)
    knows: list[dict[str, str]] = field(default_factory=list)
    app: Any = None
    shelf: Shelf | None = None

    name = "foreign"
    discovery = "/.well-known/ocm"
    webdav = "/dav/ocm/"
    version = "1.1.0"

    def __post_init__(self) -> None:
        self.app = Starlette(routes=[
            Route(self.discovery, self.tell), Route("/ocm/shares", self.take, methods=["POST"]),
            Route("/ocm/notifications", self.hear, methods=["POST"]),
                Route("/ocm/invite-accepted", self.let_know, methods=["POST"]),
            Route("/{path:path}", self.dav, methods=["GET", "PUT", "PROPFIND", "MKCOL", "MOVE", "DELETE", "HEAD"]),
        ])  # fmt: skip

    async def tell(self, request: Request) -> Response:
        protocols = {"webdav": self.webdav}
        resources = [{"name": "file", "shareTypes": ["user"], "protocols": protocols}]
        return JSONResponse(
            {
                "enabled": not self.is_away,
                "apiVersion": self.version,
                "endPoint": f"{self.origin}/ocm",
                "resourceTypes": resources,
            }
        )

    async def take(self, request: Request) -> Response:
        raise NotImplementedError

    async def hear(self, request: Request) -> Response:
        self.heard.append(await request.json())
        return JSONResponse({}, 201)

    async def let_know(self, request: Request) -> Response:
        """As ocmd's AcceptInvite."""
        told = await request.json()
        known = self.invitations.get(told["token"])
        if known is None or not all(
            told.get(each) for each in ("recipientProvider", "userID", "email", "name")
        ):
            return JSONResponse({"code": "INVALID_PARAMETER", "message": "token not found"}, 400)
        self.knows.append(told)
        return JSONResponse({name: known[name] for name in ("userID", "email", "name")})

    async def dav(self, request: Request) -> Response:
        if self.shelf is None:
            return Response(status_code=404)
        return self.shelf.answer(request.method, request.url.path, request.headers, await request.body())

    async def post(self, place: Any, path: str, body: dict[str, Any]) -> httpx2.Response:
        """Send something to a home."""
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(place.app), base_url=place.origin
        ) as client:
            return await client.post(path, json=body)


class Nextcloud(Foreign):
    """Nextcloud, up to 31: the words of 1.0."""

    name = "cloud"
    discovery = "/ocm-provider/"
    webdav = "/public.php/webdav/"
    version = "1.0-proposal1"

    async def take(self, request: Request) -> Response:
        """As RequestHandlerController::addShare and CloudFederationProviderFiles::shareReceived."""
        told = await request.json()
        protocol = told.get("protocol")
        needed = ("shareWith", "name", "providerId", "resourceType", "shareType")
        is_whole = all(told.get(each) is not None for each in needed) and isinstance(protocol, dict)
        if not is_whole or "sharedSecret" not in (protocol.get("options") or {}):
            return JSONResponse({"message": "Missing arguments", "validationErrors": []}, 400)
        if (
            told["shareType"] not in {"user", "group"}
            or told["resourceType"] != "file"
            or protocol["name"] != "webdav"
        ):
            return JSONResponse({"message": "not implemented"}, 501)
        user = told["shareWith"].partition("@http")[0]
        if user != "bob":
            return JSONResponse({"message": f'User "{user}" does not exists', "validationErrors": []}, 400)
        self.taken.append(told)
        return JSONResponse({"recipientDisplayName": "Bob Martin", "recipientUserId": "bob"}, 201)

    async def share(self, place: Any, **more: Any) -> httpx2.Response:
        """As CloudFederationShare, which Notifications::tryOCMEndPoint makes, of what is on the shelf."""
        assert self.shelf is not None
        options = {
            "sharedSecret": self.shelf.secret,
            "permissions": "{http://open-cloud-mesh.org/ns}share-permissions",
        }
        return await self.post(place, "/ocm/shares", {
            "shareWith": f"alice@{place.origin}", "shareType": "user", "name": "Garden", "resourceType": "file", "description": "",
            "providerId": "42", "owner": f"bob@{self.origin}/", "ownerDisplayName": "Bob Martin", "sharedBy": f"bob@{self.origin}/",
            "sharedByDisplayName": "Bob Martin", "protocol": {"name": "webdav", "options": options}, **more,
        })  # fmt: skip

    async def notify(
        self, place: Any, kind: str, share: dict[str, Any], message: str, **more: Any
    ) -> httpx2.Response:
        """As Notifications::tryOCMEndPoint."""
        said = {"sharedSecret": share["protocol"]["options"]["sharedSecret"], "message": message, **more}
        body = {
            "notificationType": kind, "resourceType": "file", "providerId": share["providerId"], "notification": said,
        }  # fmt: skip
        return await self.post(place, "/ocm/notifications", body)

    def mount(self, place: Any, share: dict[str, Any]) -> httpx2.AsyncClient:
        """As files_sharing's External\\Storage opens it: what opens the share as a name, without a password."""
        secret = share["protocol"]["options"]["sharedSecret"]
        return opened(place, "Basic " + base64.b64encode(f"{secret}:".encode()).decode())


class Reva(Foreign):
    """reva: the words of 1.1 and later, and not one of 1.0."""

    name = "open"

    async def take(self, request: Request) -> Response:
        """As ocmd's getCreateShareRequest and Protocols.UnmarshalJSON of ownCloud Infinite Scale."""
        told = await request.json()
        needed = (
            "shareWith",
            "name",
            "providerId",
            "owner",
            "sender",
            "shareType",
            "resourceType",
            "protocol",
        )
        if any(not told.get(each) for each in needed):
            return JSONResponse({"code": "INVALID_PARAMETER", "message": "missing"}, 400)
        protocol = told["protocol"]
        unknown = set(protocol) - {"name", "options", "webdav"}
        if unknown or protocol.get("options"):
            return JSONResponse(
                {"code": "INVALID_PARAMETER", "message": "protocol options not supported"}, 400
            )
        if not all(protocol["webdav"].get(each) for each in ("sharedSecret", "permissions", "uri")):
            return JSONResponse({"code": "INVALID_PARAMETER", "message": "webdav"}, 400)
        self.taken.append(told)
        return JSONResponse({"recipientDisplayName": "Bob"}, 201)

    async def share(self, place: Any, **webdav: Any) -> httpx2.Response:
        """As ocmd's Client.NewShare."""
        assert self.shelf is not None
        told = {
            "sharedSecret": self.shelf.secret,
            "permissions": ["read", "write"],
            "uri": f"{self.origin}{self.shelf.top}",
            **webdav,
        }
        return await self.post(place, "/ocm/shares", {
            "shareWith": f"alice@{place.origin}", "name": "Garden", "description": "", "providerId": "7c084226-d9a1-11e6-bf26-cec0c932ce01",
            "owner": f"einstein@{self.origin}", "sender": f"einstein@{self.origin}", "ownerDisplayName": "Albert", "senderDisplayName": "Albert",
            "code": "", "shareType": "user", "resourceType": "folder", "expiration": 0,
            "protocol": {"name": "multi", "options": {}, "webdav": told},
        })  # fmt: skip

    def mount(self, place: Any, share: dict[str, Any]) -> httpx2.AsyncClient:
        """As pkg/ocm/storage/received opens it: a bearer token."""
        return opened(place, f"Bearer {share['protocol']['webdav']['sharedSecret']}")


def opened(place: Any, proof: str) -> httpx2.AsyncClient:
    """A program that shows something."""
    transport = httpx2.ASGITransport(place.app)
    return httpx2.AsyncClient(transport=transport, base_url=place.origin, headers={"authorization": proof})


def moves_in(street: Any, server: Any) -> Any:
    """The server, where others on the street find it."""
    street.places[server.name] = server
    return server


@dataclass
class Shelf:
    """Files and folders by path, over as much of WebDAV as a test needs; whoever shows the secret has them."""

    secret: str
    files: dict[str, bytes | None]  # None for a folder
    rights: str = "15"
    scheme: str = "basic"
    top: str = "/public.php/webdav"

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> Response:
        """As a server would."""
        proof = (
            base64.b64encode(f"{self.secret}:".encode()).decode() if self.scheme == "basic" else self.secret
        )
        if headers.get("authorization") != f"{self.scheme.capitalize()} {proof}":
            return Response(status_code=401)
        at = path.removeprefix(self.top).rstrip("/")
        if method == "PROPFIND":
            return (
                self._told(at, deep=headers.get("depth") == "1")
                if at in self.files
                else Response(status_code=404)
            )
        if method == "GET":
            held = self.files.get(at)
            return Response(status_code=404) if held is None else _part(held, headers.get("range"))
        if self.rights == "1":
            return Response(status_code=403)
        if method == "PUT":
            if at in self.files:
                return Response(status_code=412)
            self.files[at] = body
        elif method == "MKCOL":
            if at in self.files:
                return Response(status_code=405)
            self.files[at] = None
        elif method == "DELETE":
            self.files = {
                name: held
                for name, held in self.files.items()
                if name != at and not name.startswith(f"{at}/")
            }
        elif method == "MOVE":
            to = httpx2.URL(headers["destination"]).path.removeprefix(self.top)
            if to in self.files:
                return Response(status_code=412)
            self.files = {
                to + name[len(at) :] if name == at or name.startswith(f"{at}/") else name: held
                for name, held in self.files.items()
            }
        return Response(status_code=201)

    def _told(self, at: str, *, deep: bool) -> Response:
        inside = [
            name
            for name in self.files
            if name == at or (deep and name.rpartition("/")[0] == at and name != at)
        ]
        return Response(
            f'<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:x="http://open-collaboration-services.org/ns">'
            f"{''.join(map(self._line, inside))}</d:multistatus>", 207, media_type="application/xml",
        )  # fmt: skip

    def _line(self, name: str) -> str:
        held = self.files[name]
        kind = "<d:collection/>" if held is None else ""
        size = "" if held is None else self._size(name, held)
        kinds = {"": "text/plain", "txt": "text/plain", "jpg": "image/jpeg", "html": "text/html"}
        mime = (
            ""
            if held is None
            else f"<d:getcontenttype>{kinds.get(name.rpartition('.')[2], 'application/pdf')}</d:getcontenttype>"
        )
        href = quote(f"{self.top}{name}") + ("/" if held is None else "")
        return (
            f"<d:response><d:href>{href}</d:href><d:propstat><d:prop><d:resourcetype>{kind}</d:resourcetype>{size}{mime}"
            "<d:getlastmodified>Mon, 06 Jul 2026 10:00:00 GMT</d:getlastmodified>"
            f"<x:share-permissions>{self.rights}</x:share-permissions></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
        )

    def _size(self, name: str, held: bytes) -> str:
        return f"<d:getcontentlength>{len(held)}</d:getcontentlength>"


@dataclass
class Untold(Shelf):
    """The same at a server that tells no sizes, or wrong ones."""

    sizes: dict[str, int] = field(default_factory=dict)

    def _size(self, name: str, held: bytes) -> str:
        told = self.sizes.get(name)
        return "" if told is None else f"<d:getcontentlength>{told}</d:getcontentlength>"


def _part(held: bytes, wanted: str | None) -> Response:
    if not wanted:
        return Response(held, media_type="text/plain")
    start, _, end = wanted.removeprefix("bytes=").partition("-")
    piece = held[int(start) : int(end) + 1 if end else None]
    return Response(
        piece,
        206,
        {"content-range": f"bytes {start}-{int(start) + len(piece) - 1}/{len(held)}"},
        "text/plain",
    )
