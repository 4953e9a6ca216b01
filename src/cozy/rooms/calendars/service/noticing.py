"""Noticing that people may have to be told of an event; telling them comes after the transaction."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.collections.model import Entry, Reading

from .. import store
from ..events import PeopleConcerned
from ..model import EVENTS

MARK = "\nATTENDEE"  # what the text of an event holds to which somebody is invited

_SILENT = frozenset({"konnector", "share"})  # what these write is a copy of what people know already


def notice(work: Work, entry: Entry, reading: Reading | None) -> None:
    """An item was written, or is gone: people may have to be told. Publishes PeopleConcerned."""
    if entry.doctype != EVENTS:
        return
    concerns = reading is not None and MARK in reading.text
    if work.caller.kind in _SILENT:
        if reading is not None and concerns:
            store.keep_told(work, entry.id, store.Told(reading.text))
        return
    is_new = reading is not None and entry.rev.startswith("1-")
    if concerns or (not is_new and store.told(work, entry.id) is not None):
        work.publish(PeopleConcerned(entry.id))
