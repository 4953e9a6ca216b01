"""The pages of getting in, and of who can."""

from . import (
    entering,
    first_run,
    forgotten,
    language,
    mail,
    passkeys,
    passphrase,
    recovery,
    security,
    sessions,
    totp,
)
from .door import routes

__all__ = [
    "entering",
    "first_run",
    "forgotten",
    "language",
    "mail",
    "passkeys",
    "passphrase",
    "recovery",
    "routes",
    "security",
    "sessions",
    "totp",
]
