"""Routes: what a door declares, and nothing about how it is served."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeVar

from .caller import Verb

F = TypeVar("F", bound=Callable[..., Any])
Manner = Literal["page", "jsonapi", "couchdb", "oauth", "dav", "ocs"]  # how errors are told
Site = Literal["home", "app"]  # on whose origin a route answers
SOCKET = "SOCKET"  # the method of a route that a WebSocket takes
_HOLE = re.compile(r"\{([a-z_]+)(:path)?\}")


@dataclass(frozen=True, slots=True)
class Need:
    """What a route asks of its caller. `open`: nothing. `owner`: the person, in a session. `known`: anybody whom the
    owner let in; what they may do, the route asks itself. `own_proof`: what the route itself finds in the request, where
    no session and no bearer token counts. `from_device`: the person, also by the sharing menu of their device, which knows no
    token of our pages. `hoster`: who holds a token of the administration. Else a verb on a doctype.
    """

    verb: Verb | None = None
    doctype: str = ""  # `{doctype}` for the one that this hole of the path holds
    owner: bool = False
    own_proof: bool = False
    from_device: bool = False
    known: bool = False
    hoster: bool = False

    def at(self, holes: Mapping[str, str]) -> Need:
        """The same, once it is known what the holes of the path hold."""
        if self.verb is None or not self.doctype.startswith("{"):
            return self
        return may(self.verb, holes[self.doctype[1:-1]])


OPEN = Need()
OWNER = Need(owner=True)
OWN_PROOF = Need(own_proof=True)
KNOWN = Need(known=True)
FROM_DEVICE = Need(owner=True, from_device=True)
HOSTER = Need(hoster=True)


@lru_cache(maxsize=1024)
def may(verb: Verb, doctype: str) -> Need:
    """The caller must hold some grant for this verb on this doctype; which documents is checked in `access`.

    doctype: `{doctype}` for the one in the path.
    """
    return Need(verb, doctype)


@dataclass(frozen=True, slots=True)
class Route:
    """One way in. A sync handler runs in a transaction with `work`; an async one gets the `call` and streams."""

    method: str
    path: str
    handler: Callable[..., Any]
    need: Need
    writes: bool
    takes: tuple[str, ...]  # the handler's parameter names
    body: Any  # the type of the `body` parameter, or None
    is_async: bool
    manner: Manner
    documents: int = 1  # that a request is about, for the ledger, where the handler says nothing

    @property
    def is_page(self) -> bool:
        """Whether people read the answer: errors are pages, and forms carry a CSRF token."""
        return self.manner == "page"


class Routes:
    """The routes of one door."""

    def __init__(self, *, pages: bool = False, errors: Manner = "jsonapi", site: Site = "home") -> None:
        self.table: list[Route] = []
        self.site = site
        self._manner: Manner = "page" if pages else errors

    def on(
        self, method: str, path: str, need: Need, *, writes: bool | None = None, documents: int = 1
    ) -> Callable[[F], F]:
        """Declare a handler. Path holes: `{file_id}`, `{path:path}` for the rest.

        Sync handlers take any of: work, call, body (its annotation is what the JSON is decoded to), and the holes'
        names. writes: whether the transaction writes; by default, unless the method is GET or HEAD. documents: see Route.
        """

        def register(handler: F) -> F:
            signature = inspect.signature(handler, eval_str=True)
            body = signature.parameters.get("body")
            writing = method not in {"GET", "HEAD"} if writes is None else writes
            self.table.append(
                Route(
                    method,
                    path,
                    handler,
                    need,
                    writing,
                    tuple(signature.parameters),
                    body and body.annotation,
                    inspect.iscoroutinefunction(handler),
                    self._manner,
                    documents,
                )
            )
            return handler

        return register

    def socket(self, path: str, need: Need) -> Callable[[F], F]:
        """Declare an async handler of a WebSocket, which takes any of: call, socket, and the holes' names."""
        return self.on(SOCKET, path, need, writes=False)


@lru_cache(maxsize=4096)
def pattern(path: str) -> re.Pattern[str]:
    """The regular expression of a path with holes."""
    out, at = "", 0
    for hole in _HOLE.finditer(path):
        out += re.escape(path[at : hole.start()]) + (
            f"(?P<{hole[1]}>.+)" if hole[2] else f"(?P<{hole[1]}>[^/]+)"
        )
        at = hole.end()
    return re.compile(out + re.escape(path[at:]))
