"""Items of calendars and address books: the list beside the documents, and the values that their texts name."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections

from .. import store
from ..model import Finding, Report


def check(work: Work, report: Report) -> None:
    """Report what is wrong with the lists of calendars and address books."""
    for doctype, id_, rev in store.items_adrift(work):
        report(Finding("item-orphan", f"{doctype}/{id_}", {"rev": rev}))
    for doctype, id_ in store.items_also_gone(work):
        report(Finding("item-also-gone", f"{doctype}/{id_}"))
    for doctype, id_ in collections.unlisted(work):
        report(Finding("item-missing", f"{doctype}/{id_}"))
    for doctype, id_, text in store.marked_texts(work, collections.inline.MARKER):
        for sha256 in collections.inline.missing(work, text):
            report(Finding("value-missing", f"{doctype}/{id_}", {"sha256": sha256}))
