"""The table of routes of these pages."""

from __future__ import annotations

from cozy.kernel.routes import Routes

routes = Routes(pages=True)
NEIGHBOURS = "/my/settings/neighbours"
