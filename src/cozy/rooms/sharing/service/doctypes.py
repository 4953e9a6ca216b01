"""What `/data` may do with sharings: nothing; and what who listens is told of them: no secret."""

from __future__ import annotations

from cozy.rooms.documents.ports import Doctype

from ..model import SECRETS, SHARINGS

DOCTYPES = [Doctype(SHARINGS, is_readable=False, is_writable=False, veiled=(SECRETS,))]
