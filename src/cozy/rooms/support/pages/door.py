"""What the pages of this room share."""

from __future__ import annotations

from cozy.kernel.routes import Routes

routes = Routes(pages=True)
