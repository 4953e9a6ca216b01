"""The words of links: what is shared, and what whoever has the link may do with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from msgspec import Struct

from cozy.kernel.caller import Grant, Verb
from cozy.rooms.calendars.model import CALENDARS
from cozy.rooms.contacts.model import CONTACTS
from cozy.rooms.files.model import FILES
from cozy.rooms.permissions.model import Permission, Rule
from cozy.rooms.photos.model import ALBUMS

Kind = Literal["file", "album", "calendar", "contact"]
Mode = Literal["see", "look", "change", "drop"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DOCTYPES: Mapping[Kind, str] = {"file": FILES, "album": ALBUMS, "calendar": CALENDARS, "contact": CONTACTS}
LABEL = "link"  # of the code of a link that is made here
WRITING: tuple[Verb, ...] = ("GET", "POST", "PUT", "PATCH", "DELETE")
_VERBS: Mapping[Mode, tuple[Verb, ...]] = {
    "see": ("GET",),
    "look": ("GET",),
    "change": WRITING,
    "drop": ("POST",),
}


class Thing(Struct, frozen=True):
    """What is shared: a file or folder, an album, a calendar, somebody's card."""

    kind: Kind
    id: str
    name: str  # "" for what has none
    is_folder: bool = False

    @property
    def modes(self) -> tuple[Mode, ...]:
        """What can be allowed to others.

        see: look and take along; look: look only; change: see, add, change and delete; drop: put something in, and see nothing.
        """
        if self.is_folder:
            return ("see", "change", "drop", "look")
        return ("see", "look") if self.kind in {"file", "album"} else ("see",)


def rules_for(thing: Thing, mode: Mode) -> dict[str, Rule]:
    """The rules of a link to it, as the apps of the ecosystem spell theirs."""
    if thing.kind == "album":
        inside = Rule(FILES, ("GET",), (f"{ALBUMS}/{thing.id}",), "referenced_by")
        return {"collection": Rule(ALBUMS, ("GET",), (thing.id,)), "files": inside}
    title = "files" if thing.kind == "file" else thing.kind
    return {title: Rule(DOCTYPES[thing.kind], _VERBS[mode], (thing.id,))}


def opens(link: Permission) -> tuple[Kind, str] | None:
    """What a link leads to, whoever made it; None where no page of ours shows it."""
    for rule in link.rules.values():
        for kind, doctype in DOCTYPES.items():
            if rule.doctype == doctype and rule.values and rule.selector in {"", "id", "_id"}:
                return kind, rule.values[0]
    return None


def mode_of(kind: Kind, id_: str, grants: Sequence[Grant], *, look_only: bool) -> Mode | None:
    """What these grants allow with a thing; None for nothing."""
    doctype = DOCTYPES[kind]
    verbs = {
        verb for grant in grants if grant.doctype == doctype and id_ in grant.values and not grant.selector
        for verb in grant.verbs
    }  # fmt: skip
    if "GET" not in verbs:
        return "drop" if "POST" in verbs else None
    if look_only and "look" in Thing(kind, id_, "").modes:
        return "look"
    return "change" if "POST" in verbs else "see"
