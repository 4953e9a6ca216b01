"""Another mail address: it counts once somebody has read the mail that was sent there (cozy-stack docs/settings.md)."""

from __future__ import annotations

from datetime import timedelta

from cozy.kernel.ids import hashed, new_secret
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes

from .. import store
from ..errors import AddressLinkExpired, NoNewAddress
from ..events import AddressGiven
from ..model import Visitor
from . import limits

LIFETIME = timedelta(days=7)  # cozy-stack's
_KIND = "address"


def give(work: Work, email: str, visitor: Visitor) -> None:
    """Note another address, and have a link sent there. Raises BadProfile, TooManyAttempts. Publishes AddressGiven."""
    limits.count(work, "address", visitor)
    store.credentials.drop_kind(work, _KIND)
    homes.expect_email(work, email)
    work.publish(AddressGiven())


def again(work: Work, visitor: Visitor) -> None:
    """Have another link sent to it. Raises NoNewAddress, TooManyAttempts. Publishes AddressGiven."""
    limits.count(work, "address", visitor)
    if not homes.expected_email(work):
        raise NoNewAddress
    work.publish(AddressGiven())


def forget(work: Work) -> None:
    """Leave the address as it is."""
    store.credentials.drop_kind(work, _KIND)
    homes.expect_email(work, "")


def begin(work: Work) -> tuple[str, str]:
    """The address to write to, and the token of a link that is good once, within a week. Raises NoNewAddress."""
    email = homes.expected_email(work)
    if not email:
        raise NoNewAddress
    token = new_secret(32)
    store.credentials.put(work, _KIND, hashed(token), {"email": email}, work.now + LIFETIME)
    return email, token


def link(origin: str, token: str) -> str:
    """Where the owner says that they have read it."""
    return f"{origin}/settings/email/confirm?token={token}"


def confirm(work: Work, token: str) -> None:
    """Make it the address. Raises AddressLinkExpired."""
    found = store.credentials.one(work, _KIND, hashed(token))
    if found is None or found.details["email"] != homes.expected_email(work):
        raise AddressLinkExpired
    store.credentials.drop_kind(work, _KIND)
    homes.take_expected_email(work)
