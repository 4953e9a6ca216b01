"""What can be done with shared drives."""

from . import carrying, links
from .asking import asked, item, page
from .holding import inside
from .listing import Listed, drives, fetch, invitation
from .making import Asked, make
from .opening import allowed, open_
from .reaching import by_secret, elsewhere, signed

__all__ = [
    "Asked",
    "Listed",
    "allowed",
    "asked",
    "by_secret",
    "carrying",
    "drives",
    "elsewhere",
    "fetch",
    "inside",
    "invitation",
    "item",
    "links",
    "make",
    "open_",
    "page",
    "signed",
]
