"""A device with a password, as a client of Nextcloud asks."""

from tests.dav.conftest import dav, new_dav

__all__ = ["dav", "new_dav"]
