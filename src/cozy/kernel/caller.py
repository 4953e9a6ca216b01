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


class Caller(Struct, frozen=True):
    """Who asks. `owner` came in through the door; `token` holds a bearer token; `system` is this program itself."""

    kind: Literal["owner", "token", "system", "nobody"]
    grants: tuple[Grant, ...] = ()
    session: str = ""  # id of the owner's session
    name: str = ""  # of the token, for lists and the ledger


EVERYTHING = (Grant("*"),)
NOBODY = Caller("nobody")
SYSTEM = Caller("system", EVERYTHING)
