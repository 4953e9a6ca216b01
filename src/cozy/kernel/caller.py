"""Who asks, and what they may do."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Verb = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
VERBS: tuple[Verb, ...] = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Grant(Struct, frozen=True):
    """Leave to use some documents: every one of a doctype, or those whose `selector` field holds one of `values`.

    doctype: `io.cozy.files`, `io.cozy.bank.*`, or `*` for everything. selector "" means the id; for files, an id
    of a folder covers what is in it.
    """

    doctype: str
    verbs: tuple[Verb, ...] = VERBS
    values: tuple[str, ...] = ()
    selector: str = ""


Kind = Literal["owner", "app", "konnector", "client", "device", "cli", "share", "hoster", "system", "nobody"]


class Caller(Struct, frozen=True):
    """Who asks.

    `owner` came in through the door; `app`, `konnector`, `client` (OAuth), `cli` and `share` hold a bearer token,
    `device` a password of its own, `hoster` a token of the administration; `system` is this program itself.
    """

    kind: Kind
    grants: tuple[Grant, ...] = ()
    session: str = ""  # id of the owner's session: the one that asks, or that an app's token is bound to
    name: str = ""  # slug of the app or connector, id of the client, device password or share's permission, word of the command line
    permission: str = (
        ""  # id of the io.cozy.permissions document that the grants come from; "" where there is none
    )
    signed_by: str = ""  # public key of the home that signed the request; "" where none did
    person: str = ""  # how somebody of another home is called, who acts here
    lives_at: str = ""  # the domain of their home


EVERYTHING = (Grant("*"),)
NOBODY = Caller("nobody")
SYSTEM = Caller("system", EVERYTHING)
