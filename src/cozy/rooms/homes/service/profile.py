"""What the owner says of themself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import convert
from msgspec.structs import asdict, replace

from cozy.kernel.clock import time_zones
from cozy.kernel.text import nfc
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document

from ..errors import BadProfile
from ..events import ProfileChanged
from ..model import INSTANCE, LOCALES, SETTINGS, THEMES, Profile

NAME_LIMIT = 100  # characters of a public name
_EXPECTED = "pending_email"  # cozy-stack's name


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
    if profile.tz not in time_zones():
        raise BadProfile("This time zone is not known.", parameter="tz")
    return replace(profile, public_name=public_name, email=email)


def profile_of(values: Mapping[str, Any]) -> Profile:
    """A profile out of what a form holds. Raises BadProfile, whose fact `parameter` names the field."""
    if values.get("locale") not in LOCALES:
        raise BadProfile("This language is not available.", parameter="locale")
    if values.get("theme") not in THEMES:
        raise BadProfile("This theme does not exist.", parameter="theme")
    return clean_profile(convert(dict(values), Profile))


def profile(work: Work) -> Profile:
    """What the owner says of themself."""
    body = documents.fetch(work, SETTINGS, INSTANCE).body
    return convert({**body, "locale": locale_of(body)}, Profile)


def change_profile(work: Work, new: Profile) -> Profile:
    """Change what the owner says of themself. Raises BadProfile."""
    clean = clean_profile(new)
    current = documents.fetch(work, SETTINGS, INSTANCE)
    members = asdict(clean)
    if clean.locale == locale_of(current.body):
        del members["locale"]  # the person may have chosen a language that apps speak, and our pages do not
    tell(work, current, documents.update(work, current, {**current.body, **members}))
    return clean


def tell(work: Work, before: Document, after: Document) -> None:
    """Say that the owner goes by another name or mail address, where it is so. Publishes ProfileChanged."""
    was = ProfileChanged(*(str(before.body.get(member) or "") for member in ("public_name", "email")))
    if was != ProfileChanged(*(str(after.body.get(member) or "") for member in ("public_name", "email"))):
        work.publish(was)


def expected_email(work: Work) -> str:
    """The mail address that somebody has still to confirm; "" when there is none."""
    return str(documents.fetch(work, SETTINGS, INSTANCE).body.get(_EXPECTED) or "")


def expect_email(work: Work, email: str) -> None:
    """Note another mail address, "" for none, beside the one in force. Raises BadProfile."""
    clean = clean_profile(replace(profile(work), email=email)).email if email else ""
    _put(work, {_EXPECTED: clean})


def take_expected_email(work: Work) -> None:
    """Make the address that was confirmed the one in force."""
    _put(work, {"email": expected_email(work), _EXPECTED: ""})


def _put(work: Work, members: Mapping[str, str]) -> None:
    current = documents.fetch(work, SETTINGS, INSTANCE)
    body = {**current.body, **members}
    if not body[_EXPECTED]:
        del body[_EXPECTED]
    if body != current.body:
        tell(work, current, documents.update(work, current, body))


def locale_of(body: Mapping[str, Any]) -> Literal["en", "fr"]:
    """The language of our pages for somebody who may have chosen one that only apps speak."""
    chosen = str(body.get("locale", ""))[:2]
    return "fr" if chosen == "fr" else "en"
