"""What is shared, as people call it: a folder, an album, a calendar; and where it is in this home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal
from urllib.parse import quote

from msgspec import Struct

from cozy.kernel.work import Work
from cozy.rooms.calendars.model import CALENDARS, DEFAULT
from cozy.rooms.contacts.model import CONTACTS, GROUPS
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document
from cozy.rooms.files.model import FILES, RESERVED
from cozy.rooms.photos.model import ALBUMS
from cozy.ui import N_, Words, doctypes

from ..model import REFERRED, Rule, Sharing

Kind = Literal["folder", "file", "album", "calendar", "contact", "group", "drive", "documents"]

PHRASES: Mapping[Kind, str] = {
    "folder": N_("the folder “%(name)s”"), "file": N_("the file “%(name)s”"), "album": N_("the album “%(name)s”"),
    "calendar": N_("the calendar “%(name)s”"), "contact": N_("the card of %(name)s"), "group": N_("the group “%(name)s”"),
    "drive": N_("the shared drive “%(name)s”"), "documents": N_("“%(name)s”"),
}  # fmt: skip
TITLES: Mapping[Kind, str] = {
    "folder": N_("Folder"), "file": N_("File"), "album": N_("Album"), "calendar": N_("Calendar"), "contact": N_("Card"),
    "group": N_("Group of contacts"), "drive": N_("Shared drive"), "documents": N_("Documents"),
}  # fmt: skip
ICONS: Mapping[Kind, str] = {
    "folder": "folder", "file": "file", "album": "images", "calendar": "calendar", "contact": "contact-round",
    "group": "users-round", "drive": "hard-drive",
}  # fmt: skip
_KINDS: Mapping[str, Kind] = {
    FILES: "file", ALBUMS: "album", CALENDARS: "calendar", CONTACTS: "contact", GROUPS: "group",
}  # fmt: skip
DOCTYPES: Mapping[str, str] = {
    "file": FILES, "folder": FILES, "album": ALBUMS, "calendar": CALENDARS, "contact": CONTACTS
}  # fmt: skip
_URLS: Mapping[Kind, str] = {
    "folder": "/my/drive/{id}", "drive": "/my/drive/{id}", "file": "/my/file/{id}", "album": "/my/photos/albums/{id}",
    "calendar": "/my/calendar/calendars/{id}", "contact": "/my/contacts/{id}", "group": "/my/contacts?group={id}",
}  # fmt: skip
_NAMED_BY = ("name", "fullname", "displayName", "title", "label")


class Thing(Struct, frozen=True):
    """What a sharing is about. url: of its page in this home, "" where it is not here. more: how many others are beside it."""

    kind: Kind
    name: str
    doctype: str
    url: str = ""
    more: int = 0

    @property
    def icon(self) -> str:
        """Its sign; that of its doctype is for `called` to say."""
        return ICONS.get(self.kind, "file-box")


def thing_of(work: Work, sharing: Sharing) -> Thing:
    """What a sharing is about, as it is called in this home by now, else as it was called when it was shared."""
    rules = [rule for rule in sharing.rules if not rule.local] or list(sharing.rules)
    if not rules:
        return Thing("documents", sharing.description, "")
    rule = rules[0]
    ids = _ids_of(rule)
    held = documents.fetch_many(work, _doctype_of(rule), ids)
    found = next((held[id_] for id_ in ids if id_ in held), None)
    kind = "drive" if sharing.drive else _kind(rule, found)
    name = (_name(found) if found else "") or rule.title or sharing.description
    return Thing(kind, name, rule.doctype, _url(kind, found), max(0, len(ids) - 1))


def _ids_of(rule: Rule) -> Sequence[str]:
    """The ids that a rule names: of its documents, or of what files refer to."""
    if rule.is_by_id:
        return rule.values
    if rule.selector == REFERRED:
        return [value.partition("/")[2] for value in rule.values]
    return []


def _doctype_of(rule: Rule) -> str:
    is_referred = rule.selector == REFERRED and rule.values
    return rule.values[0].partition("/")[0] if is_referred else rule.doctype


def _kind(rule: Rule, found: Document | None) -> Kind:
    kind = _KINDS.get(_doctype_of(rule), "documents")
    if kind == "file":
        is_folder = found.body.get("type") == "directory" if found else not rule.mime
        return "folder" if is_folder else "file"
    return kind


def _name(found: Document) -> str:
    return next((said for key in _NAMED_BY if isinstance(said := found.body.get(key), str) and said), "")


def _url(kind: Kind, found: Document | None) -> str:
    if found is None or found.body.get("trashed") or kind not in _URLS:
        return ""
    return _URLS[kind].format(id=quote(found.id, safe=""))


def phrase(said: Words, thing: Thing) -> str:
    """The folder “Brittany”, in the middle of a sentence."""
    return said.gettext(PHRASES[thing.kind], name=thing.name or doctypes.called(said, thing.doctype).yours)


def named(work: Work, doctype: str, id_: str) -> Thing | None:
    """A document of this home as something that can be shared; None where there is none, or it is thrown away."""
    kind = _KINDS.get(doctype)
    found = documents.fetch_many(work, doctype, [id_]).get(id_) if kind else None
    if kind is None or found is None or found.body.get("trashed") or id_ in RESERVED | {DEFAULT}:
        return None  # what is in the calendar that is always there does not say so, and no rule is about it
    is_folder = doctype == FILES and found.body.get("type") == "directory"
    kind = "folder" if is_folder else kind
    return Thing(kind, _name(found), doctype, _url(kind, found))
