"""Adding an account: what the connector asks for, what it may do, which folder, how often."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.apps.model import App
from cozy.rooms.permissions import service as permissions
from cozy.web.call import Call
from cozy.web.forms import text
from cozy.web.pages import done

from .. import service
from ..model import is_by_form
from . import form as forms
from .door import ACCOUNTS, CONNECTORS, page, routes, sign, words


@routes.on("GET", f"{CONNECTORS}/{{slug}}/add", OWNER)
def ask(work: Work, call: Call, slug: str) -> Response:
    """What does it need? 200; 404."""
    app = service.accounts.connector(work, slug)
    folder = service.offered_folder(work, app, words(work).locale)
    frequency = str(app.body.get("frequency") or "weekly")
    return _form(work, call, app, forms.context(words(work), app, {}, folder, frequency))


@routes.on("POST", f"{CONNECTORS}/{{slug}}/add", OWNER)
def add(work: Work, call: Call, slug: str, form: FormData) -> Response:
    """Add it, and begin. 303; 404, 422."""
    said = words(work)
    app = service.accounts.connector(work, slug)
    try:
        with work.attempt():
            account = service.add(work, slug, forms.typed(app, form))
    except Problem as problem:
        told = forms.context(
            said, app, forms.values_of(form), text(form, "folder"), text(form, "every"), problem=problem
        )
        return _form(work, call, app, told, 422)
    return done(call, f"{ACCOUNTS}/{account.id}", said.gettext("Added. The first things are on their way."))


def _form(work: Work, call: Call, app: App, context: dict[str, object], status: int = 200) -> Response:
    locale = words(work).locale
    lines = permissions.lines(
        work, {title: rule for title, rule in app.manifest.permissions.items() if _matters(rule.doctype)}
    )
    return page(
        work, call, "add.html", status, sign=sign(app, app.slug, locale), notes=app.said("long_description", locale), lines=lines,
        by_form=is_by_form(app.body), **context,
    )  # fmt: skip


def _matters(doctype: str) -> bool:
    """Its own account and its own memory are no leave to speak of."""
    return doctype not in {"io.cozy.accounts", "io.cozy.connectors.memories"}
