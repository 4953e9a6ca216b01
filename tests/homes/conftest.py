"""Browsers at Alice's door."""

from tests.auth.conftest import browser, lock, new_browser, owner

__all__ = ["browser", "lock", "new_browser", "owner"]
