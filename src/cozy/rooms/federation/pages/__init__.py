"""The pages of what is shared with people at servers of another kind."""

from . import answering, changing, inviting, kinds, listing, looking, sending
from .door import routes

__all__ = ["answering", "changing", "inviting", "kinds", "listing", "looking", "routes", "sending"]
