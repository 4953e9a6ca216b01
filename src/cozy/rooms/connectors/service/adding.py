"""Adding an account: what the owner typed becomes an account, a folder, the leave for it, and a trigger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from cozy.kernel.work import Work
from cozy.rooms.accounts import service as accounts
from cozy.rooms.accounts.model import DESTINATION, LOCKED, is_secret
from cozy.rooms.apps.model import KONNECTORS, App
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import NoFile
from cozy.rooms.files.model import File
from cozy.rooms.homes import service as homes
from cozy.rooms.jobs import service as jobs
from cozy.rooms.jobs.service.triggers import Wanted
from cozy.rooms.permissions import service as permissions

from ..errors import BadChoice, BadFolder, BadNumber, LeftEmpty, NotByForm, TypeAgain
from ..model import EVERY, Every, Field, asked_of, fields_of, is_by_form, rhythm
from . import accounts as held
from . import folders, shipped
from .accounts import Account


class Typed(Struct, frozen=True):
    """What the owner typed. fields: by name, "" for nothing; folder: a path, made where it is not there."""

    fields: Mapping[str, str]
    folder: str
    every: Every


def add(work: Work, slug: str, typed: Typed) -> Account:
    """A new account; its first run is asked for at once.

    Raises NoConnector, NotByForm, LeftEmpty, BadChoice, BadNumber, BadFolder, and as files.create_path.
    """
    app = held.connector(work, slug)
    if not is_by_form(app.body):
        raise NotByForm
    auth = _read(fields_of(app.body, "en"), typed.fields, {})
    shipped.ensure(work, slug)
    source = str(auth.get(_identifier(app)) or "")
    folder = _folder(work, app, typed.folder, source)
    document = accounts.create(
        work,
        {
            "account_type": slug, "auth": auth, "identifier": _identifier(app), "folderPath": typed.folder,
            "defaultFolderPath": typed.folder, **({"cozyMetadata": {"sourceAccountIdentifier": source}} if source else {}),
        },
    )  # fmt: skip
    _let(work, app)
    _plan(work, held.one(work, document.id), folder.id, _checked(typed.every))
    account = held.one(work, document.id)
    held.run(work, account)
    return account


def change(work: Work, account: Account, typed: Typed) -> None:
    """Other fields, another folder from now on, another rhythm. A password that was left empty stays. Raises as `add`, TypeAgain."""
    app = held.connector(work, account.slug)
    body = account.document.body
    before = asked_of(body.get("auth"))
    auth = _read(fields_of(app.body, "en"), typed.fields, before)
    is_elsewhere = any(auth.get(name) != before.get(name) for name in DESTINATION)
    if is_elsewhere and any(name.endswith(LOCKED) for name in auth):
        locked = next(field.name for field in fields_of(app.body, "en") if is_secret(field.name))
        raise TypeAgain(parameter=locked)
    folder = _folder(work, app, typed.folder, str(auth.get(_identifier(app)) or ""))
    paths = {"folderPath": typed.folder, "defaultFolderPath": typed.folder}
    accounts.change(work, account.document, {**_unnamed(body, app, auth), "auth": auth, **paths})
    _plan(work, account, folder.id, _checked(typed.every))


def _unnamed(body: Mapping[str, Any], app: App, auth: Mapping[str, Any]) -> dict[str, Any]:
    """The account under the name that it has by now."""
    named = auth.get(_identifier(app))
    return {**body, **({"name": named} if isinstance(named, str) and named else {})}


def offered_folder(work: Work, app: App, locale: str, name: str = "") -> str:
    """The folder that is offered for a new account."""
    said = app.manifest.locales.get(locale, {}).get("folder") or app.said("name", locale) or app.slug
    return "/" + "/".join(part.strip("/") for part in (str(said), name) if part.strip("/"))


def _read(fields: list[Field], typed: Mapping[str, str], before: Mapping[str, Any]) -> dict[str, Any]:
    """The account's `auth`: what was typed, and of what was there already what is locked and was not typed anew."""
    auth: dict[str, Any] = {}
    for field in fields:
        text = typed.get(field.name, "")
        text = text if field.kind == "password" else text.strip()
        if not text and is_secret(field.name) and (locked := _locked(field.name, before)):
            auth |= locked
        elif not text and field.is_required:
            raise LeftEmpty(parameter=field.name)
        elif text or field.kind == "switch":
            auth[field.name] = _value(field, text)
    return auth


def _locked(name: str, before: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("credentials" if name == "password" else name) + LOCKED
    return {kept: before[kept]} if kept in before else {}


def _value(field: Field, text: str) -> Any:
    if field.kind == "switch":
        return bool(text)
    if field.kind == "choice" and text not in dict(field.options):
        raise BadChoice(parameter=field.name)
    if field.kind == "number" and not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise BadNumber(parameter=field.name)
    return text


def _identifier(app: App) -> str:
    found = app.body.get("account_identifier")
    return found if isinstance(found, str) and found else "login"


def _folder(work: Work, app: App, path: str, source: str) -> File:
    """The folder at a path, which its connector may use from now on. source: the account that it is for, there."""
    if not path.startswith("/") or not path.strip("/ "):
        raise BadFolder(parameter="folder")
    folder = files.create_path(work, path)
    targets = [files.Target(KONNECTORS, app.id), *([files.Target(folders.SOURCES, source)] if source else [])]
    return files.refer(work, folder.id, targets)


def _checked(every: str) -> Every:
    for each in EVERY:
        if each == every:
            return each
    raise BadChoice(parameter="every")


def _let(work: Work, app: App) -> None:
    """Leave for what its manifest asks for, unless the owner decided about that before, and for its folders."""
    if permissions.of_source(work, "konnector", app.slug) is None:
        locale = homes.profile(work).locale
        permissions.grant(
            work, "konnector", app.slug, dict(app.manifest.permissions), title=app.said("name", locale) or app.slug,
            purpose=app.said("short_description", locale)[:500],
        )  # fmt: skip
    folders.allow(work, app.slug)


def _plan(work: Work, account: Account, folder_id: str, every: Every) -> None:
    """What runs its connector from now on. The trigger stays where it can, since what it did is known by it."""
    message = {"konnector": account.slug, "account": account.id, "folder_to_save": folder_id}
    arguments, trigger = rhythm.cron(every, account.id), account.trigger
    if trigger is not None and arguments and trigger.body.get("type") == "@cron":
        jobs.triggers.change(
            work, trigger.id, arguments, {**asked_of(trigger.body.get("message")), **message}
        )
        return
    if trigger is not None:
        jobs.triggers.remove(work, trigger)
    type_ = "@cron" if arguments else "@webhook"  # which no clock drives: it is run by hand alone
    jobs.triggers.create(work, Wanted(type=type_, arguments=arguments, worker="konnector", message=message))


def every_of(account: Account) -> Every:
    """How often it is looked at."""
    body = account.trigger.body if account.trigger else {}
    return rhythm.every(str(body.get("type", "")), str(body.get("arguments", "")))


def path_of(work: Work, account: Account) -> str:
    """The path of its folder; "" when it is gone: what the account says then, its connector may have written."""
    try:
        return files.full_path(work, files.fetch(work, account.folder_id))
    except NoFile:
        return ""
