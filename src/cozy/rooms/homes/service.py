"""What can be done with homes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from msgspec import convert
from msgspec.structs import asdict, replace

from cozy.kernel.clock import iso
from cozy.kernel.home import State
from cozy.kernel.ids import new_id
from cozy.kernel.text import nfc
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document

from . import store
from .errors import BadDomain, BadProfile, NoHome, NotFirst, WhichHome
from .model import INSTANCE, LOCALES, SETTINGS, THEMES, Listing, Profile, is_domain
from .ports import Furnish

NAME_LIMIT = 100  # characters of a public name


def clean_domain(domain: str) -> str:
    """The address as we keep it. Raises BadDomain."""
    clean = domain.strip().rstrip(".").lower()
    if not is_domain(clean):
        raise BadDomain(domain=domain, parameter="domain")
    return clean


def clean_profile(profile: Profile) -> Profile:
    """The profile as we keep it. Raises BadProfile, whose fact `parameter` names the field."""
    public_name = nfc(profile.public_name).strip()
    email = profile.email.strip()
    if not public_name or len(public_name) > NAME_LIMIT or not public_name.isprintable():
        raise BadProfile("Give a name of 1 to 100 characters.", parameter="public_name")
    if (
        email.count("@") != 1
        or email.startswith("@")
        or email.endswith("@")
        or any(c.isspace() for c in email)
    ):
        raise BadProfile("This does not look like an e-mail address.", parameter="email")
    if profile.tz not in available_timezones():
        raise BadProfile("This time zone is not known.", parameter="tz")
    return replace(profile, public_name=public_name, email=email)


def profile_of(values: Mapping[str, Any]) -> Profile:
    """A profile out of what a form holds. Raises BadProfile, whose fact `parameter` names the field."""
    if values.get("locale") not in LOCALES:
        raise BadProfile("This language is not available.", parameter="locale")
    if values.get("theme") not in THEMES:
        raise BadProfile("This theme does not exist.", parameter="theme")
    return clean_profile(convert(dict(values), Profile))


def furnish(work: Work, profile: Profile) -> str:
    """Make an empty home one to live in: its key, its secrets, its settings, and what the rooms above add.

    Returns the public key (Ed25519, base64). Raises BadProfile.
    """
    key = Ed25519PrivateKey.generate()
    raw = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    store.keep_secret(work, "home_key", raw)
    store.keep_secret(work, "tokens", secrets.token_bytes(64))
    body = {**_members(clean_profile(profile)), "uuid": new_id(), "onboarding_finished": True}
    documents.create(work, SETTINGS, body, id_=INSTANCE)
    for plugged in work.plugged(Furnish):
        plugged(work, profile.locale)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(public).decode()


def profile(work: Work) -> Profile:
    """What the owner says of themself."""
    body = documents.fetch(work, SETTINGS, INSTANCE).body
    return convert(dict(body), Profile)


def change_profile(work: Work, new: Profile) -> Profile:
    """Change what the owner says of themself. Raises BadProfile."""
    clean = clean_profile(new)
    current = documents.fetch(work, SETTINGS, INSTANCE)
    documents.update(work, current, {**current.body, **_members(clean)})
    return clean


def instance(work: Work) -> Document:
    """The settings document, as the API shows it."""
    return documents.fetch(work, SETTINGS, INSTANCE)


def _members(profile: Profile) -> dict[str, Any]:
    return asdict(profile)


def secret(work: Work, name: str) -> bytes:
    """One of the home's own keys: `home_key` (Ed25519, 32 bytes) or `tokens` (64 bytes)."""
    value = store.secret(work, name)
    if value is None:
        raise NoHome(home=work.home)
    return value


def derived_key(work: Work, purpose: str) -> bytes:
    """A key for one purpose, 64 bytes, made of the home key: the same each time, wherever the home lives."""
    return hmac.new(secret(work, "home_key"), purpose.encode(), hashlib.sha512).digest()


def renew_tokens_secret(work: Work) -> None:
    """Void every token and signed cookie of this home."""
    store.replace_secret(work, "tokens", secrets.token_bytes(64))


def enlist(
    work: Work, home_id: str, domain: str, quota: int | None, public_key: str, *, is_first: bool = False
) -> Listing:
    """Put a furnished home on the host's list; it answers from then on. is_first: only if it is the only one.

    Raises BadDomain, DomainTaken, NotFirst.
    """
    if is_first and store.listed(work, "", 1):
        raise NotFirst
    return store.add(work, home_id, clean_domain(domain), quota, public_key, is_first=is_first)


def is_vacant(work: Work) -> bool:
    """Whether this host has no home yet."""
    return not store.listed(work, "", 1)


def at(work: Work, domain: str) -> Listing:
    """The home at an address. Raises NoHome."""
    found = store.by_domain(work, domain)
    if found is None:
        raise NoHome(domain=domain)
    return found


def only(work: Work) -> Listing:
    """The one home of this host. Raises NoHome when there is none, WhichHome when there are several."""
    found = store.listed(work, "", 2)
    if not found:
        raise NoHome("There is no home on this host yet: make one with `cozy homes add`.")
    if len(found) > 1:
        raise WhichHome
    return found[0]


def listed(work: Work, after: str = "", limit: int = 100) -> list[Listing]:
    """Homes by address, a page at a time: those after an address."""
    return store.listed(work, after, limit)


def due(work: Work, limit: int) -> list[Listing]:
    """Homes that may have something to do by themselves: a hint, which may be stale."""
    return store.due(work, iso(work.now), limit)


def hasten(work: Work, home_id: str) -> None:
    """A home has something to do by itself now."""
    store.hasten(work, home_id, iso(work.now))


def set_due(work: Work, home_id: str, due_at: str) -> None:
    """When a home next has something to do by itself."""
    store.set_due(work, home_id, due_at)


def change(
    work: Work, domain: str, *, state: State | None = None, quota: int | str | None = "same"
) -> Listing:
    """Set a home's state or quota (bytes; None: no limit; "same": as it is). Raises NoHome, BadProfile."""
    home = at(work, domain)
    if isinstance(quota, int) and quota < 0:
        raise BadProfile("A quota is a number of bytes.", parameter="quota")
    kept = home.quota if isinstance(quota, str) else quota
    store.change(work, home.id, state=state or home.state, quota=kept)
    return at(work, domain)


def delist(work: Work, domain: str) -> Listing:
    """Take a home off the list; it answers no more. Raises NoHome."""
    home = at(work, domain)
    store.remove(work, home.id)
    return home
