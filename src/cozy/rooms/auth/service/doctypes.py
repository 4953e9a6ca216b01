"""What `/data` may do with kinds of documents that are none: what a client may know of the owner. Nothing."""

from __future__ import annotations

from cozy.rooms.documents.ports import Doctype

from ..model.clients import EMAIL, IDENTITY, PROFILE

DOCTYPES = [Doctype(name, is_readable=False, is_writable=False) for name in (IDENTITY, PROFILE, EMAIL)]
