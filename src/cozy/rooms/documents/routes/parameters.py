"""Parameters of a query string, as CouchDB spells them."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from cozy.kernel.problem import Malformed
from cozy.web.call import Call

T = TypeVar("T")
MOST = 2**53  # what every JSON reader can count to


def is_true(call: Call, name: str) -> bool:
    """Whether it is `true`."""
    return call.query(name) == "true"


def number(call: Call, name: str) -> int | None:
    """A whole number from zero up. Raises Malformed."""
    text = call.query(name)
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 16:
        raise Malformed(reason=f"Invalid {name} value '{text[:100]}'", parameter=name)
    return min(int(text), MOST)


def lenient_number(call: Call, name: str, default: int, most: int) -> int:
    """A whole number; the default when it is none, or beyond the bounds."""
    text = call.query(name)
    value = int(text) if text.isascii() and text.isdecimal() and len(text) < 17 else -1
    return value if 0 <= value <= most else default


def key(call: Call, *names: str) -> str | None:
    """A JSON text under the first of these names that is there. Raises Malformed."""
    for name in names:
        if text := call.query(name):
            return _text(name, text)
    return None


async def optional_body(call: Call, nothing: T) -> T:
    """The JSON body in the shape of `nothing`, which an empty one means. Raises Malformed."""
    held = await call.body()
    if not held.strip():
        return nothing
    try:
        return msgspec.json.decode(held, type=type(nothing))
    except (msgspec.DecodeError, RecursionError) as error:
        raise Malformed(reason=f"The body is not what is expected here: {error}") from error


def _text(name: str, text: str) -> str:
    try:
        value = msgspec.json.decode(text, type=str)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise Malformed(reason=f"{name} is not a JSON text.", parameter=name) from error
    if "\0" in value:
        raise Malformed(reason=f"{name} holds a NUL.", parameter=name)
    return value
