"""People's face of sharing: what is shared and with whom, invitations, the dialog "Share", one person at a time."""

from . import contact, discovery, first, invitation, inviting, kinds, listing, one, persons
from .door import routes

__all__ = [
    "contact",
    "discovery",
    "first",
    "invitation",
    "inviting",
    "kinds",
    "listing",
    "one",
    "persons",
    "routes",
]
