"""What can be shared with servers of another kind, and what comes from there."""

from . import (
    copying,
    discovering,
    hearing,
    keeping,
    noticing,
    opening,
    reaching,
    receiving,
    sending,
    telling,
)
from .keeping import DOCTYPES

__all__ = [
    "DOCTYPES",
    "copying",
    "discovering",
    "hearing",
    "keeping",
    "noticing",
    "opening",
    "reaching",
    "receiving",
    "sending",
    "telling",
]
