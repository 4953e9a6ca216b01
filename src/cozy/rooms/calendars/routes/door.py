"""The routes of calendars."""

from __future__ import annotations

from cozy.kernel.routes import Routes

routes = Routes()
