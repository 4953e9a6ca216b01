"""An account: how it goes, how it went, and what can be done now."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.ui import N_
from cozy.web.call import Call
from cozy.web.pages import done

from .. import service
from . import say
from .door import ACCOUNTS, EVERY, page, routes, sign, words

_ONE = f"{ACCOUNTS}/{{account_id}}"


@routes.on("GET", _ONE, OWNER)
def show(work: Work, call: Call, account_id: str) -> Response:
    """How it goes with an account. 200; 404."""
    account, said = service.accounts.one(work, account_id), words(work)
    standing = service.standing(work, account)
    past = [(each, say.outcome(said, each)) for each in service.history(work, account)]
    error = standing.last.error if standing.last and standing.last.state == "errored" else ""
    return page(
        work, call, "account.html", account=account, sign=sign(account.app, account.slug, said.locale), standing=standing, past=past,
        path=service.path_of(work, account), every=said.gettext(EVERY[service.every_of(account)]),
        trouble=say.reason(said, error) if error else "", mends=say.is_for_fields(error), seq=documents.last_seq(work),
    )  # fmt: skip


@routes.on("POST", f"{_ONE}/run", OWNER)
def run(work: Work, call: Call, account_id: str, form: FormData) -> Response:
    """Bring what is new, now. 303; 404."""
    return _begun(work, call, account_id, dry_run=False)


@routes.on("POST", f"{_ONE}/test", OWNER)
def test(work: Work, call: Call, account_id: str, form: FormData) -> Response:
    """Look whether it works, and bring nothing. 303; 404."""
    return _begun(work, call, account_id, dry_run=True)


def _begun(work: Work, call: Call, account_id: str, *, dry_run: bool) -> Response:
    account, said = service.accounts.one(work, account_id), words(work)
    here = f"{ACCOUNTS}/{account_id}"
    try:
        with work.attempt():
            service.accounts.run(work, account, dry_run=dry_run)
    except Problem as problem:
        return done(call, here, said.gettext(problem.detail), failed=True)
    return done(
        call,
        here,
        said.gettext(N_("It looks whether it works.")) if dry_run else said.gettext(N_("It begins now.")),
    )


@routes.on("POST", f"{_ONE}/stop", OWNER)
def stop(work: Work, call: Call, account_id: str, form: FormData) -> Response:
    """End the run that is under way. 303; 404."""
    account, said = service.accounts.one(work, account_id), words(work)
    told = N_("Stopped.") if service.accounts.stop(work, account) else N_("It was over already.")
    return done(call, f"{ACCOUNTS}/{account_id}", said.gettext(told))
