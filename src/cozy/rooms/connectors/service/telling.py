"""What the owner is told when a connector does not work any more."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.accounts import service as accounts
from cozy.rooms.documents.errors import NoDocument
from cozy.rooms.homes import service as homes
from cozy.rooms.jobs.events import JobEnded
from cozy.rooms.notifications import service as notifications
from cozy.rooms.notifications.model import CONNECTOR, Notice

from ..model import asked_of
from . import accounts as held


def of_job(work: Work, ended: JobEnded) -> None:
    """Tell that it failed, once until it works again; a test tells whoever asked for it."""
    message = asked_of(ended.message)
    id_ = message.get("account")
    if ended.worker != "konnector" or message.get("dry_run") is True or not isinstance(id_, str):
        return
    try:
        account = held.one(work, accounts.fetch(work, id_).id)
    except NoDocument:
        return
    locale = homes.profile(work).locale
    name = (account.app.said("name", locale) if account.app else "") or account.slug
    is_failed = ended.state == "errored"
    notifications.notify(
        work,
        Notice(
            kind=CONNECTOR, values={"name": name, "reason": ended.error if is_failed else ""}, about=id_, state=is_failed,
            link=f"/my/accounts/{id_}",
        ),
    )  # fmt: skip
