"""People's face of apps: those that they have, those that they could have, and what each may do."""

from . import first, installed, store
from .door import routes

__all__ = ["first", "installed", "routes", "store"]
