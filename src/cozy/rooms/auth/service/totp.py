"""The second step: a code that an app on the owner's phone shows (TOTP, RFC 6238), or one of ten codes on paper."""

from __future__ import annotations

import hmac
import re
import secrets

import pyotp

from cozy.kernel.ids import hashed
from cozy.kernel.work import Work

from .. import store
from ..errors import AlreadyOn, WrongCode
from . import reaching

_KIND, _CODES = "totp", "totp_code"
_PERIOD_S = 30
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
CODES = 10


def new_secret() -> str:
    """A fresh secret to share with an app: 32 characters of base32."""
    return pyotp.random_base32()


def is_secret(text: str) -> bool:
    """Whether this is a secret as new_secret() makes them."""
    return re.fullmatch(r"[A-Z2-7]{32}", text) is not None


def picture(secret: str, domain: str) -> str:
    """The secret as a QR code that apps read, an SVG element."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=domain, issuer_name="Cozy")
    return reaching.picture(uri)


def factor(work: Work) -> str:
    """A name for the second factor in force, different each time that it is set up; "" when there is none."""
    found = store.credentials.one(work, _KIND)
    return found.created_at if found else ""


def turn_on(work: Work, secret: str, code: str) -> list[str]:
    """Ask for a second step from now on; returns the codes for paper. code: what the app shows.

    Raises WrongCode, AlreadyOn.
    """
    if factor(work):
        raise AlreadyOn
    step = _step(work, secret, code, 0) if is_secret(secret) else None
    if step is None:
        raise WrongCode(parameter="code")
    store.credentials.put(work, _KIND, "main", {"secret": secret, "last": step})
    return renew_codes(work)


def turn_off(work: Work) -> None:
    """Ask for no second step any more."""
    store.credentials.drop(work, _KIND)
    store.credentials.drop_kind(work, _CODES)


def renew_codes(work: Work) -> list[str]:
    """Ten new codes for paper, each good once; those before are void."""
    codes = [f"{_random(5)}-{_random(5)}" for _ in range(CODES)]
    store.credentials.drop_kind(work, _CODES)
    for code in codes:
        store.credentials.put(work, _CODES, _hash(code), {})
    return codes


def _random(length: int) -> str:
    return "".join([secrets.choice(_LETTERS) for _ in range(length)])


def codes_left(work: Work) -> int:
    """How many codes on paper are still good."""
    return len(store.credentials.of_kind(work, _CODES))


def accepts(work: Work, code: str) -> bool:
    """Whether this is a good code; it is then used up."""
    found = store.credentials.one(work, _KIND)
    if found is None:
        return False
    step = _step(work, found.details["secret"], code, found.details["last"])
    if step is None:
        return store.credentials.drop(work, _CODES, _hash(code))
    return store.credentials.change(work, _KIND, "main", {**found.details, "last": step})


def _step(work: Work, secret: str, code: str, last: int) -> int | None:
    """The moment whose code this is, a step before or after now at most, and later than the last one used."""
    typed = "".join(c for c in code if c in "0123456789")
    now = int(work.now.timestamp()) // _PERIOD_S
    app = pyotp.TOTP(secret)
    steps = [step for step in (now - 1, now, now + 1) if hmac.compare_digest(app.generate_otp(step), typed)]
    return next((step for step in steps if step > last), None)


def _hash(code: str) -> str:
    plain = "".join(c for c in code.lower() if c.isalnum())
    return hashed(plain)
