"""What `/data` may do with imports: tell of them."""

from cozy.rooms.documents.ports import Doctype

from ..model import IMPORTS

DOCTYPES = [Doctype(IMPORTS, is_writable=False)]
