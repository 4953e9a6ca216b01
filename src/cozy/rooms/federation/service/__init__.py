"""What can be shared with servers of another kind, and what comes from there."""

from . import discovering, hearing, keeping, noticing, opening, sending, telling
from .keeping import DOCTYPES

__all__ = ["DOCTYPES", "discovering", "hearing", "keeping", "noticing", "opening", "sending", "telling"]
