"""Other homes of a sharing: whom this one talks to, and which of them asks."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from cozy.kernel.clock import iso, parse
from cozy.kernel.work import Work
from cozy.rooms.neighbours import service as neighbours
from cozy.rooms.permissions.errors import NotAllowed

from .. import access, store
from ..errors import GoesOnElsewhere
from ..model import SHARINGS, Credentials, Peer, Sharing, Standing
from . import keeping

_HEARD_EVERY = timedelta(hours=1)  # how often it is written that a peer answers


def peers(work: Work, sharing: Sharing) -> list[Peer]:
    """The homes that this one talks to: of each ready member for the owner, the owner's for a member."""
    if not sharing.active:
        return []
    if not sharing.owner:
        return [found] if (found := peer_of(sharing, 0)) else []
    found = (peer_of(sharing, index) for index in range(1, len(sharing.members)))
    return [peer for peer in found if peer]


def peer_of(sharing: Sharing, index: int) -> Peer | None:
    """The home of a member, where the two have let each other in."""
    if not 0 <= index < len(sharing.members):
        return None
    member, secrets = sharing.members[index], sharing.secrets_of(index)
    is_in = member.status in {"ready", "owner"} and index != sharing.me
    if not is_in or not member.instance or secrets is None or secrets.access_token is None:
        return None
    who = index if sharing.owner else sharing.me
    is_read_only = sharing.is_read_only(who)
    return Peer(
        sharing.id, index, member.instance, secrets.key, is_read_only, client=secrets.inbound_client_id
    )


def member_who_asks(work: Work, sharing_id: str) -> int:
    """The index of the member whose home asks. Raises NoSharing, NotAllowed for anybody else, NotSigned where the home is
    known by its key and has not signed, GoesOnElsewhere where this home moved with its sharings.

    Who may only read is let in: what they may do is for the caller to look at.
    """
    sharing = keeping.fetch(work, sharing_id)
    index = _index_of_client(sharing, work.caller.name) if work.caller.kind == "client" else -1
    if index < 0:
        raise NotAllowed(verb="GET", doctype=SHARINGS)
    if address := sharing.members[index].instance:
        neighbours.recognise(work, address)
    if sharing.moved_to and not sharing.active:
        raise GoesOnElsewhere(links={"related": sharing.moved_to})
    return index


def writer_who_asks(work: Work, sharing_id: str) -> int:
    """The same, of a home that may change what is shared. Raises NoSharing, NobodyIn, NotAllowed for who may only read.

    The home of somebody who was made a reader an hour ago at most is one: it sends what was changed before.
    """
    index = member_who_asks(work, sharing_id)
    access.between_homes(work, sharing_id, "POST")
    return index


def _index_of_client(sharing: Sharing, client_id: str) -> int:
    """The index of the member whose home is this client here; -1 for none."""
    if not client_id:
        return -1
    first = 1 if sharing.owner else 0
    found = (i for i, held in enumerate(sharing.credentials) if held.inbound_client_id == client_id)
    at = next(found, None)
    if at is None or at + first >= len(sharing.members):
        return -1
    return at + first


def of_client(work: Work, client_id: str) -> tuple[Sharing, int] | None:
    """The sharing, and the index of the member, that a home is let in for."""
    for sharing in keeping.all_(work, {"credentials": {"$elemMatch": {"inbound_client_id": client_id}}}):
        if (index := _index_of_client(sharing, client_id)) >= 0:
            return sharing, index
    return None


def standings(work: Work, sharing: Sharing) -> dict[int, Standing]:
    """How it went with the homes of a sharing, by the index of their member; those that were never asked are left out."""
    known = store.standings(work, sharing.id)
    strangers = {each.address for each in neighbours.refused(work)}
    for index, member in enumerate(sharing.members):
        if index != sharing.me and member.instance in strangers:
            known[index] = replace(known.get(index, Standing()), trouble="stranger")
    return known


def is_news(work: Work, peer: Peer) -> bool:
    """Whether it is to be written down that a peer answers: after it did not, and once an hour."""
    known = store.standings(work, peer.sharing_id).get(peer.index, Standing())
    is_recent = bool(known.heard_at) and parse(known.heard_at) + _HEARD_EVERY > work.now
    return bool(known.away_since or known.trouble) or not is_recent


def heard(work: Work, peer: Peer) -> None:
    """A peer answered."""
    store.put_standing(work, peer.sharing_id, peer.index, Standing(heard_at=iso(work.now)))


def missed(work: Work, peer: Peer, trouble: str = "") -> None:
    """A peer did not answer, or not as it should. trouble: see Standing."""
    known = store.standings(work, peer.sharing_id).get(peer.index, Standing())
    now = Standing(known.heard_at, known.away_since or iso(work.now), trouble)
    if now != known:
        store.put_standing(work, peer.sharing_id, peer.index, now)


def renewed(work: Work, peer: Peer, address: str, access: str, refresh: str) -> None:
    """Keep what a peer lets this home in with from now on, and where it is. Nothing happens to who left meanwhile."""
    sharing = keeping.fetch(work, peer.sharing_id)
    secrets = sharing.secrets_of(peer.index)
    if secrets is None or secrets.access_token is None:
        return
    changed = keeping.with_secrets(sharing, peer.index, _with_token(secrets, access, refresh))
    if address != sharing.members[peer.index].instance:
        changed = keeping.with_member(changed, peer.index, instance=address)
    keeping.put(work, changed)


def _with_token(secrets: Credentials, access: str, refresh: str) -> Credentials:
    assert secrets.access_token is not None
    token = replace(
        secrets.access_token,
        access_token=access,
        refresh_token=refresh or secrets.access_token.refresh_token,
    )
    return replace(secrets, access_token=token)
