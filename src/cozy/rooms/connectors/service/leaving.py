"""Removing an account, with what it brought or without."""

from __future__ import annotations

from contextlib import suppress

from cozy.kernel.work import Work
from cozy.rooms.accounts import service as accounts
from cozy.rooms.apps.model import KONNECTORS
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document, Query
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import NoFile
from cozy.rooms.files.model import FILES
from cozy.sdk.keeping import MEMORIES

from ..events import AccountLeft
from . import accounts as held
from .accounts import Account

_AT_ONCE = 200  # files that are thrown away in one transaction


def remove(work: Work, account: Account, *, with_files: bool) -> None:
    """Forget an account; nothing is fetched for it any more. with_files: what it brought goes into the bin, soon.

    Publishes AccountLeft then.
    """
    held.stop(work, account)
    accounts.remove(work, account.document)
    for memory in _memories(work, account.id):
        documents.delete(work, memory)
    _withdraw(work, account)
    if with_files:
        work.publish(AccountLeft(account.id, account.folder_id))


def _memories(work: Work, account_id: str) -> list[Document]:
    return documents.find(work, MEMORIES, Query(selector={"account": account_id}, limit=1000)).documents


def _withdraw(work: Work, account: Account) -> None:
    """Its connector may use the account's folder no more, unless another account has the same."""
    if account.folder_id and account.folder_id not in {
        each.folder_id for each in held.every(work) if each.slug == account.slug
    }:
        with suppress(NoFile):
            files.unrefer(work, account.folder_id, [files.Target(KONNECTORS, f"{KONNECTORS}/{account.slug}")])


def throw_away(work: Work, left: AccountLeft) -> bool:
    """Put some of what an account brought into the bin, and at last its folder when nothing else is in it; whether that is all."""
    selector = {"cozyMetadata.sourceAccount": left.account_id, "trashed": False, "type": "file"}
    found = documents.find(work, FILES, Query(selector=selector, limit=_AT_ONCE)).documents
    for file in found:
        files.trash(work, file.id)
    if len(found) == _AT_ONCE:
        return False
    if left.folder_id and _is_bare(work, left.folder_id):
        files.trash(work, left.folder_id)
    return True


def _is_bare(work: Work, folder_id: str) -> bool:
    """Whether nothing is left in a folder but folders."""
    try:
        folder = files.fetch(work, folder_id)
    except NoFile:
        return False
    return folder.is_folder and not folder.is_trashed and not files.below(work, [folder.id])[folder.id].size
