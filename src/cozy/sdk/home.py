"""Home, as a connector has it: where to put files and bills, and what it knew at the end of its last run."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from . import names
from .content import Content
from .errors import DiskFull, NoFolder
from .keeping import About, Entry, Keeper
from .memory import Memory
from .telling import say
from .texts import Text, said
from .web import Tape, Web

_DRY = 10  # things that a dry run finds before it has seen enough
_IN_TIME_S = 15.0  # seconds before its end at which a run stops by itself
_TAKEN = 100  # names that are tried
_STATE_EVERY_S = 20.0


class Enough(BaseException):
    """The run ends here, and well: the time is over, or a dry run has shown what it would do. Not for connectors to catch."""


@dataclass(slots=True)
class Tally:
    """What a run did."""

    files: int = 0  # new
    updated: int = 0
    bills: int = 0
    known: int = 0  # there already

    @property
    def total(self) -> int:
        """Things that are new, of any kind."""
        return self.files + self.updated + self.bills


class Home:
    """The home, in one run for one account. state: a dict of the connector's own, kept from run to run."""

    def __init__(
        self, keeper: Keeper, folder_id: str, *, locale: str = "en", account_id: str = "", login: str = "", slug: str = "",
        dry_run: bool = False, until: float | None = None, tape: Tape | None = None, state: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self._keeper, self._memory = keeper, Memory(keeper)
        self._root, self._account_id, self._login, self._slug = folder_id, account_id, login, slug
        self._until, self._tape = until, tape
        self._folders: dict[str, str] = {"": folder_id}
        self._listed: dict[str, dict[str, Entry]] = {}
        self._noted_at = time.monotonic()
        self._visitors: list[Web] = []
        self.locale, self.dry_run = locale, dry_run
        self.state: dict[str, Any] = dict(state or {})
        self.tally = Tally()
        self.web = self.visitor()

    def visitor(self, **options: Any) -> Web:
        """Another client of the web: with a login, or headers of its own. It hangs up at the end of the run."""
        web = Web(tape=self._tape, **options)
        self._visitors.append(web)
        return web

    def close(self) -> None:
        """The run is over."""
        for web in self._visitors:
            web.close()

    def word(self, text: Text) -> str:
        """A text in the owner's language."""
        return said(text, self.locale)

    def look_at_the_clock(self) -> None:
        """End the run, well, where its time is nearly over; to be called where much is looked at and little is saved."""
        self._tick()

    def tell(self, message: str) -> None:
        """Say something to whoever looks into this run; never what a field holds."""
        say("info", message)

    def is_known(self, source: str, version: str = "") -> bool:
        """Whether this very version of something was brought before."""
        known = self._memory.version(source)
        if known is None or known != version:
            return False
        self.tally.known += 1
        return True

    def skip(self, source: str, version: str = "") -> None:
        """Remember something as seen, though nothing of it is kept."""
        if not self.dry_run:
            self._memory.note(source, version, self._memory.file(source))

    def version(self, source: str) -> str | None:
        """The version that was noted last of something, None for never."""
        return self._memory.version(source)

    def save_file(
        self, name: str, content: bytes | Iterable[bytes], *, source: str, version: str = "", folder: str = "",
        date: datetime | None = None, mime: str = "",
    ) -> str:  # fmt: skip
        """Put a file into the home, and give its id; "" when there is nothing new about it, or in a dry run.

        source: what it is at the service, the same at every run; version: changes when the content does; folder: a path
        in the folder of the account, made where it is not there. What the owner renamed, moved or threw away stays so; the
        same content under whatever name in that folder is not brought again; a new version becomes the next one of the file.
        Raises NoFolder, DiskFull.
        """
        self._tick()
        if self.is_known(source, version):
            return ""
        if self.dry_run:
            return self._shown(f"{folder}/{name}".lstrip("/"))
        held = Content(content)
        try:
            about = About(
                mime=mime, date=_spelled(date), account=self._account_id, login=self._login, source=source,
            )  # fmt: skip
            file_id = self._saved(names.clean(name), held, about, source, folder)
        finally:
            held.close()
        self._memory.note(source, version, file_id)
        return file_id

    def save_bill(
        self, name: str, content: bytes | Iterable[bytes], *, source: str, vendor: str, date: date, amount: float,
        currency: str = "EUR", folder: str = "", mime: str = "application/pdf", **more: Any,
    ) -> str:  # fmt: skip
        """Put a bill into the home: its file, and a document that says who wants how much, and since when. The file's id, or "".

        more: members of io.cozy.bills besides. The same vendor, date and amount is the same bill.
        """
        day = datetime(date.year, date.month, date.day, tzinfo=UTC)
        is_new = self._memory.version(source) is None
        file_id = self.save_file(name, content, source=source, folder=folder, date=day, mime=mime)
        if self.dry_run or not is_new or not file_id:
            return file_id
        same = {"vendor": vendor, "date": _spelled(day), "amount": amount}
        if not self._keeper.bills(same):
            self._keeper.put_bill(
                {
                    **same, "currency": currency, "filename": names.clean(name), "invoice": f"io.cozy.files:{file_id}", **more,
                    "cozyMetadata": self._metadata(),
                }
            )  # fmt: skip
            self.tally.bills += 1
        return file_id

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """A block at whose end, good or bad, what is known is written down."""
        try:
            yield
        finally:
            self.note()

    def note(self) -> None:
        """Write down what was brought, and the state, so that the next run goes on from here."""
        if not self.dry_run:
            self._memory.write()
            self._keeper.remember({"state": self.state})
        self._noted_at = time.monotonic()

    def _tick(self) -> None:
        """Raises Enough when the time is over."""
        if self._until is not None and time.monotonic() > self._until - _IN_TIME_S:
            self.tell("The time of this run is over; the next one goes on from here.")
            raise Enough
        if time.monotonic() - self._noted_at > _STATE_EVERY_S:
            self._memory.write()
            self._noted_at = time.monotonic()

    def _shown(self, path: str) -> str:
        self.tally.files += 1
        self.tell(f"Would bring {path}")
        if self.tally.files >= _DRY:
            raise Enough
        return ""

    def _saved(self, name: str, held: Content, about: About, source: str, folder: str) -> str:
        before = self._memory.file(source)
        if before and self._keeper.overwrite(before, held, about):
            self.tally.updated += 1
            return before
        folder_id = self._folder(folder)
        if known := self._same(folder_id, held):
            return known
        for number in range(1, _TAKEN):
            tried = name if number == 1 else names.numbered(name, number)
            if tried in self._entries(folder_id):
                continue
            if made := self._keeper.put(folder_id, tried, held, about):
                self._entries(folder_id)[tried] = made
                self.tally.files += 1
                return made.id
            del self._listed[folder_id]  # somebody was quicker, who may have put this very file there
            if known := self._same(folder_id, held):
                return known
        raise DiskFull("NAMES", detail=f"{name} is taken a hundred times")

    def _same(self, folder_id: str, held: Content) -> str:
        """The id of a file with this content in a folder; "" for none."""
        for entry in self._entries(folder_id).values():
            if entry.md5 == held.md5:
                self.tally.known += 1
                return entry.id
        return ""

    def _folder(self, path: str) -> str:
        """The id of a folder below the account's, made where it is not there."""
        path = "/".join(names.clean(part, "folder") for part in path.split("/") if part.strip())
        if path in self._folders:
            return self._folders[path]
        above, _, name = path.rpartition("/")
        parent = self._folder(above)
        there = self._entries(parent)
        for number in range(1, _TAKEN):
            tried = name if number == 1 else names.numbered(name, number)
            found = there.get(tried)
            if found is None:
                found = there[tried] = self._keeper.make_folder(parent, tried)
            if found.is_folder:
                self._folders[path] = found.id
                return found.id
        raise NoFolder

    def _entries(self, folder_id: str) -> dict[str, Entry]:
        if folder_id not in self._listed:
            self._listed[folder_id] = {entry.name: entry for entry in self._keeper.children(folder_id)}
        return self._listed[folder_id]

    def _metadata(self) -> dict[str, Any]:
        now = _spelled(datetime.now(UTC))
        return {
            "doctypeVersion": 1, "metadataVersion": 1, "createdAt": now, "updatedAt": now, "createdByApp": self._slug,
            "sourceAccount": self._account_id, "sourceAccountIdentifier": self._login,
        }  # fmt: skip


def _spelled(moment: datetime | None) -> str:
    if moment is None:
        return ""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
