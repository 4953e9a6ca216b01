"""What can go wrong with a document."""

from __future__ import annotations

from cozy.kernel.problem import Conflict, Malformed, NotFound


class NoDocument(NotFound):
    """There is no such document."""


class UpdateConflict(Conflict):
    """Document update conflict

    Another edit came first; the text is matched by existing clients.
    """


class BadQuery(Malformed):
    """This query cannot be understood.

    The fact `error` is CouchDB's name of what is wrong; the detail is CouchDB's text, which clients show.
    """
