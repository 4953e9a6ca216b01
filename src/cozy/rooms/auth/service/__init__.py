"""What the room auth can do."""

from . import (
    authorizing,
    clients,
    devices,
    entering,
    exchanging,
    facts,
    limits,
    passkeys,
    passphrase,
    redirects,
    reset,
    scopes,
    sessions,
    strength,
    tokens,
    totp,
)
from .opening import open_home
from .tokens import caller_of, expires_at, mint

__all__ = [
    "authorizing",
    "caller_of",
    "clients",
    "devices",
    "entering",
    "exchanging",
    "expires_at",
    "facts",
    "limits",
    "mint",
    "open_home",
    "passkeys",
    "passphrase",
    "redirects",
    "reset",
    "scopes",
    "sessions",
    "strength",
    "tokens",
    "totp",
]
