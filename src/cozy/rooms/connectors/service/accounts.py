"""Accounts as connectors have them: with the trigger that runs them, and the connector that they are for."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from cozy.kernel.work import Work
from cozy.rooms.accounts import service as accounts
from cozy.rooms.apps import service as apps
from cozy.rooms.apps.errors import BadSlug, NoApp
from cozy.rooms.apps.model import App
from cozy.rooms.documents.errors import NoDocument
from cozy.rooms.documents.model import Document
from cozy.rooms.jobs import service as jobs
from cozy.rooms.jobs.service.running import Asked

from ..errors import NoAccount, NoConnector, UnderWay
from ..model import asked_of
from . import shipped

_AT_WORK = {"queued", "running"}


class Account(Struct, frozen=True):
    """An account, and what it is run by. trigger: None for one that nothing runs; app: None when its connector is gone."""

    document: Document
    trigger: Document | None
    app: App | None

    @property
    def id(self) -> str:
        """Its id."""
        return self.document.id

    @property
    def slug(self) -> str:
        """The slug of its connector."""
        return str(self.document.body.get("account_type", ""))

    @property
    def name(self) -> str:
        """What the owner knows it by; "" for nothing."""
        found = self.document.body.get("name")
        return found if isinstance(found, str) else ""

    @property
    def folder_id(self) -> str:
        """Where it puts what it brings."""
        message = asked_of(self.trigger.body.get("message")) if self.trigger else {}
        found = message.get("folder_to_save")
        return found if isinstance(found, str) else ""

    @property
    def can_test(self) -> bool:
        """Whether its connector knows dry runs: those that are written with the SDK do."""
        return self.app is not None and self.app.body.get("language") == "python"


def every(work: Work) -> list[Account]:
    """The accounts that a connector is run with, or could be."""
    triggers = {accounts.account_of(each): each for each in accounts.triggers(work)}
    here = {app.slug: app for app in apps.installed(work, "konnector")}
    found = [
        Account(each, triggers.get(each.id), here.get(str(each.body.get("account_type"))))
        for each in accounts.listed(work)
    ]
    return [each for each in found if each.trigger or each.app]


def one(work: Work, id_: str) -> Account:
    """One of them. Raises NoAccount."""
    try:
        document = accounts.fetch(work, id_)
    except NoDocument as error:
        raise NoAccount(account=id_) from error
    trigger = next((each for each in accounts.triggers(work) if accounts.account_of(each) == id_), None)
    try:
        app = apps.manifest(work, str(document.body.get("account_type", "")), "konnector")
    except (NoApp, BadSlug):
        app = None
    return Account(document, trigger, app)


def connector(work: Work, slug: str) -> App:
    """A connector that accounts can be added for: one that is installed, or shipped. Raises NoConnector."""
    try:
        return apps.manifest(work, slug, "konnector")
    except (NoApp, BadSlug):
        if (found := shipped.offered(slug)) is not None:
            return found
        raise NoConnector(slug=slug[:100]) from None


def run(work: Work, account: Account, *, dry_run: bool = False) -> Document:
    """The job that brings what is new, now; dry_run: that only looks. Raises NoAccount, UnderWay, TooManyJobs."""
    if account.trigger is None:
        raise NoAccount(account=account.id)
    if under_way(work, account):
        raise UnderWay
    if not dry_run:
        return jobs.triggers.launch(work, account.trigger.id)
    message: dict[str, Any] = {**asked_of(account.trigger.body.get("message")), "dry_run": True}
    asked = Asked(worker="konnector", message=message, trigger_id=account.trigger.id, is_manual=True)
    return jobs.running.push(work, asked)


def stop(work: Work, account: Account) -> bool:
    """End the run that is under way; whether there was one."""
    found = under_way(work, account)
    jobs.running.cancel(work, found)
    return bool(found)


def under_way(work: Work, account: Account) -> list[Document]:
    """Its jobs that wait or run."""
    if account.trigger is None:
        return []
    last = jobs.triggers.jobs_of(work, account.trigger.id)
    return [job for job in last if job.body.get("state") in _AT_WORK]
