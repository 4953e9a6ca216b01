"""People's face of apps: those that they have, those that they could have, and what each may do."""

from . import installed, store
from .door import routes

__all__ = ["installed", "routes", "store"]
