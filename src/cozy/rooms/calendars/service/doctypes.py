"""What `/data` may do with calendars and what is in them: everything, and phones follow."""

from __future__ import annotations

from cozy.rooms.collections import service as collections
from cozy.rooms.documents.ports import Doctype

from ..model import CALENDARS, EVENTS, JOURNALS, TODOS

DOCTYPES = [
    *(Doctype(name, follow=collections.follow) for name in (EVENTS, TODOS, JOURNALS)),
    Doctype(CALENDARS, follow=collections.follow_collections),
]
