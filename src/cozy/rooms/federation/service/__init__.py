"""What can be shared with servers of another kind, and what comes from there."""

from . import (
    copying,
    discovering,
    hearing,
    inviting,
    keeping,
    noticing,
    opening,
    reaching,
    receiving,
    sending,
    telling,
)

DOCTYPES = [*keeping.DOCTYPES, *inviting.DOCTYPES]

__all__ = [
    "DOCTYPES",
    "copying",
    "discovering",
    "hearing",
    "inviting",
    "keeping",
    "noticing",
    "opening",
    "reaching",
    "receiving",
    "sending",
    "telling",
]
