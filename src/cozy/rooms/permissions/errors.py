"""Refusals."""

from __future__ import annotations

from cozy.kernel.problem import Forbidden, Unauthenticated


class NotAllowed(Forbidden):
    """You are not allowed to do this."""


class NobodyIn(Unauthenticated):
    """You need to log in first."""
