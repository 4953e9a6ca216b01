"""Kinds of documents in plain words, wherever a page says who may do what with them."""

from __future__ import annotations

from collections.abc import Collection

from cozy.ui.words import N_, Words

# doctype: what it is for the person who owns it, and an icon
_KINDS: dict[str, tuple[str, str]] = {
    "*": (N_("Everything in your home"), "house"),
    "com.bitwarden.ciphers": (N_("Your passwords"), "key-round"),
    "com.bitwarden.contacts": (N_("People you share passwords with"), "users-round"),
    "com.bitwarden.folders": (N_("The folders of your passwords"), "key-round"),
    "com.bitwarden.organizations": (N_("Shared passwords"), "key-round"),
    "com.bitwarden.profiles": (N_("The settings of your passwords"), "key-round"),
    "io.cozy.accounts": (N_("Your accounts elsewhere"), "circle-user-round"),
    "io.cozy.ai.chat.assistants": (N_("Your assistants"), "sparkles"),
    "io.cozy.ai.chat.conversations": (N_("What you said to an assistant"), "sparkles"),
    "io.cozy.apps": (N_("Your applications"), "layout-grid"),
    "io.cozy.apps.suggestions": (N_("Applications that are proposed to you"), "layout-grid"),
    "io.cozy.auth.email": (N_("Your mail address"), "mail"),
    "io.cozy.auth.identity": (N_("That it is you"), "user-round-check"),
    "io.cozy.auth.profile": (N_("Your name, language and time zone"), "user-round"),
    "io.cozy.bank": (N_("Your bank accounts and what passes through them"), "landmark"),
    "io.cozy.bank.accounts": (N_("Your bank accounts"), "landmark"),
    "io.cozy.bank.operations": (N_("What passes through your bank accounts"), "landmark"),
    "io.cozy.bank.recipients": (N_("Whom you pay"), "landmark"),
    "io.cozy.bills": (N_("Your bills"), "receipt-text"),
    "io.cozy.calendar": (N_("Your calendar"), "calendar-days"),
    "io.cozy.calendar.events": (N_("Your calendar"), "calendar-days"),
    "io.cozy.certified.carbon_copy": (N_("Certified copies of documents"), "badge-check"),
    "io.cozy.certified.electronic_safe": (N_("Documents from an electronic safe"), "badge-check"),
    "io.cozy.contacts": (N_("Your contacts"), "contact-round"),
    "io.cozy.contacts.groups": (N_("The groups of your contacts"), "users-round"),
    "io.cozy.doctypes": (N_("Which kinds of documents you have"), "shapes"),
    "io.cozy.exports": (N_("Copies of your home to take away"), "package"),
    "io.cozy.files": (N_("Your files and photos"), "folder"),
    "io.cozy.files.versions": (N_("Earlier versions of your files"), "history"),
    "io.cozy.identities": (N_("Your identity papers"), "id-card"),
    "io.cozy.jobs": (N_("Work that your home does by itself"), "cog"),
    "io.cozy.konnectors": (N_("Connectors that fetch your data"), "plug"),
    "io.cozy.notes": (N_("Your notes"), "notebook-pen"),
    "io.cozy.notifications": (N_("What you are told about"), "bell"),
    "io.cozy.oauth.clients": (N_("Your devices"), "monitor-smartphone"),
    "io.cozy.permissions": (N_("Who can see what"), "eye"),
    "io.cozy.photos.albums": (N_("Your albums"), "images"),
    "io.cozy.sessions": (N_("Where you are connected"), "monitor-smartphone"),
    "io.cozy.sessions.logins": (N_("When and where you came in"), "log-in"),
    "io.cozy.settings": (N_("The settings of your home"), "settings"),
    "io.cozy.sharings": (N_("What you share, and with whom"), "users-round"),
    "io.cozy.support": (N_("Messages to the people who host you"), "life-buoy"),
    "io.cozy.tags": (N_("Your labels"), "tag"),
    "io.cozy.terms": (N_("The terms that you agreed to"), "scroll-text"),
    "io.cozy.timeseries.geojson": (N_("Your trips"), "route"),
    "io.cozy.timeseries": (N_("What your devices measured over time"), "chart-line"),
    "io.cozy.todos": (N_("Your to-do lists"), "list-todo"),
    "io.cozy.triggers": (N_("When your home does work by itself"), "alarm-clock"),
}
_SETTINGS = (N_("Settings of an application"), "settings")
_OUTSIDE = (N_("A service outside your home"), "globe")
_OTHER = (N_("Documents of the kind %(kind)s"), "file")
_VERBS = (
    (N_("see"), {"GET"}),
    (N_("add"), {"POST"}),
    (N_("change"), {"PUT", "PATCH"}),
    (N_("delete"), {"DELETE"}),
)


def named(said: Words, doctype: str) -> str:
    """What a doctype, or a family of them as `io.cozy.bank.*`, is in the reader's language."""
    label, _ = _kind(doctype)
    return said.gettext(label, kind=doctype) if label == _OTHER[0] else said.gettext(label)


def icon_of(doctype: str) -> str:
    """The icon that stands beside it."""
    return _kind(doctype)[1]


def allowed(said: Words, verbs: Collection[str]) -> str:
    """What may be done with it: `see, add`."""
    return ", ".join(said.gettext(word) for word, meant in _VERBS if meant & set(verbs))


def _kind(doctype: str) -> tuple[str, str]:
    name = doctype.removesuffix(".*")
    if name in _KINDS:
        return _KINDS[name]
    if name.endswith(".settings"):
        return _SETTINGS
    return _OUTSIDE if name.startswith(("cc.cozycloud.", "eu.mycozy.")) else _OTHER
