"""Removing an account: what it brought stays, or goes into the bin."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.ui import N_
from cozy.web.call import Call
from cozy.web.forms import text
from cozy.web.pages import done

from .. import service
from .door import ACCOUNTS, CONNECTORS, page, routes, sign, words

_REMOVE = f"{ACCOUNTS}/{{account_id}}/remove"


@routes.on("GET", _REMOVE, OWNER)
def ask(work: Work, call: Call, account_id: str) -> Response:
    """Shall it go, and with what? 200; 404."""
    account = service.accounts.one(work, account_id)
    shown = sign(account.app, account.slug, words(work).locale)
    path = service.path_of(work, account)
    return page(
        work, call, "remove.html", account=account, sign=shown, path=path, back=f"{ACCOUNTS}/{account_id}"
    )


@routes.on("POST", _REMOVE, OWNER)
def remove(work: Work, call: Call, account_id: str, form: FormData) -> Response:
    """Forget the account. 303; 404."""
    account, said = service.accounts.one(work, account_id), words(work)
    with_files = text(form, "what") == "all"
    service.remove(work, account, with_files=with_files)
    told = (
        N_("Removed. What it brought goes into the bin.")
        if with_files
        else N_("Removed. What it brought stays.")
    )
    return done(call, CONNECTORS, said.gettext(told))
