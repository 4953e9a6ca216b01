"""The words of accounts: their members, and which of these are secrets."""

from __future__ import annotations

import re

ACCOUNTS = "io.cozy.accounts"
KONNECTORS = "io.cozy.konnectors"

LOCKED = "_encrypted"  # what the names of locked members end with
CREDENTIALS = f"credentials{LOCKED}"  # login and password together
HOLDERS = ("auth", "oauth")  # members of an account that hold secrets
DESTINATION = ("host", "port", "server", "url")  # members of `auth` that say where its secrets are sent to

_NAMES = {
    "accesstoken", "answer", "appsecret", "clientsecret", "code", "dob", "otp", "passphrase", "passwd", "password", "pin", "refreshtoken",
    "secret", "session", "token",
}  # fmt: skip
_ENDS = ("password", "passphrase", "secret", "token")


def is_secret(name: str) -> bool:
    """Whether a member of that name opens something: those that cozy-stack locks, and those that say so."""
    plain = re.sub(r"[^a-z]", "", name.lower())
    return plain in _NAMES or plain.endswith(_ENDS)
