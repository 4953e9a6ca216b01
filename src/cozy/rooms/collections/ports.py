"""What collections ask of the rooms above: which kinds there are, and what their texts say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from cozy.kernel.work import Work

from .model import Collection, Entry, Reading


class Kind(Protocol):
    """A kind of collections, such as calendars, and the format of its texts."""

    @property
    def name(self) -> str:
        """As in addresses: `calendars`."""
        ...

    @property
    def collections(self) -> str:
        """The doctype of the collections themselves."""
        ...

    @property
    def doctypes(self) -> tuple[str, ...]:
        """The doctypes of items; documents of apps land in the default collection."""
        ...

    @property
    def members(self) -> frozenset[str]:
        """The members of a document that its text speaks of: a new text replaces or removes them all."""
        ...

    @property
    def extension(self) -> str:
        """How names end: `.ics`."""
        ...

    @property
    def media_type(self) -> str:
        """Of the texts: `text/calendar`."""
        ...

    @property
    def default(self) -> str:
        """The id of the collection that is always there."""
        ...

    @property
    def components(self) -> tuple[str, ...]:
        """What its collections may hold."""
        ...

    def first(self, work: Work) -> dict[str, Any]:
        """The members of the default collection, while nobody wrote any."""
        ...

    def parse(self, text: str) -> Reading:
        """One item from outside, checked. Large values are markers already (`inline`). Raises BadText."""
        ...

    def settle(self, work: Work, reading: Reading, current: Mapping[str, Any] | None) -> Reading:
        """The same reading, as it is to be written over the members that there were: what only the home knows is added."""
        ...

    def read(self, work: Work, doctype: str, id_: str, body: Mapping[str, Any]) -> Reading | None:
        """A document of which the members count: its text, merged with the original where there is one.

        None for one that phones are not to see. Raises BadText where nothing can be made of it.
        """
        ...

    def is_copy(self, work: Work, collection: Collection) -> bool:
        """Whether all that is in a collection comes from another place, and would from there again."""
        ...

    def closed(self, work: Work, collection: str) -> None:
        """A collection was deleted: what lets others look at it ends, and does not begin again should it come back."""
        ...

    def indexed(self, work: Work, entry: Entry, reading: Reading | None) -> None:
        """An item was written, or is gone where there is no reading: the kind's own indexes follow."""
        ...
