"""JSON:API (https://jsonapi.org/format/1.0/) as cozy-stack speaks it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.problem import Malformed, Problem

from .answers import json
from .call import Call

MEDIA_TYPE = "application/vnd.api+json"
SKIP_LIMIT = 2**53  # what every JSON reader can count to


class Paging(Struct, frozen=True):
    """Which page of a list is asked for. after: the last that was seen; skip: how many to pass over, None for cursors.

    start: the key and id that the page begins with, itself on it, where a client made its cursor by itself.
    """

    limit: int
    after: tuple[str, str] | None = None
    skip: int | None = None
    start: tuple[list[Any], str] | None = None


class Identifier(Struct, frozen=True):
    """The name of a resource."""

    type: str
    id: str


class Identifiers(Struct, frozen=True):
    """The body of a change to a relationship: one resource or several."""

    data: list[Identifier] | Identifier

    @property
    def all(self) -> list[Identifier]:
        """Every resource that is named."""
        return self.data if isinstance(self.data, list) else [self.data]


class Several(Problem):
    """Some of these changes could not be made."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = problems


def answer(
    data: Any,
    status: int = 200,
    *,
    included: Sequence[Any] | None = None,
    links: Mapping[str, str] | None = None,
    meta: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A document: `data`, and the members that are not None."""
    members = {"data": data, "included": included, "links": links, "meta": meta}
    shown = {name: value for name, value in members.items() if value is not None or name == "data"}
    return json(shown, status, media_type=MEDIA_TYPE, headers=headers)


def resource(
    type_: str, id_: str, attributes: Mapping[str, Any], *, rev: str = "", own: str = ""
) -> dict[str, Any]:
    """A resource object. own: its address."""
    shown: dict[str, Any] = {
        "type": type_,
        "id": id_,
        "attributes": attributes,
        "meta": {"rev": rev} if rev else {},
    }
    if own:
        shown["links"] = {"self": own}
    return shown


def problem(error: Problem, status: int) -> dict[str, Any]:
    """An error object; `status` is text, as the standard says."""
    facts = {
        name: value for name, value in error.facts.items() if name not in {"parameter", "pointer", "links"}
    }
    source = {name: error.facts[name] for name in ("parameter", "pointer") if name in error.facts}
    shown: dict[str, Any] = {
        "status": str(status), "code": error.code(), "title": _title(error, status),
        "detail": error.said or error.detail,
    }  # fmt: skip
    if source:
        shown["source"] = source
    if "links" in error.facts:
        shown["links"] = error.facts["links"]
    if facts:
        shown["meta"] = facts
    return shown


def _title(error: Problem, status: int) -> str:
    """The words that cozy-stack has for a status: clients look for "Not Found" in what they are told."""
    if error.heading:
        return error.heading
    if status == 422:
        return next((_UNFIT[fact] for fact in _UNFIT if fact in error.facts), "Unprocessable Entity")
    return "Request Entity Too Large" if status == 413 else HTTPStatus(status).phrase


_UNFIT = {"parameter": "Invalid Parameter", "pointer": "Invalid Attribute"}


def paging(call: Call, default: int, most: int, *, keys: bool = False) -> Paging:
    """The page asked for by `page[limit]`, `page[cursor]`, `page[skip]`. Raises Malformed.

    keys: whether clients make cursors by themselves here, out of the key and id of a document in CouchDB's view.
    """
    limit, skip = page_limit(call, default, most), page_skip(call)
    cursor = call.query("page[cursor]")
    if not cursor or skip is not None:
        return Paging(limit, skip=skip)
    if keys and cursor.startswith("["):
        return Paging(limit, start=_start(cursor))
    return Paging(limit, after=_after(cursor))


def _start(cursor: str) -> tuple[list[Any], str]:
    try:
        return msgspec.json.decode(cursor, type=tuple[list[Any], str])
    except (msgspec.DecodeError, RecursionError) as error:
        raise Malformed("This page[cursor] cannot be read.", parameter="page[cursor]") from error


def page_limit(call: Call, default: int, most: int) -> int:
    """The parameter `page[limit]`. Raises Malformed."""
    return min(_number(call, "page[limit]", 1) or default, most)


def page_skip(call: Call) -> int | None:
    """The parameter `page[skip]`. Raises Malformed."""
    return _number(call, "page[skip]", 0)


def _number(call: Call, name: str, least: int) -> int | None:
    text = call.query(name)
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 16 or not least <= int(text) <= SKIP_LIMIT:
        raise Malformed(f"{name} is a number, {least} or more.", parameter=name)
    return int(text)


def _after(cursor: str) -> tuple[str, str]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return msgspec.json.decode(base64.urlsafe_b64decode(padded), type=tuple[str, str])
    except (ValueError, msgspec.DecodeError) as error:
        raise Malformed("This page[cursor] does not come from here.", parameter="page[cursor]") from error


def next_page(path: str, asked: Paging, last: tuple[str, str] | None, **kept: str) -> str:
    """The link to the next page, "" when there is none. kept: further parameters of the query."""
    if last is None:
        return ""
    if asked.skip is not None:
        place = {"page[skip]": str(asked.skip + asked.limit)}
    else:
        place = {"page[cursor]": base64.urlsafe_b64encode(msgspec.json.encode(last)).decode().rstrip("=")}
    return f"{path}?{urlencode({**kept, 'page[limit]': str(asked.limit), **place})}"
