"""The words of connectors: the programs, and the accounts that they are run with."""

from . import rhythm
from .accounts import Run, asked_of, runs_of
from .forms import Field, fields_of, is_by_form
from .programs import (
    ACCOUNTS,
    EVENTS,
    MESSAGE_LIMIT,
    Connector,
    Files,
    Line,
    ServiceWish,
    Wish,
    line_of,
)
from .rhythm import EVERY, Every

__all__ = [
    "ACCOUNTS",
    "EVENTS",
    "EVERY",
    "MESSAGE_LIMIT",
    "Connector",
    "Every",
    "Field",
    "Files",
    "Line",
    "Run",
    "ServiceWish",
    "Wish",
    "asked_of",
    "fields_of",
    "is_by_form",
    "line_of",
    "rhythm",
    "runs_of",
]
