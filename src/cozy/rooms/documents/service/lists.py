"""Many documents of a doctype at once, as `/data` lists them."""

from __future__ import annotations

from collections.abc import Sequence

from cozy.kernel.work import Work

from .. import access
from ..model import Document, Found, Listing, Query, Row, Span, Status
from ..store import lists, mango
from ..store import rows as store
from . import finding


def status(work: Work, doctype: str) -> Status:
    """A doctype in numbers; one that nobody used holds nothing."""
    access.readable(work, doctype)
    return lists.status(work, doctype)


def living(work: Work, doctype: str) -> int:
    """How many documents of a doctype there are."""
    return lists.status(work, doctype).living


def everything(work: Work, doctype: str, span: Span, *, whole: bool) -> Listing:
    """Documents by id. whole: with what they hold."""
    access.readable(work, doctype)
    offset = span.skip
    if span.start is not None:
        offset += lists.before(work, doctype, span.start, descending=span.descending)
    return Listing(mango.count(work, doctype), offset, lists.rows(work, doctype, span, whole=whole))


def these(work: Work, doctype: str, ids: Sequence[str], *, whole: bool) -> Listing:
    """Documents in the order in which they are asked for; a line for each, there or not."""
    access.readable(work, doctype)
    known = lists.revs(work, doctype, ids)
    held = store.fetch_all(work, doctype, ids) if whole else {}
    rows = [known.get(id_, Row(id_)) for id_ in ids]
    if whole:
        rows = [Row(row.id, row.rev, row.deleted, _living(held, row.id)) for row in rows]
    return Listing(mango.count(work, doctype), 0, rows)


def _living(held: dict[str, Document], id_: str) -> Document | None:
    found = held.get(id_)
    return found if found and not found.deleted else None


def matching(work: Work, doctype: str, query: Query) -> Found:
    """A page of the documents that meet a Mango selector. Raises BadQuery."""
    access.readable(work, doctype)
    return finding.find(work, doctype, query)


def page(work: Work, doctype: str, query: Query) -> tuple[int, Found]:
    """How many documents there are, and a page of them."""
    found = matching(work, doctype, query)
    return mango.count(work, doctype), found
