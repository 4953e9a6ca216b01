"""What `/data` may do with moves: nothing."""

from cozy.rooms.documents.ports import Doctype

from ..model import HANDINGS

DOCTYPES = [Doctype(HANDINGS, is_readable=False, is_writable=False)]
