"""Things that people share: by which rules, and in which sharings they are already."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.calendars.model import CALENDARS, EVENTS, TODOS
from cozy.rooms.contacts.model import CONTACTS
from cozy.rooms.files.model import FILES
from cozy.rooms.photos.model import ALBUMS

from ..model import REFERRED, Rule, Sharing
from . import keeping
from .people import is_over

# What apps of the ecosystem know each sharing by.
APPS = {FILES: "drive", ALBUMS: "photos", CONTACTS: "contacts", CALENDARS: "calendar"}


def rules_for(doctype: str, id_: str, name: str, *, is_folder: bool = False) -> tuple[Rule, ...]:
    """The rules by which a thing is shared, as the apps of the ecosystem spell theirs; who may only look is for each member.

    A file, an album, a calendar or a card that is thrown away is shared no longer; what is thrown out of them goes everywhere.
    """
    whole = Rule(
        doctype, name or id_, (id_,), add="sync", update="sync", remove="sync" if is_folder else "revoke"
    )
    if doctype == ALBUMS:
        return (
            whole,
            Rule(FILES, "photos", (f"{ALBUMS}/{id_}",), REFERRED, add="sync", update="sync", remove="sync"),
        )
    if doctype == CALENDARS:
        inside = {"events": EVENTS, "tasks": TODOS}
        return (
            whole,
            *(
                Rule(each, title, (id_,), "collection", add="sync", update="sync", remove="sync")
                for title, each in inside.items()
            ),
        )
    return (whole,)


def of_document(work: Work, doctype: str, id_: str) -> list[Sharing]:
    """The sharings that are about a document itself, those of the owner first."""
    found = [
        each
        for each in keeping.all_(work)
        if not is_over(each) and not each.is_waiting and _is_about(each, doctype, id_)
    ]
    return sorted(found, key=lambda each: (not each.owner, each.created_at))


def _is_about(sharing: Sharing, doctype: str, id_: str) -> bool:
    rule = next((rule for rule in sharing.rules if not rule.local), None)
    return rule is not None and rule.doctype == doctype and rule.is_by_id and id_ in rule.values
