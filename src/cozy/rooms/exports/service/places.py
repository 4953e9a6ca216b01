"""Places that the owner named for backups: where, how often, and when the last one was made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import msgspec
from msgspec import Struct

from cozy.kernel.clock import iso, parse
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.accounts import service as accounts
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import NoDocument
from cozy.rooms.documents.model import Document
from cozy.rooms.files import service as files
from cozy.rooms.jobs import service as jobs
from cozy.rooms.notifications.ports import Backup
from cozy.rooms.permissions import service as permissions

from .. import store
from ..errors import NoPlace, TooManyPlaces
from ..events import BackupDue
from ..model import EVERY, PLACES, By, Often, Place
from .disk import Disk
from .s3 import S3
from .webdav import Webdav

WORKER = "backup"
_ACCOUNT = "cozy-backup"  # the type of their accounts
_MOST = 5


Shelf = Webdav | S3 | Disk


class KeptPlace(Struct, frozen=True):
    """A place with its id."""

    id: str
    body: Place


def all_(work: Work) -> list[KeptPlace]:
    """The places, the newest first. Raises NobodyIn, NotAllowed."""
    permissions.guard(work, "GET", PLACES, None, None)
    return _all(work)


def _all(work: Work) -> list[KeptPlace]:
    return [_read(each) for each in store.places(work)]


def one(work: Work, id_: str) -> KeptPlace:
    """A place that the caller may see. Raises NoPlace, NobodyIn, NotAllowed."""
    permissions.guard(work, "GET", PLACES, {id_}, None)
    return fetch(work, id_)


def fetch(work: Work, id_: str) -> KeptPlace:
    """The same, asked by the program itself. Raises NoPlace."""
    return _read(_document(work, id_))


def _document(work: Work, id_: str) -> Document:
    try:
        return documents.fetch(work, PLACES, id_)
    except NoDocument as error:
        raise NoPlace(id=id_) from error


def _read(document: Document) -> KeptPlace:
    return KeptPlace(document.id, msgspec.convert(dict(document.body), Place))


def shelf(house: House, place: Place, login: str, password: str) -> Shelf:
    """The folder of a place, opened with this."""
    if place.by == "s3":
        return S3(house, place.url, login, password, place.region)
    if place.by == "disk":
        return Disk(house.settings, place.url)
    return Webdav(house, place.url, login, password)


def add(
    work: Work, url: str, login: str, password: str, often: Often, by: By = "webdav", region: str = ""
) -> KeptPlace:
    """Another place; the first backup begins at once. Raises TooManyPlaces, NobodyIn, NotAllowed. Publishes BackupDue."""
    permissions.guard(work, "POST", PLACES, None, None)
    if len(_all(work)) >= _MOST:
        raise TooManyPlaces
    secrets = {"login": login, "password": password, "url": url}
    account = accounts.create(work, {"account_type": _ACCOUNT, "auth": secrets})
    now = iso(work.now)
    body = Place(url=url, account=account.id, by=by, region=region, every=often, created_at=now, due_at=now)
    made = _read(documents.create(work, PLACES, msgspec.to_builtins(body)))
    work.publish(BackupDue(made.id, now))
    return made


def opened(work: Work, house: House, place: Place) -> Shelf:
    """The folder of a place. Raises NoPlace where its account is gone, or is another one."""
    try:
        account = accounts.fetch(work, place.account)
    except NoDocument as error:
        raise NoPlace from error
    if account.body.get("account_type") != _ACCOUNT:
        raise NoPlace
    auth = accounts.secrets.opened(work, account.body).get("auth", {})
    return shelf(house, place, str(auth.get("login", "")), str(auth.get("password", "")))


def change(work: Work, id_: str, how: Callable[[Place], None]) -> KeptPlace:
    """Change one. Raises NoPlace."""
    document = _document(work, id_)
    body = _read(document).body
    how(body)
    return _read(documents.update(work, document, msgspec.to_builtins(body)))


def due(work: Work, id_: str, at: str) -> None:
    """The time of a backup has come, unless another time was set since, or it is being made."""
    try:
        place = fetch(work, id_).body
    except NoPlace:
        return
    if place.due_at == at and place.state != "running":
        push(work, id_)


def begin(work: Work, id_: str) -> None:
    """Make a backup now; one that is being made, or whose process is gone, stops for it. Raises NoPlace, NobodyIn, NotAllowed."""
    permissions.guard(work, "PUT", PLACES, {id_}, None)
    push(work, id_)


def push(work: Work, id_: str) -> None:
    """Ask for the job."""

    def running(body: Place) -> None:
        body.state, body.why, body.done, body.planned = "running", "", 0, 0

    change(work, id_, running)
    jobs.running.push(work, jobs.running.Asked(worker=WORKER, message={"place": id_}, is_manual=True))


def go_on(work: Work) -> None:
    """Ask again for the backups that nobody makes any more: their job was called off, or given up."""
    if jobs.running.is_any(work, WORKER):
        return
    for each in _all(work):
        if each.body.state == "running":
            push(work, each.id)


def plan(work: Work, id_: str, after: timedelta) -> str:
    """When the next backup is due. Publishes BackupDue, then."""
    at = work.now + after
    work.plan(BackupDue(id_, iso(at)), at)
    return iso(at)


def remove(work: Work, id_: str) -> None:
    """Forget a place and its password; what lies there stays. One that is gone is fine. Raises NobodyIn, NotAllowed."""
    permissions.guard(work, "DELETE", PLACES, {id_}, None)
    try:
        document = _document(work, id_)
    except NoPlace:
        return
    documents.delete(work, document)
    files.holding.let_go(work, holder(id_))
    try:
        accounts.remove(work, accounts.fetch(work, _read(document).body.account))
    except NoDocument:
        return


def holder(id_: str) -> str:
    """Who holds contents while a backup is made."""
    return f"backup:{id_}"


def planned(work: Work) -> Sequence[Backup]:
    """As notifications want to know it, to tell of what was missed."""
    return [
        Backup(
            id=each.id, name=each.body.host, made_at=parse(each.body.made_at or each.body.created_at), every=EVERY[each.body.every],
            link=f"/my/leave/places/{each.id}",
        )
        for each in _all(work)
    ]  # fmt: skip
