"""Sharings of a home that moves here from a Cozy of another make: its archive holds them with their secrets (cozy-stack model/move,
`importSharing`), and those that it shares with are told where it is by now (`NotifySharings`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.documents import service as documents
from cozy.rooms.permissions.model import Rule as Leave

from ..errors import BadHomeAddress, BadRule, CannotFollow, NoSharing, NotAnswered, OverBefore
from ..events import MoveDue, SharingArrived
from ..model import SHARINGS, Rule, Sharing, from_body
from ..model import rules as ruling
from ..model.addresses import home_address
from . import keeping, letting_in, making, others


def arrive(
    work: Work, id_: str, told: Mapping[str, Any], clients: Mapping[str, Mapping[str, Any]], before: str
) -> Sharing:
    """Go on with a sharing of the home that was at another address before. What it shares is here already, under its ids.

    told, clients: the documents of the sharing, and of the homes that were let in there, by id. One that is here already stays as it
    is, unless it had moved away from here. Raises CannotFollow, OverBefore, NotAnswered. Publishes SharingArrived, and MoveDue for
    each home that is to know.
    """
    here = _here(work, id_)
    if here is not None and (here.active or not here.moved_to):
        return here
    sharing = _understood(work, id_, told, before)
    for index in range(len(sharing.members)):
        sharing = _let_in(work, sharing, index, clients)
    kept = keeping.create(work, sharing, id_=id_) if here is None else _back(work, here, sharing)
    if not kept.drive:
        making.mark_root(work, kept)
    work.publish(SharingArrived(kept.id))
    for peer in others.peers(work, kept):
        work.publish(MoveDue(kept.id, peer.index))
    return kept


def _back(work: Work, before: Sharing, sharing: Sharing) -> Sharing:
    """The sharing that had moved away. Who left it meanwhile is let in no more."""
    kept = keeping.put(work, sharing)
    for gone in {each.inbound_client_id for each in before.credentials}:
        if all(each.inbound_client_id != gone for each in kept.credentials):
            letting_in.show_out(work, gone)
    return kept


def _here(work: Work, id_: str) -> Sharing | None:
    try:
        return keeping.fetch(work, id_)
    except NoSharing:
        return None


def _understood(work: Work, id_: str, told: Mapping[str, Any], before: str) -> Sharing:
    """The sharing that a document tells of, as the home that is here by now. Raises CannotFollow, OverBefore, NotAnswered.

    A drive of this home's own is opened by codes that the one before signed, and that nobody can be sent anew (cozy-stack
    model/sharing/oauth.go: a `drive_token` is given with the invitation).
    """
    try:
        sharing = from_body(id_, "", {name: each for name, each in told.items() if not name.startswith("_")})
        if not sharing.active:
            raise NotAnswered if sharing.is_waiting else OverBefore
        sharing = _as_here(work, sharing, before)
        ruling.checked(sharing.rules, making.writable(work))
    except (msgspec.ValidationError, BadRule, BadHomeAddress) as error:
        raise CannotFollow from error
    if (sharing.owner and sharing.drive) or not all(_is_here(work, rule) for rule in sharing.rules):
        raise CannotFollow
    return sharing


def _as_here(work: Work, told: Sharing, before: str) -> Sharing:
    """The same, as the home that is here by now. Raises CannotFollow, BadHomeAddress."""
    plain = work.origin.startswith("http:")
    members = tuple(
        replace(each, instance=home_address(each.instance, plain=plain)) if each.instance else each
        for each in told.members
    )
    was = home_address(before, plain=plain)
    own = 0 if told.owner else next((i for i, each in enumerate(members) if i and each.instance == was), -1)
    if own < 0 or not members or len(told.credentials) < (len(members) - 1 if told.owner else 1):
        raise CannotFollow
    here = replace(members[own], instance=work.origin)
    return replace(
        told, members=keeping.put_at(members, own, here), moved_from=members[own].instance, initial_sync=False,
        initial_number_of_files_to_sync=0, shortcut_id="", moved_to="",
    )  # fmt: skip


def _is_here(work: Work, rule: Rule) -> bool:
    """Whether what a rule names is in this home. One of whatever says something would share what was here before, too."""
    if rule.local or not rule.is_by_id:
        return rule.local or rule.selector in ruling.IN_OTHERS
    return len(documents.fetch_many(work, rule.doctype, rule.values)) == len(set(rule.values))


def _let_in(work: Work, sharing: Sharing, index: int, clients: Mapping[str, Mapping[str, Any]]) -> Sharing:
    """Let the home of a member in as it was let in before. One of whom nothing is told is invited, and not in."""
    member, secrets = sharing.members[index], sharing.secrets_of(index)
    if index == sharing.me or secrets is None or not secrets.inbound_client_id or not member.instance:
        return sharing
    client = clients.get(secrets.inbound_client_id, {})
    secret = client.get("client_secret")
    if not isinstance(secret, str) or not secret:
        if not sharing.owner:
            raise CannotFollow
        out = replace(secrets, inbound_client_id="", access_token=None, client=None)
        return keeping.with_secrets(keeping.with_member(sharing, index, status="pending"), index, out)
    writes = not sharing.owner or not sharing.is_read_only(index)
    auth.other_homes.let_in_again(
        work, secrets.inbound_client_id, secret, name=member.public_name, address=member.instance,
        rule=Leave(SHARINGS, () if writes else ("GET",), (sharing.id,)),
    )  # fmt: skip
    return sharing
