"""What `/data` may do with settings: everything but write the home's own document, which has rules of its own."""

from __future__ import annotations

from cozy.rooms.documents.ports import Doctype

from ..model import INSTANCE, SETTINGS

DOCTYPES = [Doctype(SETTINGS, own=frozenset({INSTANCE}))]
