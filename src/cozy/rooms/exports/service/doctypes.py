"""What `/data` may do with exports: tell of them, and nothing of what is kept for the next one."""

from cozy.rooms.documents.ports import Doctype

from ..model import EXPORTS, LAST, PLACES

DOCTYPES = [
    Doctype(EXPORTS, is_writable=False),
    Doctype(PLACES, is_writable=False),
    Doctype(LAST, is_readable=False, is_writable=False),
]
