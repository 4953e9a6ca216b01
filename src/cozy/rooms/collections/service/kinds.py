"""Which kinds of collections there are."""

from __future__ import annotations

from cozy.kernel.caller import Verb
from cozy.kernel.work import Work
from cozy.rooms.permissions import service as permissions

from ..errors import NoCollection
from ..ports import Kind


def named(work: Work, name: str) -> Kind:
    """The kind of this name. Raises NoCollection."""
    for kind in work.plugged(Kind):
        if kind.name == name:
            return kind
    raise NoCollection(kind=name)


def of_doctype(work: Work, doctype: str) -> Kind | None:
    """The kind whose items such documents are."""
    return next((kind for kind in work.plugged(Kind) if doctype in kind.doctypes), None)


def of_collections(work: Work, doctype: str) -> Kind | None:
    """The kind whose collections such documents are."""
    return next((kind for kind in work.plugged(Kind) if doctype == kind.collections), None)


def guard(work: Work, verb: Verb, kind: Kind) -> None:
    """Let the caller do this with all that collections of a kind hold. Raises NobodyIn, NotAllowed."""
    for doctype in kind.doctypes:
        permissions.guard(work, verb, doctype, None, None)
