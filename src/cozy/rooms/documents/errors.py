"""What can go wrong with a document.

The fact `error` is CouchDB's name of what is wrong and `reason` CouchDB's text, where clients look at them.
"""

from __future__ import annotations

from cozy.kernel.problem import Conflict, Forbidden, Malformed, NotFound, Stale


class NoDocument(NotFound):
    """There is no such document."""


class UpdateConflict(Conflict):
    """Document update conflict

    Another edit came first; the text is matched by existing clients.
    """


class BadQuery(Malformed):
    """This query cannot be understood."""


class BadDoctype(Malformed):
    """This is not the name of a doctype."""


class BadDocument(Malformed):
    """This document cannot be stored."""


class Reserved(Forbidden):
    """This doctype is reserved: only the home itself may use its documents so."""


class DoctypeThere(Stale):
    """This doctype is in use already."""


class TooManyIndexes(Forbidden):
    """There are too many indexes on this doctype."""
