"""Design documents: what apps say of the indexes that they want, kept as they say it.

They live under a doctype that `/data` has no name for, `<doctype>/<name>`, beside the documents and not among them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from cozy.kernel.work import Work

from .. import access
from ..errors import BadQuery, NoDocument, TooManyIndexes, UpdateConflict
from ..model import DESIGNS, Document, Span
from ..store import indexes, lists, mango, selector
from ..store import rows as store
from . import create, delete, update

LIMIT = 100  # design documents of a doctype
_canonical = msgspec.json.Encoder(order="sorted")


class Wanted(Struct, frozen=True, kw_only=True):
    """An index as it is asked for. name, design: "" for one after what it holds."""

    fields: Sequence[Any]
    filter: Mapping[str, Any] = {}
    design: str = ""
    name: str = ""


class Defined(Struct, frozen=True):
    """An index that is there from now on."""

    design: str
    name: str
    is_new: bool


def every(work: Work, doctype: str) -> list[Document]:
    """The design documents of a doctype, by name."""
    access.readable(work, doctype)
    return _every(work, doctype)


def _every(work: Work, doctype: str) -> list[Document]:
    span = Span(start=f"{doctype}/", end=f"{doctype}0", with_end=False)  # "0" comes after "/"
    return [row.document for row in lists.rows(work, DESIGNS, span, whole=True) if row.document]


def read(work: Work, doctype: str, name: str) -> Document:
    """One of them. Raises NoDocument."""
    access.readable(work, doctype)
    return _fetch(work, doctype, name)


def _fetch(work: Work, doctype: str, name: str) -> Document:
    found = store.fetch(work, DESIGNS, f"{doctype}/{name}")
    if found is None or found.deleted:
        raise NoDocument(reason="deleted" if found else "missing", doctype=doctype, id=f"_design/{name}")
    return found


def define(work: Work, doctype: str, wanted: Wanted) -> Defined:
    """Make an index, unless it is there. Raises BadQuery, TooManyIndexes."""
    access.readable(work, doctype)
    fields = _fields(wanted.fields)
    if wanted.filter:
        selector.parse(wanted.filter)
    view = _view(fields, wanted)
    digest = hashlib.sha1(_canonical.encode(view), usedforsecurity=False).hexdigest()
    design, name = wanted.design.removeprefix("_design/") or digest, wanted.name or digest
    found = store.fetch(work, DESIGNS, f"{doctype}/{design}")
    views = dict(found.body.get("views", {})) if found and not found.deleted else {}
    if views.get(name) == view:
        return Defined(design, name, False)
    views[name] = view
    _put(work, doctype, design, found, {"language": "query", "views": views})
    if fields:
        indexes.add(work, doctype, [selector.split(field) for field in fields])
    return Defined(design, name, True)


def _fields(asked: Sequence[Any]) -> dict[str, str]:
    """Names and directions, in order; none where the filter is all there is to the index. Raises BadQuery."""
    fields: dict[str, str] = {}
    for field in asked:
        name, way = (
            next(iter(field.items())) if isinstance(field, dict) and len(field) == 1 else (field, "asc")
        )
        if not isinstance(name, str) or way not in {"asc", "desc"}:
            raise BadQuery(reason=f"Invalid sort field: {field}", error="invalid_sort_field")
        if not mango.is_plain(selector.split(name)):
            raise BadQuery(reason=f"Invalid sort field: {name}", error="invalid_sort_field")
        fields[name] = way
    if len(fields) > mango.FIELDS_LIMIT:
        raise BadQuery(reason="An index has fewer fields.", error="too_many_fields", limit=mango.FIELDS_LIMIT)
    return fields


def _view(fields: Mapping[str, str], wanted: Wanted) -> dict[str, Any]:
    """As CouchDB writes it down."""
    definition: dict[str, Any] = {"fields": list(wanted.fields)}
    if wanted.filter:
        definition["partial_filter_selector"] = wanted.filter
    return {
        "map": {"fields": dict(fields), "partial_filter_selector": wanted.filter},
        "reduce": "_count",
        "options": {"def": definition},
    }


def _put(work: Work, doctype: str, design: str, found: Document | None, body: Mapping[str, Any]) -> Document:
    if found and not found.deleted:
        return update(work, found, body)
    if len(_every(work, doctype)) >= LIMIT:
        raise TooManyIndexes(limit=LIMIT)
    return create(work, DESIGNS, body, id_=f"{doctype}/{design}")


def copy(work: Work, doctype: str, name: str, target: str, rev: str) -> Document:
    """The same under another name. rev: of the one to copy, "" for any. Raises NoDocument, UpdateConflict."""
    access.readable(work, doctype)
    source = _fetch(work, doctype, name)
    there = store.fetch(work, DESIGNS, f"{doctype}/{target}")
    if (rev and rev != source.rev) or (there and not there.deleted):
        raise UpdateConflict(doctype=doctype, id=f"_design/{name}")
    return _put(work, doctype, target, None, source.body)


def remove(work: Work, doctype: str, name: str, rev: str) -> Document:
    """Its tombstone; an index that no other one names goes too. Raises NoDocument, UpdateConflict."""
    access.readable(work, doctype)
    found = _fetch(work, doctype, name)
    if found.rev != rev:
        raise UpdateConflict(doctype=doctype, id=f"_design/{name}")
    gone = delete(work, found)
    _drop_unnamed(work, doctype, found)
    return gone


def remove_index(work: Work, doctype: str, design: str, name: str) -> None:
    """Take one index out of a design document. Raises NoDocument."""
    access.readable(work, doctype)
    found = _fetch(work, doctype, design)
    views = dict(found.body["views"])
    if views.pop(name, None) is None:
        raise NoDocument(reason="missing", doctype=doctype, id=f"_design/{design}")
    if views:
        update(work, found, {**found.body, "views": views})
    else:
        delete(work, found)
    _drop_unnamed(work, doctype, found)


def forget(work: Work, doctype: str) -> None:
    """Remove all of them."""
    for design in _every(work, doctype):
        delete(work, design)
        _drop_unnamed(work, doctype, design)


def _drop_unnamed(work: Work, doctype: str, gone: Document) -> None:
    named = {fields for design in _every(work, doctype) for fields in _indexed(design)}
    for fields in _indexed(gone) - named:
        indexes.remove(work, doctype, fields)


def _indexed(design: Document) -> set[tuple[selector.Path, ...]]:
    views = design.body.get("views", {}).values()
    return {tuple(selector.split(field) for field in view["map"]["fields"]) for view in views}
