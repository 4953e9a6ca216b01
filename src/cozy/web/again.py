"""Again: what a handler gives in place of an answer, so that another route of the same home gives it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import Response


async def as_it_is(response: Response) -> Response:
    """Nothing more is done with an answer."""
    return response


@dataclass(frozen=True, slots=True)
class Again:
    """Asks the route at this path, with the method, query and body of the request, as whoever `call.caller` is by then.

    path: percent-encoded. finish: what is done with the answer, unless it is an error.
    """

    path: str
    finish: Callable[[Response], Awaitable[Response]] = as_it_is
