"""What `/data` may do with the bin of items: nothing."""

from __future__ import annotations

from cozy.rooms.documents.ports import Doctype

from ..model import DELETED

DOCTYPES = [Doctype(DELETED, is_readable=False, is_writable=False)]
