"""The header If (RFC 4918 §10.4): its whole grammar, and whether it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence

from msgspec import Struct

from .problems import BadHeader

_PIECE = re.compile(
    r'\s*(?:(?P<uri><[^<>\s]+>)|\[(?P<etag>(?:W/)?"[^"\x00-\x20\x7f]*")\]|(?P<word>Not\b|[()]))\s*',
    re.IGNORECASE,
)
_LISTS_LIMIT = 200


class Condition(Struct, frozen=True):
    """One thing that must be, or must not be: a token of a lock, or a validator."""

    token: str = ""
    etag: str = ""
    is_negated: bool = False


class Alternative(Struct, frozen=True):
    """A list: all of it must hold, of one resource. resource: its address as it was given, "" for that of the request."""

    resource: str
    conditions: tuple[Condition, ...]


def parse(text: str) -> tuple[Alternative, ...]:
    """The lists of a header; none where it is empty. Raises BadHeader."""
    if not text.strip():
        return ()
    pieces = _pieces(text)
    found: list[Alternative] = []
    resource, is_tagged, is_waiting = (
        "",
        False,
        False,
    )  # waiting: an address was said, and none of its lists yet
    for kind, value in pieces:
        if kind == "uri" and not is_waiting and (is_tagged or not found):
            resource, is_tagged, is_waiting = value, True, True
        elif value == "(" and len(found) < _LISTS_LIMIT:
            found.append(Alternative(resource, tuple(_conditions(pieces))))
            is_waiting = False
        else:
            raise BadHeader(parameter="If")
    if is_waiting:
        raise BadHeader(parameter="If")
    return tuple(found)


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        piece = _PIECE.match(text, at)
        if piece is None or piece.lastgroup is None:
            raise BadHeader(parameter="If")
        value = piece[piece.lastgroup]
        yield piece.lastgroup, value.strip("<>") if piece.lastgroup == "uri" else value
        at = piece.end()


def _conditions(pieces: Iterator[tuple[str, str]]) -> Iterator[Condition]:
    """What is between two brackets, of which there is one at least."""
    is_empty, is_negated = True, False
    for kind, value in pieces:
        if value == ")" and not is_negated and not is_empty:
            return
        if kind == "word":
            if value.lower() != "not" or is_negated:
                break
            is_negated = True
            continue
        yield Condition(value, "", is_negated) if kind == "uri" else Condition("", value, is_negated)
        is_empty = is_negated = False
    raise BadHeader(parameter="If")


def submitted(alternatives: Sequence[Alternative]) -> frozenset[str]:
    """Every token that the client shows to know, in whatever list (§10.4.1)."""
    return frozenset(c.token for each in alternatives for c in each.conditions if c.token)


def hold(
    alternatives: Sequence[Alternative],
    tokens_at: Callable[[str], Collection[str]],
    etag_at: Callable[[str], str],
) -> bool:
    """Whether one list holds at least, or there is none. Both are asked by the address of a list; etag "": no content."""

    def is_met(resource: str, condition: Condition) -> bool:
        if condition.token:
            is_so = condition.token in tokens_at(resource)
        else:
            is_so = condition.etag == etag_at(resource)
        return is_so != condition.is_negated

    return not alternatives or any(
        all(is_met(each.resource, condition) for condition in each.conditions) for each in alternatives
    )
