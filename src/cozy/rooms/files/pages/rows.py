"""A file as lists and previews show it: its kind, its picture, its address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from cozy.kernel.clock import parse
from cozy.ui import Words
from cozy.ui.leave import Seen

from ..service import File, looks
from ..service.views import is_favourite
from .door import url_of


class Row(Struct, frozen=True):
    """One line of a list."""

    id: str
    name: str
    href: str
    kind: str
    at: datetime
    size: int | None
    thumb: str
    note: str
    favourite: bool
    who: Seen = Seen()

    @property
    def picture(self) -> str:
        """The address of a picture of it as large as a tile."""
        return self.thumb.replace("/picture/128-", "/picture/512-")


def row(file: File, note: str = "", who: Seen = Seen()) -> Row:
    """The line of a file or folder; note: what to say below its name in place of its date; who: sees it."""
    size = None if file.is_folder else file.size
    at = parse(file.updated_at)
    return Row(
        file.id,
        file.name,
        url_of(file),
        looks.kind_of(file),
        at,
        size,
        thumb_of(file),
        note,
        is_favourite(file),
        who,
    )


def rows(
    files: Sequence[File], counts: Mapping[str, int], words: Words, seen: Callable[[File], Seen]
) -> list[Row]:
    """The lines of a folder; counts: how many items its folders hold; seen: by whom."""

    def holds(file: File) -> str:
        if not file.is_folder:
            return ""
        number = counts[file.id]
        return (
            words.ngettext("%(num)s item", "%(num)s items", number)
            if number
            else words.gettext("Nothing in it")
        )

    return [row(file, holds(file), seen(file)) for file in files]


def thumb_of(file: File) -> str:
    """The address of a small picture of it; "" when it has none. It changes with the content, so it may be kept."""
    return f"/my/file/{file.id}/picture/128-{file.sha256[:12]}" if looks.has_picture(file) else ""
