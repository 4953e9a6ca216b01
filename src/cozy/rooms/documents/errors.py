"""What can go wrong with a document."""

from __future__ import annotations

from cozy.kernel.problem import Conflict, NotFound


class NoDocument(NotFound):
    """There is no such document."""


class UpdateConflict(Conflict):
    """Document update conflict

    Another edit came first; the text is matched by existing clients.
    """
