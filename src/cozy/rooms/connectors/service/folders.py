"""The folder that a connector saves to, and its leave to do so."""

from __future__ import annotations

import re
from typing import Any

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document, Query
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import NoFile
from cozy.rooms.files.service import Target
from cozy.rooms.homes import service as homes
from cozy.rooms.jobs.model import TRIGGERS
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule

from ..model import Connector, Wish

KONNECTORS, SOURCES = "io.cozy.konnectors", "io.cozy.accounts.sourceAccountIdentifier"
ADMINISTRATIVE = {
    "fr": "Administratif"
}  # the folder that apps of the ecosystem know; elsewhere Administrative
LEAVE = "referenced folders"  # the title of the rule
_SELECTOR = "referenced_by"
_NOT_IN_A_NAME = re.compile(r"[&/\\#,+()$@~%.'\":*?<>{}]")


def ensure(work: Work, connector: Connector, wish: Wish, account: Document | None) -> str:
    """The id of the folder that a connector saves to, made again where it is gone; "" for one that saves none.

    The connector may use it from then on, and its triggers and its account know it. Raises what files raises.
    """
    if not wish.folder_to_save:
        return ""
    allow(work, connector.slug)
    if _is_there(work, wish.folder_to_save):
        return wish.folder_to_save
    source = _source(account)
    known = [each for each in _referenced(work, connector.slug) if _fits(each, source)]
    if len(known) == 1:
        folder = known[0]
    elif account is not None:
        folder = _made(work, connector, account, source)
    else:
        return wish.folder_to_save
    _retarget(work, wish, folder.id)
    return folder.id


def allow(work: Work, slug: str) -> None:
    """Let a connector use the folders that are referenced by it."""
    held = permissions.of_source(work, "konnector", slug)
    rule = Rule("io.cozy.files", selector=_SELECTOR, values=(f"{KONNECTORS}/{slug}",))
    if held is None or any(_is_same(each, rule) for each in held.rules.values()):
        return
    rules = {**held.rules, LEAVE: rule}
    permissions.grant(
        work, "konnector", slug, rules, title=held.title, purpose=held.purpose, expires_at=held.expires_at
    )


def _is_same(rule: Rule, wanted: Rule) -> bool:
    return (
        (rule.doctype, rule.selector) == (wanted.doctype, wanted.selector)
        and set(wanted.values) <= set(rule.values)
        and not rule.verbs
    )


def _is_there(work: Work, folder_id: str) -> bool:
    try:
        folder = files.fetch(work, folder_id)
    except NoFile:
        return False
    return folder.is_folder and not folder.is_trashed


def _referenced(work: Work, slug: str) -> list[files.File]:
    found = files.linked(work, "referenced_by", Target(KONNECTORS, f"{KONNECTORS}/{slug}"), whole=True).files
    return [folder for folder in found if folder.is_folder and not folder.is_trashed]


def _fits(folder: files.File, source: str) -> bool:
    """Whether a folder is that of this account elsewhere, or of none in particular."""
    sources = [each.id for each in files.links_of(folder, "referenced_by") if each.doctype == SOURCES]
    return not source or not sources or source in sources


def _source(account: Document | None) -> str:
    metadata = account.body.get("cozyMetadata") if account else None
    return str(metadata.get("sourceAccountIdentifier") or "") if isinstance(metadata, dict) else ""


def _made(work: Work, connector: Connector, account: Document, source: str) -> files.File:
    """A new folder for an account, where its folder was or should be.

    Never one that is there: the account says where, and its connector may write into that.
    """
    body = account.body
    path = str(body.get("defaultFolderPath") or body.get("folderPath") or _path(work, connector, account))
    above, _, name = path.rstrip("/").rpartition("/")
    parent = files.create_path(work, above if above.startswith("/") else f"/{above}")
    name = files.free_name(work, parent.id, name or connector.name, is_folder=True)
    folder = files.create_folder(work, parent.id, name)
    targets = [Target(KONNECTORS, f"{KONNECTORS}/{connector.slug}")]
    folder = files.refer(work, folder.id, [*targets, *([Target(SOURCES, source)] if source else [])])
    if not body.get("defaultFolderPath"):
        documents.update(work, account, {**body, "defaultFolderPath": path})
    return folder


def _path(work: Work, connector: Connector, account: Document) -> str:
    locale = str(homes.instance.read(work).body.get("locale", "en"))
    name = _clean(_name_of(account.body)) or account.id
    return f"/{ADMINISTRATIVE.get(locale, 'Administrative')}/{_clean(connector.name)}/{name}"


def _name_of(body: Any) -> str:
    auth = body.get("auth")
    login = next((auth[key] for key in ("accountName", "login", "email", "identifier") if auth.get(key)), "") if isinstance(auth, dict) else ""  # fmt: skip
    return str(body.get("name") or login or "")


def _clean(name: str) -> str:
    return _NOT_IN_A_NAME.sub("_", name).strip()


def _retarget(work: Work, wish: Wish, folder_id: str) -> None:
    """Let the triggers of this connector and account name another folder."""
    selector = {"worker": "konnector", "message.konnector": wish.konnector, "message.account": wish.account}
    for trigger in documents.find(work, TRIGGERS, Query(selector=selector, limit=100)).documents:
        message = {**trigger.body["message"], "folder_to_save": folder_id}
        documents.update(work, trigger, {**trigger.body, "message": message})
