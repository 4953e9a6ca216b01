"""As which Nextcloud we answer."""

from __future__ import annotations

VERSION = (31, 0, 9)
PRODUCT = "Cozy"
COLOR = "#1c3a44"  # what clients paint their bars with
CHUNK = 100 * 1024 * 1024  # bytes of a part of a large file
