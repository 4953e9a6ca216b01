"""The API of search, for apps and devices (docs/search.md): what is found is what the caller may read anyway."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import Annotated, Any

from msgspec import Meta, Struct
from msgspec.structs import replace
from starlette.responses import Response

from cozy.kernel.routes import KNOWN, Routes
from cozy.kernel.work import Work
from cozy.web.answers import json
from cozy.web.call import Call

from . import service
from .model import GROUPS, KINDS, Found, Hit, Piece
from .model.asking import Query, read

routes = Routes()


class Ask(Struct, frozen=True):
    """`{"q": "facture type:pdf", "doctypes": ["io.cozy.files"], "limit": 30}`: as people type it, and what narrows it.

    kinds: as in answers, or of a group; doctypes: only these; typing: the last word may go on.
    """

    q: Annotated[str, Meta(max_length=1000)]
    kinds: Sequence[str] = ()
    doctypes: Sequence[str] = ()
    typing: bool = False
    limit: Annotated[int, Meta(ge=1, le=100)] = 30
    skip: Annotated[int, Meta(ge=0, le=200)] = 0


@routes.on("POST", "/search", KNOWN, writes=False)
def search(work: Work, call: Call, body: Ask) -> Response:
    """What is found among what the caller may read. 200; 400, 401."""
    found = service.search(work, _query(work, body), body.limit, body.skip, only=body.doctypes)
    for doctype, number in Counter(hit.entry.doctype for hit in found.hits).items():
        call.account(number, doctype, "GET")
    return json(_answer(found), media_type="application/vnd.api+json")


def _query(work: Work, body: Ask) -> Query:
    query = read(body.q, is_open=body.typing, today=work.now.date())
    if not body.kinds:
        return query
    wanted = [kind for each in body.kinds for kind in GROUPS.get(each, (each,))]  # type: ignore[call-overload]
    return replace(
        query,
        kinds=tuple(kind for kind in KINDS if kind in wanted and (not query.kinds or kind in query.kinds)),
    )


def _answer(found: Found) -> dict[str, Any]:
    return {
        "data": [_resource(hit) for hit in found.hits],
        "meta": {"more": found.is_more, "corrected": found.corrected, "loose": found.is_loose},
    }


def _resource(hit: Hit) -> dict[str, Any]:
    entry = hit.entry
    attributes = {
        "kind": entry.kind, "title": entry.title, "title_html": _marked(hit.title), "snippet_html": _marked(hit.snippet),
        "date": entry.at, "dir_id": entry.place,
    }  # fmt: skip
    return {"type": entry.doctype, "id": entry.id, "attributes": {k: v for k, v in attributes.items() if v}}


def _marked(pieces: Sequence[Piece]) -> str:
    """As HTML that is safe to show: what was looked for is in `<mark>`."""
    return "".join(
        f"<mark>{escape(each.text)}</mark>" if each.is_hit else escape(each.text) for each in pieces
    )
