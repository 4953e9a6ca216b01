"""What every test of notifications can use: notices, a mail server, and the service of a browser with the browser behind it."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from cozy.kernel.work import Work
from cozy.rooms.notifications import service
from cozy.rooms.notifications.model import Notice, Notification
from tests.auth.conftest import browser, lock, mailbox, new_browser, new_program, owner, program

__all__ = ["browser", "lock", "mailbox", "new_browser", "new_program", "owner", "program"]


def failed(account: str = "a1", **more: Any) -> Notice:
    """A connector that could not fetch."""
    values = {"name": "Free", "reason": "LOGIN_FAILED"}
    return Notice(kind="connector_failed", about=account, values=values, link="/my/connectors/free", **more)


def tell(work: Work, notice: Notice) -> Notification:
    """Tell the owner something that is news."""
    told = service.notify(work, notice)
    assert told is not None
    return told


def published(work: Work, event: type) -> list[Any]:
    """What a unit of work says has happened, of one sort."""
    return [each for each in work.published if isinstance(each, event)]


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Chrome:
    """A browser and the service that keeps its messages: it opens only what is meant for it and signed as it was told."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.auth = b"sixteen letters!"
        self.status = 201
        self.requests: list[web.Request] = []
        self.bodies: list[bytes] = []
        self.origin = ""

    @property
    def keys(self) -> dict[str, str]:
        """What a page hands on to the home."""
        return {"endpoint": f"{self.origin}/send/one", "p256dh": b64(self._public), "auth": b64(self.auth)}

    @property
    def _public(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    async def take(self, request: web.Request) -> web.Response:
        self.requests.append(request)
        self.bodies.append(await request.read())
        return web.Response(status=self.status)

    def opened(self, index: int = -1) -> dict[str, Any]:
        """A message, read as RFC 8188 and RFC 8291 say."""
        body = self.bodies[index]
        salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        theirs, record = body[21 : 21 + length], body[21 + length :]
        assert len(record) <= size
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        shared = self.private.exchange(ec.ECDH(), point)
        secret = HKDF(SHA256(), 32, self.auth, b"WebPush: info\0" + self._public + theirs).derive(shared)
        key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(secret)
        nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(secret)
        plain = AESGCM(key).decrypt(nonce, record, None)
        assert plain.endswith(b"\2")
        return json.loads(plain[:-1])

    def signed(self, key: str, index: int = -1) -> dict[str, Any]:
        """What the request says of itself, once its signature is found to be of this key (RFC 8292)."""
        scheme, _, rest = self.requests[index].headers["authorization"].partition(" ")
        said = dict(part.strip().split("=", 1) for part in rest.split(","))
        assert (scheme, said["k"]) == ("vapid", key)
        x, y = unb64(key)[1:33], unb64(key)[33:]
        public = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": b64(x), "y": b64(y)})
        return dict(jwt.decode(said["t"], public, algorithms=["ES256"]).claims)


@pytest.fixture
async def chrome() -> AsyncIterator[Chrome]:
    """The service listens on a free port of this machine."""
    chrome = Chrome()
    app = web.Application()
    app.router.add_post("/send/one", chrome.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address = site._server.sockets[0].getsockname()  # type: ignore[union-attr]  # pyrefly: ignore
    chrome.origin = f"http://127.0.0.1:{address[1]}"
    yield chrome
    await runner.cleanup()
