"""What `/data` may do with exports: tell of them."""

from cozy.rooms.documents.ports import Doctype

from ..model import EXPORTS

DOCTYPES = [Doctype(EXPORTS, is_writable=False)]
