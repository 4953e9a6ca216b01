"""What links ask of rooms that know other ways to share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from cozy.kernel.work import Work


class Sharers(Protocol):
    """A part of the owner's dialog "Share", above the links: with people, say."""

    def __call__(self, work: Work, doctype: str, id_: str) -> tuple[str, Mapping[str, Any]] | None:
        """The template of the part, and what it shows, as `part`; None where it has nothing to offer for this document.

        It stands in no form: it brings its own. A form that leads back to the dialog, `/my/share/{kind}/{id}`, keeps it open.
        """
        ...
