"""The pages of getting in, and of who can."""

from . import (
    authorize,
    entering,
    first_run,
    forgotten,
    language,
    links,
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
    "authorize",
    "entering",
    "first_run",
    "forgotten",
    "language",
    "links",
    "mail",
    "passkeys",
    "passphrase",
    "recovery",
    "routes",
    "security",
    "sessions",
    "totp",
]
