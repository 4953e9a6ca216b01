"""Identifiers and secrets."""

from __future__ import annotations

import hashlib
import secrets
import time


def new_id() -> str:
    """A fresh document or home id: 32 hexadecimal digits, growing with time so that neighbours are stored together."""
    return f"{time.time_ns() // 1000:014x}{secrets.token_hex(9)}"


def new_secret(size: int = 24) -> str:
    """An unguessable URL-safe text; size: bytes of randomness."""
    return secrets.token_urlsafe(size)


def hashed(secret: str) -> str:
    """What is kept of such a text, to know it again by: too long to be guessed, it needs no slow hash (SHA-256, hexadecimal)."""
    return hashlib.sha256(secret.encode()).hexdigest()
