"""What is asked for in the query of an address, as cozy-stack's scripts write it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import Struct

from cozy.web.call import Call

from .. import service

T = TypeVar("T", bound=Struct)
F = TypeVar("F", bound=Callable[..., Any])

ASKS, TAKES = (
    "asks",
    "takes",
)  # of a handler: what it takes in the query, and in the body where it reads that itself


def asks(query: type[Struct] | None = None, body: Any = None) -> Callable[[F], F]:
    """Say of a handler what it takes in the query or the body, for the description of the API."""

    def marked(handler: F) -> F:
        vars(handler).update({ASKS: query, TAKES: body})
        return handler

    return marked


def asked(call: Call, shape: type[T], *, owners: bool = False) -> tuple[T, list[str]]:
    """What the query asks for, as `service.asking.read` tells it. Raises BadParameter, OwnersToSay."""
    return service.asking.read(call.request.query_params.items(), shape, owners=owners)
