"""Refusals."""

from __future__ import annotations

from cozy.kernel.problem import Forbidden, Invalid, NotFound, Unauthenticated


class NotAllowed(Forbidden):
    """You are not allowed to do this."""


class NobodyIn(Unauthenticated):
    """You need to log in first."""


class NoGrant(NotFound):
    """Nothing is allowed here any more."""


class BadEnd(Invalid):
    """Choose a day that is still to come."""


class NothingKept(Invalid):
    """Keep at least one thing, or stop it altogether."""
