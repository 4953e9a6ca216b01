"""What the worker `konnector` does: a connector is run for an account (cozy-stack docs/konnectors-workflow.md)."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Invalid, NotFound
from cozy.kernel.running import Program
from cozy.kernel.work import Work
from cozy.rooms.apps import service as apps
from cozy.rooms.auth import service as auth
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document
from cozy.rooms.jobs import service as jobs
from cozy.rooms.jobs.errors import Hopeless
from cozy.rooms.jobs.model import Task

from ..errors import BadWish, NoAccount
from ..model import ACCOUNTS, Connector, Files, Wish
from . import environments, folders, programs, runs

_MAY_RUN_ALL_THE_SAME = "USER_ACTION_NEEDED.CGU_FORM"


class Prepared(Struct, frozen=True):
    """A run that can begin."""

    connector: Connector
    arguments: tuple[str, ...]
    environment: dict[str, str]
    files: Files


async def run(house: House, home: Home, task: Task) -> None:
    """Run a connector. Raises ProgramFailed, Hopeless, NotReady."""
    wish = _wish(task.message)
    if not task.is_manual and await _is_in_maintenance(house, home, wish.konnector):
        return
    try:
        prepared = await house.write(home, SYSTEM, _prepare, task, wish)
    except (NotFound, Invalid) as error:
        raise Hopeless(type(error).said or error.detail) from error
    if prepared is None:
        return
    program = Program(
        language=prepared.connector.language, arguments=prepared.arguments, environment=prepared.environment,
        files=environments.together(prepared.files, await prepared.connector.bring(house, home)),
    )  # fmt: skip
    await runs.start(house, home, task, program)


def leaves(work: Work, asked: jobs.running.Asked) -> bool:
    """Whether a run that a trigger asks for by itself is better left: the owner has something to do first.

    Asked again and again, the service elsewhere would lock the account.
    """
    if not asked.trigger_id or _read(asked.message).bi_webhook:
        return False
    ended = [
        job
        for job in jobs.triggers.jobs_of(work, asked.trigger_id)
        if job.body.get("state") in {"done", "errored"}
    ]
    error = str(ended[0].body.get("error", "")) if ended and ended[0].body["state"] == "errored" else ""
    return error.startswith(runs.BY_THE_OWNER) and error != _MAY_RUN_ALL_THE_SAME


def _wish(message: Any) -> Wish:
    wish = _read(message)
    if not wish.konnector:
        raise Hopeless(BadWish.title())
    return wish


def _read(message: Any) -> Wish:
    try:
        return msgspec.convert(message, Wish, strict=False)
    except msgspec.ValidationError:
        return Wish()


async def _is_in_maintenance(house: House, home: Home, slug: str) -> bool:
    """Whether the registries say that what this connector speaks to has changed: then people alone start it."""
    out = await apps.registries.of(house, home).maintenance()
    return any(each.get("slug") == slug for each in out)


def _prepare(work: Work, task: Task, wish: Wish) -> Prepared | None:
    """Raises NoApp, BadSlug, NotReady, UnknownLanguage, NoAccount."""
    connector = programs.find(work, wish.konnector)
    if wish.account_deleted and not connector.on_delete:
        return None
    account = None if wish.account_deleted else _account(work, wish.account)
    folder = folders.ensure(work, connector, wish, account)
    fields = {**task.message, **({"folder_to_save": folder} if folder else {})}
    payload, kept = environments.payload(task)
    token = auth.tokens.for_konnector(work, connector.slug)
    environment = {
        **environments.common(work, task, token, connector.language),
        "COZY_FIELDS": environments.text(fields),
        "COZY_PARAMETERS": environments.text(connector.parameters),
        "COZY_PAYLOAD": payload,
        "COZY_JOB_MANUAL_EXECUTION": "true" if task.is_manual else "false",
    }
    arguments = connector.on_delete if wish.account_deleted else connector.arguments
    return Prepared(connector, arguments, environment, kept)


def _account(work: Work, account_id: str) -> Document | None:
    if not account_id:
        return None
    found = documents.fetch_many(work, ACCOUNTS, [account_id]).get(account_id)
    if found is None:
        raise NoAccount(account=account_id)
    return found
