"""What the caller may do, in the words of RFC 3744; who decides is the room permissions."""

from __future__ import annotations

from cozy.dav import xml
from cozy.kernel.work import Work
from cozy.rooms.permissions import service as permissions

from .addresses import PRINCIPAL
from .dialects import Dialect

_READ = ("{DAV:}read", "{DAV:}read-current-user-privilege-set")
_BUSY = f"{{{xml.CALDAV}}}read-free-busy"
_PROPERTIES = "{DAV:}write-properties"
_WRITE = (
    "{DAV:}write", "{DAV:}write-content", "{DAV:}write-properties", "{DAV:}bind", "{DAV:}unbind", "{DAV:}unlock",
)  # fmt: skip


def sees(work: Work, dialect: Dialect) -> bool:
    """Whether the caller may see calendars, or contacts."""
    return permissions.may(work.caller, "GET", dialect.items)


def writes(work: Work, dialect: Dialect) -> bool:
    """Whether the caller may change what is in them."""
    return permissions.may(work.caller, "PUT", dialect.items)


def told(*, may_write: bool, may_rename: bool, is_calendar: bool) -> str:
    """The privileges, each as an element."""
    names = (*_READ, *((_BUSY,) if is_calendar else ()))
    if may_write:
        names += _WRITE
    elif may_rename:
        names += (_PROPERTIES,)
    return "".join(f"<d:privilege>{xml.empty(name)}</d:privilege>" for name in names)


def acl(privileges: str) -> str:
    """The one entry that there is: the owner's, which nobody changes here (RFC 3744 §5.5)."""
    who = f"<d:principal><d:href>{PRINCIPAL}</d:href></d:principal>"
    return f"<d:ace>{who}<d:grant>{privileges}</d:grant><d:protected/></d:ace>"
