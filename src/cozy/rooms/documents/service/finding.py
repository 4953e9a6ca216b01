"""Mango queries, and what to say of the index that a client names (CouchDB, `POST /{db}/_find`)."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from cozy.kernel.work import Work

from ..model import DESIGNS, Found, Query
from ..store import mango
from ..store import rows as store


def find(work: Work, doctype: str, query: Query) -> Found:
    """A page of the documents that meet a selector. Raises BadQuery.

    Clients that are warned of an index that is not there make it, and ask again.
    """
    found = mango.find(work, doctype, query)
    design = _design(query.use_index)
    if not design or _is_there(work, doctype, design):
        return found
    missing = f"_design/{design} was not used because it does not contain a valid index for this query."
    return replace(found, warning="\n".join([missing, *([found.warning] if found.warning else [])]))


def _design(use_index: Any) -> str:
    """The design document that `"_design/name"`, `"name"` or `["name", "index"]` names; "" for none."""
    named = use_index[0] if isinstance(use_index, list) and use_index else use_index
    return named.removeprefix("_design/") if isinstance(named, str) else ""


def _is_there(work: Work, doctype: str, design: str) -> bool:
    found = store.fetch(work, DESIGNS, f"{doctype}/{design}") if "\0" not in design else None
    return found is not None and not found.deleted
