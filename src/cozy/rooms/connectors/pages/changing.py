"""Changing an account: what was typed, the folder, how often."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.apps.model import App
from cozy.web.call import Call
from cozy.web.forms import text
from cozy.web.pages import done

from .. import service
from ..service.accounts import Account
from . import form as forms
from .door import ACCOUNTS, page, routes, sign, words

_EDIT = f"{ACCOUNTS}/{{account_id}}/edit"


@routes.on("GET", _EDIT, OWNER)
def ask(work: Work, call: Call, account_id: str) -> Response:
    """What is there now? 200; 404."""
    account = service.accounts.one(work, account_id)
    app = service.accounts.connector(work, account.slug)
    auth = account.document.body.get("auth") or {}
    told = forms.context(
        words(work), app, auth, _folder(work, account, app), service.every_of(account), kept=True
    )
    return _form(work, call, account, told)


def _folder(work: Work, account: Account, app: App) -> str:
    """Where it is put now; what would be offered anew, when that is gone."""
    return service.path_of(work, account) or service.offered_folder(work, app, words(work).locale)


@routes.on("POST", _EDIT, OWNER)
def change(work: Work, call: Call, account_id: str, form: FormData) -> Response:
    """Keep what was typed; a password that was left empty stays. 303; 404, 422."""
    account, said = service.accounts.one(work, account_id), words(work)
    app = service.accounts.connector(work, account.slug)
    try:
        with work.attempt():
            service.change(work, account, forms.typed(app, form))
    except Problem as problem:
        told = forms.context(
            said,
            app,
            forms.values_of(form),
            text(form, "folder"),
            text(form, "every"),
            kept=True,
            problem=problem,
        )
        return _form(work, call, account, told, 422)
    return done(call, f"{ACCOUNTS}/{account_id}", said.gettext("Saved."))


def _form(
    work: Work, call: Call, account: Account, context: dict[str, object], status: int = 200
) -> Response:
    shown = sign(account.app, account.slug, words(work).locale)
    return page(work, call, "edit.html", status, account=account, sign=shown, **context)
