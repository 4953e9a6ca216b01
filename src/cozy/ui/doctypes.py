"""What people call the kinds of documents that an app, a device or a link may ask for. One table; the rest keeps its own name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from cozy.ui import formats
from cozy.ui.words import N_, NN_, Words


class Called(Struct, frozen=True):
    """One kind, said in one language."""

    yours: str  # "your contacts", as what somebody may see or change
    icon: str
    place: int  # what matters most to people comes first
    is_own: bool  # what people keep, rather than how the home works
    counts: tuple[str, str]
    words: Words
    doctype: str

    def counted(self, number: int) -> str:
        """12 contacts."""
        said = formats.number(number, self.words.locale)
        return self.words.ngettext(*self.counts, number, num=said, doctype=self.doctype)


Row = tuple[str, str, tuple[str, str]]

# A doctype stands for what is below it, too: io.cozy.bank for io.cozy.bank.operations.
KINDS: Mapping[str, Row] = {
    "*": (N_("everything in your home"), "house", NN_("%(num)s document", "%(num)s documents")),
    "io.cozy.files": (N_("your files"), "folder", NN_("%(num)s file", "%(num)s files")),
    "io.cozy.files.versions": (
        N_("earlier versions of your files"), "history", NN_("%(num)s earlier version", "%(num)s earlier versions"),
    ),
    "io.cozy.photos": (N_("your photo albums"), "images", NN_("%(num)s album", "%(num)s albums")),
    "io.cozy.contacts": (N_("your contacts"), "contact-round", NN_("%(num)s contact", "%(num)s contacts")),
    "io.cozy.contacts.groups": (
        N_("your groups of contacts"), "users-round", NN_("%(num)s group", "%(num)s groups"),
    ),
    "io.cozy.calendar": (N_("your calendars"), "calendar", NN_("%(num)s event", "%(num)s events")),
    "io.cozy.calendars": (N_("your calendars"), "calendar", NN_("%(num)s calendar", "%(num)s calendars")),
    "io.cozy.todos": (N_("your to-do lists"), "list-todo", NN_("%(num)s task", "%(num)s tasks")),
    "io.cozy.calendar.journals": (N_("your dated notes"), "notebook-pen", NN_("%(num)s dated note", "%(num)s dated notes")),
    "io.cozy.notes": (N_("your notes"), "notebook-pen", NN_("%(num)s note", "%(num)s notes")),
    "com.bitwarden": (N_("your passwords"), "key-round", NN_("%(num)s password", "%(num)s passwords")),
    "io.cozy.accounts": (
        N_("your accounts at other services"), "id-card", NN_("%(num)s account", "%(num)s accounts"),
    ),
    "io.cozy.connectors": (
        N_("what was fetched before"), "history",
        NN_("%(num)s note of what was fetched", "%(num)s notes of what was fetched"),
    ),
    "io.cozy.bank": (
        N_("your bank accounts"), "landmark",
        NN_("%(num)s bank transaction", "%(num)s bank transactions"),
    ),
    "io.cozy.bills": (N_("your bills"), "receipt", NN_("%(num)s bill", "%(num)s bills")),
    "io.cozy.identities": (
        N_("your name, addresses and papers"), "id-card", NN_("%(num)s detail about you", "%(num)s details about you"),
    ),
    "io.cozy.timeseries": (
        N_("your measurements and journeys"), "chart-line", NN_("%(num)s measurement", "%(num)s measurements"),
    ),
    "io.cozy.ai": (
        N_("your talks with the assistant"), "messages-square", NN_("%(num)s message", "%(num)s messages"),
    ),
    "io.cozy.auth.profile": (
        N_("your name, language and time zone"), "user-round", NN_("%(num)s detail about you", "%(num)s details about you"),
    ),
    "io.cozy.auth.email": (
        N_("your mail address"), "mail", NN_("%(num)s detail about you", "%(num)s details about you"),
    ),
    "io.cozy.auth.identity": (
        N_("that it is you"), "user-round", NN_("%(num)s detail about you", "%(num)s details about you"),
    ),
    "io.cozy.certified": (
        N_("certified copies of your papers"), "shield-check", NN_("%(num)s certified copy", "%(num)s certified copies"),
    ),
    "io.cozy.exports": (
        N_("copies of your home to take away"), "download", NN_("%(num)s copy", "%(num)s copies"),
    ),
    "io.cozy.sharings": (N_("what you share, and with whom"), "share-2", NN_("%(num)s sharing", "%(num)s sharings")),
    "io.cozy.permissions": (N_("the leave that you give"), "eye", NN_("%(num)s grant", "%(num)s grants")),
    "io.cozy.sessions.logins": (
        N_("your log-ins"), "log-in", NN_("%(num)s log-in", "%(num)s log-ins"),
    ),
    "io.cozy.oauth.clients": (
        N_("your devices"), "monitor-smartphone", NN_("%(num)s device", "%(num)s devices"),
    ),
    "io.cozy.settings": (N_("your settings"), "settings", NN_("%(num)s setting", "%(num)s settings")),
    "io.cozy.apps": (N_("your apps"), "layout-grid", NN_("%(num)s app", "%(num)s apps")),
    "io.cozy.konnectors": (N_("your connectors"), "plug", NN_("%(num)s connector", "%(num)s connectors")),
    "io.cozy.notifications": (
        N_("your notifications"), "bell", NN_("%(num)s notification", "%(num)s notifications"),
    ),
    "io.cozy.jobs": (
        N_("work in the background"), "clock", NN_("%(num)s piece of work", "%(num)s pieces of work"),
    ),
    "io.cozy.triggers": (
        N_("what runs by itself"), "alarm-clock", NN_("%(num)s scheduled piece of work", "%(num)s scheduled pieces of work"),
    ),
    "io.cozy.apps.suggestions": (
        N_("the apps that are proposed to you"), "layout-grid", NN_("%(num)s proposal", "%(num)s proposals"),
    ),
    "io.cozy.terms": (
        N_("the terms that you agreed to"), "scroll-text", NN_("%(num)s document", "%(num)s documents"),
    ),
    "io.cozy.support": (
        N_("messages to the people who host you"), "mail", NN_("%(num)s message", "%(num)s messages"),
    ),
    "cc.cozycloud": (
        N_("services outside of your home"), "globe", NN_("%(num)s request", "%(num)s requests"),
    ),
    "eu.mycozy": (
        N_("services outside of your home"), "globe", NN_("%(num)s request", "%(num)s requests"),
    ),
    "io.cozy.remote.requests": (
        N_("requests to other services"), "globe", NN_("%(num)s request", "%(num)s requests"),
    ),
    "io.cozy.tags": (N_("your labels"), "tag", NN_("%(num)s label", "%(num)s labels")),
    "io.cozy.doctypes": (
        N_("the list of what your home holds"), "list", NN_("%(num)s kind of document", "%(num)s kinds of documents"),
    ),
}  # fmt: skip

OTHERS = NN_("%(num)s document kept as “%(doctype)s”", "%(num)s documents kept as “%(doctype)s”")

# Single documents, and work of one kind, that many apps ask for.
SINGLE: Mapping[tuple[str, str], str] = {
    ("io.cozy.settings", "io.cozy.settings.instance"): N_("your name, language and address"),
    ("io.cozy.settings", "instance"): N_("your name, language and address"),
    ("io.cozy.settings", "io.cozy.settings.disk-usage"): N_("how much room is taken"),
    ("io.cozy.settings", "disk-usage"): N_("how much room is taken"),
    ("io.cozy.settings", "io.cozy.settings.capabilities"): N_("what this home can do"),
    ("io.cozy.settings", "io.cozy.settings.flags"): N_("which functions are on"),
    ("io.cozy.settings", "flags"): N_("which functions are on"),
    ("io.cozy.settings", "io.cozy.settings.context"): N_("what this host offers"),
    ("io.cozy.settings", "context"): N_("what this host offers"),
    ("io.cozy.jobs", "sendmail"): N_("sending mail in your name"),
    ("io.cozy.jobs", "service"): N_("its own services"),
    ("io.cozy.jobs", "konnector"): N_("starting connectors"),
    ("io.cozy.jobs", "thumbnail"): N_("drawing small pictures"),
    ("io.cozy.jobs", "zip"): N_("making archives"),
    ("io.cozy.jobs", "unzip"): N_("unpacking archives"),
    ("io.cozy.jobs", "client"): N_("work of your devices"),
    ("io.cozy.triggers", "service"): N_("its own services"),
    ("io.cozy.triggers", "konnector"): N_("starting connectors"),
}
"""What one document, or one kind of work, is in words: (doctype, id or worker)."""

VERBS = {"see": N_("see"), "add": N_("add"), "change": N_("change"), "delete": N_("delete")}
_PLACES = {doctype: place for place, doctype in enumerate(KINDS)}
_WORKINGS = _PLACES["io.cozy.settings"]  # from here on in the table


def called(words: Words, doctype: str) -> Called:
    """What a doctype, perhaps with a wildcard (`io.cozy.bank.*`), is called."""
    name = doctype.removesuffix(".*")
    name = "io.cozy.settings" if name.endswith(".settings") else name
    known = next((above for above in _upwards(name) if above in KINDS), "")
    if known:
        yours, icon, counts = KINDS[known]
        return Called(
            words.gettext(yours), icon, _PLACES[known], _PLACES[known] < _WORKINGS, counts, words, name
        )
    own = words.gettext("what is kept as “%(doctype)s”", doctype=name)
    return Called(own, "file-box", len(KINDS), True, OTHERS, words, name)


def single(words: Words, doctype: str, value: str, name: str = "") -> str:
    """What one document is called: by the table, by its own name, else by its id."""
    known = SINGLE.get((doctype, value), "")
    return words.gettext(known) if known else name or value


def verbs(words: Words, names: Iterable[str]) -> list[str]:
    """see, add, change, delete, in that order and in this language."""
    wanted = set(names)
    return [words.gettext(said) for name, said in VERBS.items() if name in wanted]


def _upwards(doctype: str) -> list[str]:
    parts = doctype.split(".")
    return [".".join(parts[:length]) for length in range(len(parts), 1, -1)] if doctype != "*" else ["*"]
