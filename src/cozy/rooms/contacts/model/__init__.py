"""What a contact holds (cozy-doctypes, io.cozy.contacts)."""

from __future__ import annotations

from typing import Any

CONTACTS = "io.cozy.contacts"
GROUPS = "io.cozy.contacts.groups"
BOOKS = "io.cozy.contacts.books"

# The members of a contact that its card speaks of; those of groups beside them.
MEMBERS = frozenset({
    "fullname", "name", "nickname", "birthday", "anniversary", "gender", "note", "company", "department", "jobTitle",
    "phone", "email", "address", "impp", "website", "cozy",
})  # fmt: skip


def of_owner(name: str, email: str, origin: str) -> dict[str, Any]:
    """The members of the contact that is the owner."""
    return {
        "me": True,
        "fullname": name,
        "displayName": name,
        "email": [{"address": email, "primary": True}],
        "cozy": [{"url": origin, "primary": True}],
        "indexes": {"byFamilyNameGivenNameEmailCozyUrl": email},
    }
