"""What one home asks another: through the guarded client, with the token that the other one gave."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
from msgspec import Struct

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.outside import BODY_LIMIT, BadAddress, RefusedAddress, Reply, TooMuch, TooSlow, Unreachable
from cozy.kernel.problem import Problem
from cozy.kernel.signatures import digest_of
from cozy.kernel.work import Work
from cozy.rooms.neighbours import service as neighbours
from cozy.rooms.neighbours.errors import BadMove, HasMoved, NoAnswer, OtherKey

from ..errors import BadHomeAddress, NoSharing, PeerAway, PeerGone, PeerRefused
from ..model import Peer, Token
from ..model.addresses import home_address
from . import keeping, others

TIMEOUT_S = 30.0
ANSWER_LIMIT = BODY_LIMIT
JSON, JSONAPI = "application/json", "application/vnd.api+json"
Body = bytes | AsyncIterable[bytes] | Callable[[], AsyncIterable[bytes]]
_BUSY = {408, 425, 429}
_LEADS_ELSEWHERE = {301, 302, 307, 308}


class _Held(Struct, frozen=True):
    """What a request to a peer needs, beside what it is about."""

    address: str
    token: Token
    client_id: str
    client_secret: str
    is_news: bool  # that it answers


class _Fresh(Struct, frozen=True):
    """The answer to a refresh."""

    access_token: str
    refresh_token: str = ""


async def ask(
    house: House,
    home: Home,
    peer: Peer,
    method: str,
    path: str,
    *,
    json: Any = None,
    body: Body = b"",
    headers: Mapping[str, str] | None = None,
    timeout_s: float = TIMEOUT_S,
    limit: int = ANSWER_LIMIT,
) -> Reply:
    """The answer of a peer, when it is a good one. path: with its query. A token that ended is renewed once.

    body: bytes, a stream of them, or what begins such a stream; one that cannot begin again is not sent twice: PeerAway is
    raised, and the next try goes well. Raises PeerGone when the other home knows this one no more, PeerRefused with the
    fact `status`, PeerAway when it is to be tried later.
    """
    held = await house.read(home, SYSTEM, _held, peer)
    if json is not None:
        body, headers = msgspec.json.encode(json), {"content-type": JSON, **(headers or {})}
    asked = (method, path, body, headers or {}, timeout_s, limit)
    try:
        reply = await _sent(house, home, held, *asked)
        if (moved := _moved_to(house, home, held, reply)) or _is_stale(reply):
            held = await _renewed(house, home, peer, held, moved)
            if isinstance(body, AsyncIterable):
                raise PeerAway(host=urlsplit(held.address).netloc)
            reply = await _sent(house, home, held, *asked)
    except PeerAway:
        await house.write(home, SYSTEM, others.missed, peer)
        raise
    except PeerGone:
        await house.write(home, SYSTEM, others.missed, peer, "gone")
        raise
    return await _judged(house, home, peer, held, reply)


def _held(work: Work, peer: Peer) -> _Held:
    """Raises PeerGone where nothing is shared with that home any more."""
    try:
        sharing = keeping.fetch(work, peer.sharing_id)
    except NoSharing as error:
        raise PeerGone(host=urlsplit(peer.address).netloc) from error
    secrets = sharing.secrets_of(peer.index)
    if secrets is None or secrets.access_token is None or peer.index >= len(sharing.members):
        raise PeerGone(host=urlsplit(peer.address).netloc)
    client = secrets.client or {}
    return _Held(
        sharing.members[peer.index].instance or peer.address, secrets.access_token,
        str(client.get("client_id", "")), str(client.get("client_secret", "")), others.is_news(work, peer),
    )  # fmt: skip


async def _sent(
    house: House,
    home: Home,
    held: _Held,
    method: str,
    path: str,
    body: Body,
    headers: Mapping[str, str],
    timeout_s: float,
    limit: int,
) -> Reply:
    url = held.address + path
    named = {"accept": JSON, **headers, "authorization": f"Bearer {held.token.access_token}"}
    if isinstance(body, bytes) and body:
        named["content-digest"] = digest_of(body)
    await sure(house, home, held.address)
    signed = named | await house.read(home, SYSTEM, neighbours.sign, method, url, named)
    sent = body() if callable(body) else body
    return await fetched(house, method, url, body=sent, headers=signed, timeout_s=timeout_s, limit=limit)


async def sure(house: House, home: Home, address: str) -> None:
    """Make sure that the home at an address is the one that is known there. Raises PeerRefused when it is another one by now,
    PeerAway when that cannot be told.
    """
    try:
        await met(house, home, address)
    except OtherKey as error:
        raise PeerRefused(host=urlsplit(address).netloc, status=0, why=error.detail) from error


async def met(house: House, home: Home, address: str) -> None:
    """The same, for somebody who is to read why not. Raises OtherKey, PeerAway."""
    try:
        await neighbours.sure(house, home, address)
    except (HasMoved, NoAnswer, Unreachable, TooSlow, TooMuch, BadAddress, RefusedAddress) as error:
        raise PeerAway(host=urlsplit(address).netloc) from error


async def sure_of_move(house: House, home: Home, before: str, said: str) -> None:
    """Make sure that a home is where it says that it has moved to. Raises BadMove, BadHomeAddress, PeerAway when that cannot be told."""
    address = home_address(said, plain=home.origin.startswith("http:"))
    try:
        await neighbours.sure_of_move(house, home, before, address)
    except (NoAnswer, Unreachable, TooSlow, TooMuch, BadAddress, RefusedAddress) as error:
        raise PeerAway(host=urlsplit(address).netloc) from error


async def fetched(house: House, method: str, url: str, **options: Any) -> Reply:
    """The answer of another home, whatever it is. Raises PeerAway."""
    try:
        reply = await house.outside.fetch(method, url, **options)
    except (Unreachable, TooSlow, TooMuch, BadAddress, RefusedAddress) as error:
        raise PeerAway(host=urlsplit(url).netloc) from error
    if reply.status >= 500 or reply.status in _BUSY:
        raise PeerAway(host=urlsplit(url).netloc, status=reply.status)
    return reply


def _is_stale(reply: Reply) -> bool:
    """Whether the token ended: cozy-stack says so with 400 and a text."""
    return reply.status == 401 or (reply.status == 400 and b"token" in reply.body[:500].lower())


def _moved_to(house: House, home: Home, held: _Held, reply: Reply) -> str:
    """The address that a home says it has now: 410 with a link, a redirect on which the token was left behind, or one that was not
    followed, for a stream goes out once.
    """
    said = ""
    if reply.status in _LEADS_ELSEWHERE:
        said = reply.headers.get("location", "")
    if reply.status == 410:
        said = _related(reply.body)
    elif reply.status == 401 and urlsplit(reply.url)[:2] != urlsplit(held.address)[:2]:
        said = reply.url
    try:
        return home_address(said, plain=home.origin.startswith("http:")) if said else ""
    except Problem:
        return ""


def _related(body: bytes) -> str:
    try:
        errors = msgspec.json.decode(body)["errors"]
        return str(errors[0]["links"]["related"])
    except (msgspec.DecodeError, RecursionError, LookupError, TypeError):
        return ""


async def _renewed(house: House, home: Home, peer: Peer, held: _Held, moved: str) -> _Held:
    """The same with a fresh token, at the address where the home is by now. Raises PeerGone, PeerAway."""
    address = moved or held.address
    if moved:
        await _sure_of_move(house, home, held.address, moved)
    form = {
        "grant_type": "refresh_token", "refresh_token": held.token.refresh_token, "client_id": held.client_id,
        "client_secret": held.client_secret,
    }  # fmt: skip
    reply = await fetched(
        house, "POST", f"{address}/auth/access_token", body=urlencode(form).encode(), redirects=0,
        headers={"accept": JSON, "content-type": "application/x-www-form-urlencoded"}, timeout_s=TIMEOUT_S,
    )  # fmt: skip
    if reply.status in _LEADS_ELSEWHERE:
        raise PeerAway(host=urlsplit(address).netloc)
    if reply.status != 200:
        raise PeerGone(host=urlsplit(address).netloc)
    try:
        fresh = msgspec.json.decode(reply.body, type=_Fresh)
    except (msgspec.DecodeError, RecursionError) as error:
        raise PeerAway(host=urlsplit(address).netloc) from error
    await house.write(home, SYSTEM, others.renewed, peer, address, fresh.access_token, fresh.refresh_token)
    token = msgspec.structs.replace(
        held.token,
        access_token=fresh.access_token,
        refresh_token=fresh.refresh_token or held.token.refresh_token,
    )
    return msgspec.structs.replace(held, address=address, token=token)


async def _sure_of_move(house: House, home: Home, before: str, address: str) -> None:
    """Raises PeerAway: what is sent to a home that moved is sent to no other."""
    try:
        await sure_of_move(house, home, before, address)
    except BadMove as error:
        raise PeerAway(host=urlsplit(before).netloc) from error


async def _judged(house: House, home: Home, peer: Peer, held: _Held, reply: Reply) -> Reply:
    host = urlsplit(held.address).netloc
    if reply.status in {401, 410}:
        await house.write(home, SYSTEM, others.missed, peer, "gone")
        raise PeerGone(host=host)
    if reply.status in _LEADS_ELSEWHERE:  # nobody has taken it yet
        raise PeerAway(host=host)
    if held.is_news:
        await house.write(home, SYSTEM, others.heard, peer)
    if reply.status >= 400:
        raise PeerRefused(host=host, status=reply.status, why=reply.body[:200].decode(errors="replace"))
    return reply


async def tell(house: House, method: str, url: str, document: Any, *, timeout_s: float = TIMEOUT_S) -> Reply:
    """The answer of a home that knows this one not yet, to a JSON:API document, whatever it is. Raises PeerAway."""
    return await fetched(
        house, method, url, body=msgspec.json.encode(document), timeout_s=timeout_s, limit=1024 * 1024, redirects=0,
        headers={"accept": JSONAPI, "content-type": JSONAPI},
    )  # fmt: skip


def address_of(home: Home, text: str) -> str:
    """The address of another home, as somebody gave it. Raises BadHomeAddress, NotAHome."""
    address = home_address(text, plain=home.origin.startswith("http:"))
    if address == home.origin:
        raise BadHomeAddress(parameter="url")
    return address
