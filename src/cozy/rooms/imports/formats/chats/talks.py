"""Conversations as documents: WhatsApp's texts, Facebook's and Instagram's JSON, what hangs on them beside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from ...model import Entry, Format, Item, Match, Tree
from ..making import Names, copied, each, head, loaded, message
from ..reading.texts import as_name, decoded, mended
from . import meta, whatsapp

_THREADS = re.compile(
    r"(^|/)(inbox|archived_threads|filtered_threads|message_requests|e2ee_cutover)/[^/]+/message_\d+\.json$"
)
_MEDIA = re.compile(r"^([A-Z]{3}-\d{8}-WA\d+|\d{8}-[A-Z]+-)")
_LARGEST = 200 * 1024 * 1024  # bytes of a conversation


def _recognise_whatsapp(tree: Tree) -> Match | None:
    """The texts that begin as conversations do, with what lies beside them."""
    chats = [entry for entry in tree.ending(".txt") if whatsapp.is_chat(decoded(head(tree, entry)))]
    under = dict.fromkeys(name for chat in chats for name in _with_media(tree, chat))
    return Match(under=tuple(under), facts={"chats": [chat.name for chat in chats]}) if chats else None


def _with_media(tree: Tree, chat: Entry) -> Iterator[str]:
    """A conversation and what was sent in it: its whole folder where WhatsApp named it, else what WhatsApp named beside it."""
    stem = chat.base.removesuffix(".txt")
    if chat.folder and (stem == "_chat" or whatsapp.title(chat.base) != stem):
        yield f"{chat.folder}/"
        return
    yield chat.name
    for entry in tree.entries:
        if entry.folder == chat.folder and _MEDIA.match(entry.base):
            yield entry.name


def _whatsapp_items(tree: Tree, match: Match) -> Iterator[Item]:
    """The messages of each conversation, then what was sent in it."""
    chats = [entry for entry in tree.entries if entry.name in match.facts["chats"]]
    left = {entry.name: entry for entry in tree.entries if entry not in chats}
    names = Names()
    for chat in chats:
        title = _title(tree, chat)
        folder = f"WhatsApp/{as_name(title)}"
        beside = {entry.base: entry for entry in left.values() if entry.folder == chat.folder}
        yield from each(tree, [chat], partial(_messages, names, title, folder, beside))
        for entry in beside.values():
            del left[entry.name]
            yield copied(entry, f"{folder}/{entry.base}")
    for entry in left.values():
        yield copied(entry, f"WhatsApp/{entry.base}")


def _title(tree: Tree, chat: Entry) -> str:
    """Who a conversation is with: iPhones say it in the name of the archive only, which is the folder or the tree."""
    around = chat.folder.rpartition("/")[2] or tree.title
    return whatsapp.title(chat.base) or whatsapp.title(around) or "WhatsApp"


def _messages(
    names: Names, title: str, folder: str, beside: Mapping[str, Entry], tree: Tree, entry: Entry
) -> Iterator[Item]:
    for one in whatsapp.messages(decoded(tree.read(entry.name, _LARGEST))):
        attached = [f"{folder}/{name}" for name in one.attachments if name in beside]
        missing = [name for name in one.attachments if name not in beside]
        yield message(
            names, entry.name, "WhatsApp", title, one.date, one.author, one.text, attached, missing=missing, is_local_time=True,
        )  # fmt: skip


def _recognise_meta(tree: Tree) -> Match | None:
    """The folders of conversations of Facebook or Instagram; Messenger's encrypted ones are files beside `media/`."""
    found = sorted(
        {entry.name.rpartition("/")[0] + "/" for entry in tree.ending(".json") if _THREADS.search(entry.name)}
    )
    if found:
        return Match(under=tuple(found))
    for entry in tree.ending(".json"):
        begin = head(tree, entry)
        if b'"participants"' in begin and (b'"senderName"' in begin or b'"threadName"' in begin):
            return Match(under=(f"{entry.folder}/" if entry.folder else "",))
    return None


def _meta_items(tree: Tree, match: Match) -> Iterator[Item]:
    """The messages of each conversation, then what was sent with them."""
    names = Names()
    at = _Places(tree.entries)

    def read(tree: Tree, entry: Entry) -> Iterator[Item]:
        raw = loaded(tree, entry)
        is_broken_utf8 = entry.base.startswith("message_")
        said = mended(raw) if is_broken_utf8 else raw
        if not meta.is_conversation(said):
            raise ValueError("no conversation")
        talk = meta.conversation(
            said, entry.folder.rpartition("/")[2] if is_broken_utf8 else entry.base.removesuffix(".json")
        )
        service = (
            "Instagram"
            if "instagram" in entry.name.lower() or "instagram" in tree.title.lower()
            else "Facebook"
        )
        for one in talk.messages:
            attached = [found.name for uri in one.attachments if (found := at.find(uri))]
            yield message(
                names, entry.name, service, talk.title, one.date, one.author, one.text,
                [f"{service}/{as_name(talk.title)}/{name.rpartition('/')[2]}" for name in attached],
                thread=talk.thread, people=talk.people, link=one.link, reactions=one.reactions,
            )  # fmt: skip
        for uri in dict.fromkeys(uri for one in talk.messages for uri in one.attachments):
            found = at.take(uri)
            if found:
                yield copied(found, f"{service}/{as_name(talk.title)}/{found.base}")

    yield from each(tree, list(tree.ending(".json")), read)
    for entry in at.left():
        if entry.extension != ".json":
            yield copied(entry, f"Messages/{entry.folder.rpartition('/')[2]}/{entry.base}")


class _Places:
    """Files by the end of their names: an archive says `messages/inbox/…`, and lies below a folder of another year's name."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.by_base: dict[str, list[Entry]] = {}
        for entry in entries:
            self.by_base.setdefault(entry.base, []).append(entry)
        self.taken: set[str] = set()

    def find(self, uri: str) -> Entry | None:
        steps = uri.split("/")
        likely = self.by_base.get(steps[-1], [])
        return max(likely, key=lambda entry: _common(entry.name.split("/"), steps), default=None)

    def take(self, uri: str) -> Entry | None:
        found = self.find(uri)
        if found is None or found.name in self.taken:
            return None
        self.taken.add(found.name)
        return found

    def left(self) -> Iterator[Entry]:
        return (
            entry for entries in self.by_base.values() for entry in entries if entry.name not in self.taken
        )


def _common(one: list[str], other: list[str]) -> int:
    count = 0
    for left, right in zip(reversed(one), reversed(other), strict=False):
        if left != right:
            break
        count += 1
    return count


WHATSAPP = Format(name="whatsapp", title="WhatsApp", recognise=_recognise_whatsapp, items=_whatsapp_items)
META = Format(
    name="meta.messages",
    title="Facebook and Instagram messages",
    recognise=_recognise_meta,
    items=_meta_items,
)
FORMATS = (META, WHATSAPP)
