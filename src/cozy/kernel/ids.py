"""Identifiers and secrets."""

from __future__ import annotations

import secrets
import time


def new_id() -> str:
    """A fresh document or home id: 32 hexadecimal digits, growing with time so that neighbours are stored together."""
    return f"{time.time_ns() // 1000:014x}{secrets.token_hex(9)}"


def new_secret(size: int = 24) -> str:
    """An unguessable URL-safe text; size: bytes of randomness."""
    return secrets.token_urlsafe(size)
