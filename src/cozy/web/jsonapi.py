"""JSON:API (https://jsonapi.org/format/1.0/) as cozy-stack speaks it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from cozy.kernel.problem import Malformed, Problem

from .answers import json
from .call import Call

MEDIA_TYPE = "application/vnd.api+json"


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


def problem(error: Problem, status: int) -> dict[str, Any]:
    """An error object; `status` is text, as the standard says."""
    facts = {name: value for name, value in error.facts.items() if name not in {"parameter", "pointer"}}
    source = {name: error.facts[name] for name in ("parameter", "pointer") if name in error.facts}
    shown: dict[str, Any] = {
        "status": str(status), "code": error.code(), "title": error.title(), "detail": error.said or error.detail,
    }  # fmt: skip
    if source:
        shown["source"] = source
    if facts:
        shown["meta"] = facts
    return shown


def page_limit(call: Call, default: int, most: int) -> int:
    """The parameter `page[limit]`. Raises Malformed."""
    text = call.query("page[limit]")
    if not text:
        return default
    if not text.isdecimal() or int(text) < 1:
        raise Malformed("page[limit] is a number above zero.", parameter="page[limit]")
    return min(int(text), most)
