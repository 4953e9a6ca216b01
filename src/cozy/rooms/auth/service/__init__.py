"""What the room auth can do."""

from . import (
    devices,
    entering,
    limits,
    passkeys,
    passphrase,
    redirects,
    reset,
    sessions,
    strength,
    tokens,
    totp,
)
from .opening import open_home
from .tokens import caller_of, mint

__all__ = [
    "caller_of",
    "devices",
    "entering",
    "limits",
    "mint",
    "open_home",
    "passkeys",
    "passphrase",
    "redirects",
    "reset",
    "sessions",
    "strength",
    "tokens",
    "totp",
]
