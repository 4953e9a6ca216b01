"""Apple's configuration profiles, which set up calendars and contacts without typing.

A profile holds the password, so it has an address that is good once and for a few minutes. Until then the password
is kept encrypted with the token in that address, and the server keeps nothing of the token but its hash.
"""

from __future__ import annotations

import base64
import hashlib
import plistlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

import msgspec
from cryptography.fernet import Fernet

from cozy.kernel.home import Home
from cozy.kernel.ids import hashed, new_secret
from cozy.kernel.work import Work
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NoGrant

from .. import store
from ..errors import NoAppleProfile
from ..model.systems import Handed
from . import reaching

_KIND = "apple_profile"
GOOD_FOR = timedelta(minutes=10)
MEDIA_TYPE = "application/x-apple-aspen-config"
AREAS = ("calendars", "contacts")  # what a profile can set up
_PREFIXES = {"calendars": "CalDAV", "contacts": "CardDAV"}


def offer(work: Work, handed: Handed) -> str:
    """The token of an address where the profile can be fetched."""
    token = new_secret(32)
    sealed = _lock(token).encrypt(msgspec.json.encode(handed)).decode()
    store.credentials.put(work, _KIND, hashed(token), {"sealed": sealed}, work.now + GOOD_FOR)
    return token


def path(token: str) -> str:
    """Where a device is told about the profile and fetches it."""
    return f"/auth/profile/{token}"


def look(work: Work, token: str) -> Handed:
    """What a profile will set up, as long as nobody fetched it. Raises NoAppleProfile."""
    kept = store.credentials.one(work, _KIND, hashed(token))
    if kept is None:
        raise NoAppleProfile
    handed = msgspec.json.decode(_lock(token).decrypt(kept.details["sealed"]), type=Handed)
    try:
        permissions.fetch(work, handed.grant)
    except NoGrant as error:  # the password was taken back meanwhile
        raise NoAppleProfile from error
    return handed


def take(work: Work, token: str) -> Handed:
    """The same, this once. Raises NoAppleProfile."""
    handed = look(work, token)
    store.credentials.drop(work, _KIND, hashed(token))
    return handed


def written(home: Home, handed: Handed, say: Callable[..., str]) -> bytes:
    """A profile as Apple's devices read it, unsigned. say: gettext of whoever reads it."""
    label = ".".join(reversed(home.domain.split(".")))
    identifier = f"{label}.cozy.{handed.grant}"
    payloads = [
        _account(home, handed, _PREFIXES[area], f"{identifier}.{area}")
        for area in AREAS
        if area in handed.areas
    ]
    return plistlib.dumps(
        {
            **_payload("Configuration", identifier),
            "PayloadDisplayName": f"Cozy, {home.domain}",
            "PayloadDescription": say("Calendars and contacts of your home %(domain)s.", domain=home.domain),
            "PayloadOrganization": home.domain,
            "PayloadRemovalDisallowed": False,
            "PayloadContent": payloads,
        }
    )


def _account(home: Home, handed: Handed, prefix: str, identifier: str) -> Mapping[str, Any]:
    """One account. What is after the prefix means the same for calendars and for contacts."""
    parts = urlsplit(home.origin)
    is_secure = parts.scheme == "https"
    return {
        **_payload(f"com.apple.{prefix.lower()}.account", identifier),
        "PayloadDisplayName": f"{prefix}, {home.domain}",
        f"{prefix}AccountDescription": home.domain,
        f"{prefix}HostName": parts.hostname,
        f"{prefix}Port": parts.port or (443 if is_secure else 80),
        f"{prefix}UseSSL": is_secure,
        f"{prefix}PrincipalURL": reaching.addresses(home.origin).principal,
        f"{prefix}Username": home.domain,
        f"{prefix}Password": handed.password,
    }


def _payload(type_: str, identifier: str) -> dict[str, Any]:
    """What every payload begins with. The same identifier makes the same UUID, so that a second profile replaces the first."""
    return {
        "PayloadType": type_,
        "PayloadVersion": 1,
        "PayloadIdentifier": identifier,
        "PayloadUUID": str(uuid5(NAMESPACE_URL, identifier)).upper(),
    }


def _lock(token: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"profile {token}".encode()).digest()))
