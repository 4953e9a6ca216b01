"""The pages of getting in, and of who can."""

from . import (
    authorize,
    clients_limit,
    confirming,
    device_passwords,
    devices,
    entering,
    first,
    first_run,
    forgotten,
    language,
    links,
    mail,
    passkeys,
    passphrase,
    recovery,
    security,
    totp,
)
from .door import routes

__all__ = [
    "authorize",
    "clients_limit",
    "confirming",
    "device_passwords",
    "devices",
    "entering",
    "first",
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
    "totp",
]
