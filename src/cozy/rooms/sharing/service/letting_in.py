"""This home lets that of a member in, as far as one sharing goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule as Leave

from ..model import SHARINGS, Token
from ..model.exchange import Answer


def let_in(
    work: Work,
    sharing_id: str,
    *,
    name: str,
    address: str,
    writes: bool,
    xor_key: str = "",
) -> tuple[Answer, str]:
    """What the home at an address proves itself by from now on, and the id of the client that it is here.

    writes: whether it may change what is shared; else it may only read, and say that it leaves.
    """
    rule = Leave(SHARINGS, () if writes else ("GET",), (sharing_id,))
    got = auth.other_homes.let_in(work, name=name, address=address, rule=rule)
    token = Token(got.tokens.access, got.tokens.refresh, scope=got.tokens.scope)
    return Answer(client=_client(got), access_token=token, xor_key=xor_key), got.client.id


def _client(got: auth.other_homes.LetIn) -> Mapping[str, Any]:
    """A client as cozy-stack tells the other home of it."""
    client = msgspec.structs.asdict(got.client)
    said = (
        "redirect_uris",
        "client_name",
        "client_kind",
        "client_uri",
        "logo_uri",
        "policy_uri",
        "software_id",
        "software_version",
    )
    return {
        "client_id": got.client.id, "client_secret": got.secret, "client_secret_expires_at": 0,
        "registration_access_token": got.registration,
        **{name: client[name] for name in said if client[name] or name == "software_id"},
    }  # fmt: skip


def only_read(work: Work, client_id: str) -> None:
    """It may only read from now on, where it is still let in."""
    granted = permissions.of_source(work, "oauth", client_id)
    if granted is not None:
        rules = {title: replace(rule, verbs=("GET",)) for title, rule in granted.rules.items()}
        permissions.narrow(work, granted, rules)


def show_out(work: Work, client_id: str) -> None:
    """It may do nothing here any more."""
    auth.other_homes.show_out(work, client_id)
