"""Why somebody does not get in."""

from __future__ import annotations

from cozy.kernel.problem import Invalid, Malformed


class BadToken(Malformed):
    """Invalid JWT token

    Clients match this text, and the answer's status 400 (API-MAP of the stack's token errors).
    """


class ExpiredToken(Malformed):
    """Expired token

    Clients match this text.
    """


class BadScope(Invalid):
    """A scope is a list of permissions like `io.cozy.files:GET,POST` or `*`, separated by spaces."""
