"""What can be done with homes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from msgspec.structs import asdict

from cozy.kernel.ids import new_id
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents

from .. import store
from ..errors import NoHome
from ..model import INSTANCE, SETTINGS, Profile
from ..ports import Furnish
from . import avatar, bills, contexts, instance, terms
from .contexts import context, flags
from .ending import destroy, take_leave
from .listing import (
    at,
    change,
    clean_domain,
    count,
    count_by_state,
    count_due,
    delist,
    depart,
    due,
    enlist,
    gone_from,
    hasten,
    hasten_all,
    held,
    is_listed,
    is_vacant,
    late,
    leave,
    let_go,
    listed,
    move,
    of_id,
    only,
    search,
    set_due,
    skipped_to,
    stay,
    tell_move,
    with_live_folder,
)
from .profile import (
    change_profile,
    clean_profile,
    expect_email,
    expected_email,
    profile,
    profile_of,
    take_expected_email,
)

__all__ = [
    "at",
    "avatar",
    "bills",
    "change",
    "change_profile",
    "clean_domain",
    "clean_profile",
    "context",
    "contexts",
    "count",
    "count_by_state",
    "count_due",
    "delist",
    "depart",
    "derived_key",
    "destroy",
    "due",
    "enlist",
    "expect_email",
    "expected_email",
    "flags",
    "furnish",
    "gone_from",
    "has_secret",
    "hasten",
    "hasten_all",
    "held",
    "instance",
    "is_listed",
    "is_vacant",
    "keep_secret",
    "late",
    "leave",
    "let_go",
    "listed",
    "move",
    "of_id",
    "only",
    "profile",
    "profile_of",
    "renew_tokens_secret",
    "search",
    "secret",
    "set_due",
    "skipped_to",
    "stay",
    "take_expected_email",
    "take_leave",
    "tell_move",
    "terms",
    "with_live_folder",
]


def furnish(work: Work, profile: Profile) -> str:
    """Make an empty home one to live in: its key, its secrets, its settings, and what the rooms above add.

    Returns the public key (Ed25519, base64). Raises BadProfile.
    """
    key = Ed25519PrivateKey.generate()
    raw = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    store.keep_secret(work, "home_key", raw)
    store.keep_secret(work, "tokens", secrets.token_bytes(64))
    body = {**asdict(clean_profile(profile)), "uuid": new_id(), "onboarding_finished": True}
    documents.create(work, SETTINGS, body, id_=INSTANCE)
    for plugged in work.plugged(Furnish):
        plugged(work, profile.locale)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(public).decode()


def secret(work: Work, name: str) -> bytes:
    """One of the home's own keys: `home_key` (Ed25519, 32 bytes) or `tokens` (64 bytes)."""
    value = store.secret(work, name)
    if value is None:
        raise NoHome(home=work.home)
    return value


def has_secret(work: Work, name: str) -> bool:
    """Whether the home has this key."""
    return store.secret(work, name) is not None


def keep_secret(work: Work, name: str, value: bytes) -> None:
    """Keep another key of the home's own, unless it has one of that name."""
    if not has_secret(work, name):
        store.keep_secret(work, name, value)


def derived_key(work: Work, purpose: str) -> bytes:
    """A key for one purpose, 64 bytes, made of the home key: the same each time, wherever the home lives."""
    return hmac.new(secret(work, "home_key"), purpose.encode(), hashlib.sha512).digest()


def renew_tokens_secret(work: Work) -> None:
    """Void every token and signed cookie of this home."""
    store.replace_secret(work, "tokens", secrets.token_bytes(64))
