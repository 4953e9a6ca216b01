"""The words of apps: what a manifest says, and what is made of it."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from cozy.rooms.permissions.model import Rule

Kind = Literal["app", "konnector"]
State = Literal["installing", "upgrading", "installed", "ready", "errored"]

APPS = "io.cozy.apps"
KONNECTORS = "io.cozy.konnectors"
DOCTYPES: Mapping[Kind, str] = {"app": APPS, "konnector": KONNECTORS}
MANIFESTS: Mapping[Kind, str] = {"app": "manifest.webapp", "konnector": "manifest.konnector"}


class Route(Struct, frozen=True):
    """Where files of an app answer. folder: of the app; index: the page at the route itself, "" for none."""

    folder: str = "/"
    index: str = ""
    public: bool = False  # for anybody, not only the owner


class Intent(Struct, frozen=True):
    """What an app does for other apps: an action on some types of documents, or of files (`image/*`)."""

    action: str = ""
    type: tuple[str, ...] = ()
    href: str = ""


class Service(Struct, frozen=True):
    """A script of an app that runs without anybody looking."""

    type: str = ""
    file: str = ""
    trigger: str = ""
    debounce: str = ""


class Terms(Struct, frozen=True):
    """What whoever installs an app agrees to."""

    url: str = ""
    version: str = ""


class Price(Struct, frozen=True):
    """What an app costs, in the smallest unit of the currency; 0 for nothing."""

    amount: Annotated[int, Meta(ge=0, le=100_000_000)] = 0
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = "EUR"
    period: Literal["once", "month"] = "once"


class Manifest(Struct, frozen=True, kw_only=True):
    """What we read of a manifest; the document of an app holds all that its author wrote."""

    name: str = ""
    name_prefix: str = ""
    editor: str = ""
    icon: str = ""
    version: str = ""
    type: str = ""
    short_description: str = ""
    long_description: str = ""
    client_url_flag: str = ""
    locales: Mapping[str, Mapping[str, Any]] = {}
    routes: Mapping[str, Route] = {}
    intents: tuple[Intent, ...] = ()
    services: Mapping[str, Service] = {}
    permissions: Mapping[str, Rule] = {}
    terms: Terms = Terms()
    price: Price = Price()
    screenshots: tuple[str, ...] = ()


class App(Struct, frozen=True, kw_only=True, dict=True):
    """An app, or a connector, of a home."""

    kind: Kind
    slug: str
    body: Mapping[str, Any]  # the members of its document: its manifest, its state and where it comes from
    rev: str = ""  # "" for one that is not installed
    folder: str = ""  # that it is read live from; "" for one that is installed

    @cached_property
    def manifest(self) -> Manifest:
        """What its manifest says."""
        return msgspec.convert(self.body, Manifest)

    @property
    def id(self) -> str:
        """The id of its document."""
        return f"{DOCTYPES[self.kind]}/{self.slug}"

    @property
    def state(self) -> State:
        """How far its installation is."""
        state: State = self.body.get("state", "ready")
        return state

    @property
    def is_usable(self) -> bool:
        """Whether it can be opened. While it is upgraded, what it was before still can.

        `installed` is what sleeps until it is opened; old versions of cozy-stack say so for `ready`.
        """
        return self.state in {"ready", "installed", "upgrading"}

    @property
    def source(self) -> str:
        """Where its files come from."""
        source: str = self.body.get("source", "")
        return source

    @property
    def available_version(self) -> str:
        """The version that waits until the owner agrees to what it asks for; "" for none."""
        version: str = self.body.get("available_version", "")
        return version

    @property
    def pack(self) -> str:
        """The key of its files on the host's shelf."""
        pack: str = self.body.get("pack", "")
        return pack

    def said(self, member: str, locale: str) -> str:
        """A text of its manifest (`name`, `short_description`…) in a language, else as its author wrote it."""
        text = self.manifest.locales.get(locale, {}).get(member) or getattr(self.manifest, member, "")
        return text if isinstance(text, str) else ""


class File(Struct, frozen=True):
    """A file of an app, as it is sent. forms: how to read it, packed in ways that browsers may take."""

    name: str
    tag: str  # changes with the content
    forms: Mapping[str, Callable[[], bytes]]  # "" for plain bytes, "gzip", "br"

    def plain(self) -> bytes:
        """What it holds."""
        return self.forms[""]() if "" in self.forms else gzip.decompress(self.forms["gzip"]())


class Asked(Struct, frozen=True):
    """What an address of an app's origin stands for."""

    app: App
    route: Route
    file: str  # path in the app: `/static/app.js`
    is_index: bool  # a page of the app: what `{{.Token}}` and its like are put into
