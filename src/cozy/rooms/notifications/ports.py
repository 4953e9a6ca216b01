"""What notifications ask of the rooms above, and of who knows words: kinds, languages, apps, backups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from msgspec import Struct

from cozy.kernel.work import Work

from .model import Rule


class Words(Protocol):
    """One language."""

    @property
    def locale(self) -> str:
        """Its name: `fr`."""
        ...

    def gettext(self, message: str, /, **values: object) -> str:
        """The sentence in this language."""
        ...

    def ngettext(self, one: str, many: str, num: int, /, **values: object) -> str:
        """The sentence for that many."""
        ...


class Tongue(Protocol):
    """Knows the languages. One is plugged."""

    def __call__(self, locale: str) -> Words:
        """A language by its name."""
        ...


class Said(Struct, frozen=True):
    """What people read."""

    title: str
    text: str = ""


class Kind(Struct, frozen=True, kw_only=True):
    """A kind of notices, plugged by the room that has the words for it.

    label: a msgid, of its line in the preferences. say: the words of one, in a language, out of the values of its notice.
    is_safety: about who gets into the home: mailed at once, whatever was chosen and whatever the hour. rule: how it is told
    unless the owner chose otherwise.
    """

    name: str
    label: str
    icon: str
    say: Callable[[Words, Mapping[str, Any]], Said]
    rule: Rule = Rule()
    is_safety: bool = False
    at_most_every: timedelta = timedelta()


class Properties(Struct, frozen=True):
    """What an app announces of one category of its notifications (cozy-stack docs/notifications.md). min_interval: in nanoseconds."""

    description: str = ""
    collapsible: bool = False
    multiple: bool = False
    stateful: bool = False
    default_priority: str = ""
    min_interval: int = 0


class Teller(Struct, frozen=True):
    """An app that may send notifications."""

    slug: str
    name: str


class Apps(Protocol):
    """Knows what apps announced. One is plugged."""

    def announced(
        self, work: Work, kind: Literal["app", "konnector"], slug: str
    ) -> Mapping[str, Properties] | None:
        """Its categories, None where its manifest has none. Raises NotFound when there is no such app."""
        ...

    def tellers(self, work: Work, locale: str) -> Sequence[Teller]:
        """The apps and connectors that announced any, by name."""
        ...


class Backup(Struct, frozen=True, kw_only=True):
    """A backup that the owner planned: where it goes, when the last was made or the first was planned, how often there is one."""

    id: str
    name: str
    made_at: datetime
    every: timedelta
    link: str  # of the page about it


class Backups(Protocol):
    """Knows of backups that the owner planned: plugged by the room that makes them."""

    def __call__(self, work: Work) -> Sequence[Backup]:
        """All of them."""
        ...
