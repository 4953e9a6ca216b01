"""Telling a peer what changed: first documents, folders and what is gone, in batches, then files, one by one.

What a peer refuses holds nothing else up: it is set aside, and sent again later. What fails for another reason ends the telling.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from cozy.kernel.caller import SYSTEM, Caller
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.ledger import Use
from cozy.kernel.outside import Reply
from cozy.rooms.files import service as contents
from cozy.rooms.sharing.errors import PeerAway, PeerRefused
from cozy.rooms.sharing.model import Peer
from cozy.rooms.sharing.service import asking

from ..model import wire
from ..model.rules import FILES
from . import feed

PART = 4 * 1024 * 1024  # bytes of documents in one request
FILES_AT_ONCE = 8  # on their way to one peer
FILE_TIMEOUT_S = 6 * 3600.0
_ABOUT_THIS = {500, 507}  # what a home answers, that is there, about this request alone


async def documents(house: House, home: Home, sharing_id: str, member: int) -> None:
    """Tell a peer of everything but files. Raises PeerGone, PeerRefused, PeerAway, NoSharing."""
    while (found := await house.scan(home, SYSTEM, feed.batch, sharing_id, member)) is not None:
        refused: dict[str, int] = {}
        if found.revs:
            missing = (
                dict(found.revs) if found.is_initial else await _missing(house, home, found.peer, found.revs)
            )
            told = await house.scan(home, SYSTEM, feed.bodies, found, missing)
            for part in feed.parts(told, PART, _size):
                refused |= await _tell(house, home, found.peer, part)
        await house.write(home, SYSTEM, feed.told, sharing_id, member, "documents", found, refused)


async def _tell(house: House, home: Home, peer: Peer, part: dict[str, list[Any]]) -> dict[str, int]:
    """Tell a peer of some documents; of what it refuses of halves, until what it refuses stands alone: its key, and the status."""
    try:
        reply = await _ask(house, home, peer, "POST", "_bulk_docs", json=part)
    except (PeerRefused, PeerAway) as error:
        status = _refusal(error)
        if not (halves := feed.halves(part)):
            return {f"{name}/{wire.xored(one['_id'], peer.key)}": status for name, (one,) in part.items()}
        refused: dict[str, int] = {}
        for half in halves:
            refused |= await _tell(house, home, peer, half)
        return refused
    for doctype, some in part.items():
        _note(house, home, peer, doctype, sum(not one.get("_deleted") for one in some))
    return {f"{FILES}/{wire.xored(id_, peer.key)}": 403 for id_ in _not_taken(reply)}


def _note(house: House, home: Home, peer: Peer, doctype: str, documents: int) -> None:
    """Let the ledger know what a peer has by now: whoever is sent something has read it."""
    if documents and peer.client:
        reader = Caller("client", name=peer.client)
        house.ledger.note(home, reader, Use("GET", doctype, documents), house.clock())


def _not_taken(reply: Reply) -> list[str]:
    """The ids of folders that a home said it did not take. cozy-stack says nothing of the kind."""
    try:
        said = msgspec.json.decode(reply.body)
    except (msgspec.DecodeError, RecursionError):
        return []
    found = [one.get("id") for one in said if isinstance(one, dict)] if isinstance(said, list) else []
    return [id_ for id_ in found if isinstance(id_, str)]


def _refusal(error: PeerRefused | PeerAway) -> int:
    """The status by which a home that is there, and knows this one, did not take something. Raises the error where it is no such."""
    status = error.facts.get("status", 0)
    if status and (isinstance(error, PeerRefused) or status in _ABOUT_THIS):
        return int(status)
    raise error


def _size(document: Any) -> int:
    return len(msgspec.json.encode(document))


async def _missing(
    house: House, home: Home, peer: Peer, revs: Mapping[str, Sequence[str]]
) -> dict[str, Sequence[str]]:
    """Of these revisions those that a peer lacks, by `doctype/id` as it is here."""
    there = {wire.xored_reference(each, peer.key): each for each in revs}
    asked = {name: revs[each] for name, each in there.items()}
    said = _decoded(await _ask(house, home, peer, "POST", "_revs_diff", json=asked))
    return {
        there[name]: [rev for rev in each.get("missing", ()) if isinstance(rev, str)]
        for name, each in said.items()
        if name in there and isinstance(each, dict)
    }


async def files(house: House, home: Home, sharing_id: str, member: int) -> None:
    """Send a peer the files that it lacks. Raises PeerGone, PeerRefused, PeerAway, NoSharing."""
    while (found := await house.scan(home, SYSTEM, feed.files, sharing_id, member)) is not None:
        refused: dict[str, int] = {}
        if found.revs:
            missing = found.revs if found.is_initial else await _missing(house, home, found.peer, found.revs)
            refused = await _all(house, home, found.peer, list(missing))
        await house.write(home, SYSTEM, feed.told, sharing_id, member, "files", found, refused)


async def _all(house: House, home: Home, peer: Peer, keys: Sequence[str]) -> dict[str, int]:
    """Several at a time; what was refused, and by which status. The first that cannot be sent for now ends it; those on their
    way arrive.
    """
    waiting = list(reversed(keys))
    refused: dict[str, int] = {}

    async def sending() -> None:
        while waiting:
            key = waiting.pop()
            try:
                await _one(house, home, peer, key.partition("/")[2])
            except (PeerRefused, PeerAway) as error:
                refused[key] = _refusal(error)

    tasks = [asyncio.create_task(sending()) for _ in range(min(FILES_AT_ONCE, len(keys)))]
    try:
        await asyncio.gather(*tasks)
    finally:
        waiting.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return refused


async def _one(house: House, home: Home, peer: Peer, id_: str) -> None:
    """Send a file. Raises PeerGone, PeerRefused, PeerAway."""
    file = await house.read(home, SYSTEM, feed.file, peer, id_)
    if file is None:
        return
    reply = await _ask(house, home, peer, "PUT", f"io.cozy.files/{file.id}/metadata", json=file.document)
    key = _decoded(reply).get("key") if reply.status == 200 else None
    if isinstance(key, str) and key:
        await _send(house, home, peer, file, key)
    _note(house, home, peer, FILES, 1)


async def _send(house: House, home: Home, peer: Peer, file: feed.Outgoing, key: str) -> None:
    headers = {
        "content-type": file.mime or "application/octet-stream",
        "content-length": str(file.content.size),
    }
    body = file.content.inline
    if body is None:
        body = partial(_pieces, house, home, file)
    await _ask(
        house, home, peer, "PUT", f"io.cozy.files/{key}", body=body, headers=headers, timeout_s=FILE_TIMEOUT_S
    )


async def _pieces(house: House, home: Home, file: feed.Outgoing) -> AsyncIterator[bytes]:
    async for piece in contents.content_pieces(house, home, file.content):
        yield piece


async def folder(house: House, home: Home, peer: Peer, id_: str) -> dict[str, Any]:
    """A folder as a peer has it. Raises PeerGone, PeerRefused, PeerAway."""
    return _decoded(await _ask(house, home, peer, "GET", f"io.cozy.files/{id_}"))


async def end_initial(house: House, home: Home, peer: Peer) -> None:
    """Tell a member's home that the first copy is whole. Raises PeerGone, PeerRefused, PeerAway."""
    await _ask(house, home, peer, "DELETE", "initial")


async def ask_again(house: House, home: Home, peer: Peer) -> None:
    """Ask a peer for the files that there was no room for. Raises PeerGone, PeerRefused, PeerAway."""
    await _ask(house, home, peer, "POST", "reupload")


async def _ask(house: House, home: Home, peer: Peer, method: str, path: str, **sent: Any) -> Reply:
    return await asking.ask(house, home, peer, method, f"/sharings/{peer.sharing_id}/{path}", **sent)


def _decoded(reply: Reply) -> dict[str, Any]:
    """Raises PeerAway for what no home answers."""
    try:
        return msgspec.json.decode(reply.body, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise PeerAway(url=reply.url) from error
