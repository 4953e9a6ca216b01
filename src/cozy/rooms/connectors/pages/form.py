"""The form of an account: the fields of its connector, the folder, and how often."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData

from cozy import ui
from cozy.kernel.problem import Problem
from cozy.rooms.accounts.model import is_secret
from cozy.rooms.apps.model import App
from cozy.ui import N_
from cozy.web.forms import text

from ..errors import BadChoice
from ..model import Every, Field, fields_of
from ..model.rhythm import EVERY as RHYTHMS
from ..service import Typed
from .door import EVERY

_PREFIX = "field-"  # of the names of what its connector asks for, so that none of them is one of ours
_LABELS = {
    "login": N_("Login"), "email": N_("Mail address"), "identifier": N_("Login"), "password": N_("Password"),
    "secret": N_("Secret"), "pin": N_("PIN"), "url": N_("Address"), "dob": N_("Date of birth"), "zipcode": N_("Postcode"),
}  # fmt: skip
_OURS = ("folder", "every")


def shown(app: App, locale: str) -> list[Field]:
    """The fields that people see."""
    return [field for field in fields_of(app.body, locale) if field.kind != "hidden"]


def context(
    said: ui.Words, app: App, values: Mapping[str, Any], folder: str, every: str, *, kept: bool = False,
    problem: Problem | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What the macros of `_form.html` show. kept: passwords are there already, and stay when nothing is typed."""
    fields = shown(app, said.locale)
    where = str(problem.facts.get("parameter", "")) if problem else ""
    name = (
        where if where in _OURS else f"{_PREFIX}{where}" if where in {field.name for field in fields} else ""
    )
    detail = said.gettext(problem.detail) if problem else ""
    rows = [
        {
            "field": field, "name": f"{_PREFIX}{field.name}", "label": _label(said, field), "is_secret": is_secret(field.name),
            "value": "" if is_secret(field.name) else values.get(field.name, field.default),
        }
        for field in fields
    ]  # fmt: skip
    return {
        "rows": [row for row in rows if not row["field"].is_advanced], "more": [row for row in rows if row["field"].is_advanced],
        "folder": folder, "every": every, "rhythms": [(each, said.gettext(EVERY[each])) for each in RHYTHMS], "kept": kept,
        "errors": {name: detail} if name else {}, "trouble": "" if name else detail,
    }  # fmt: skip


def _label(said: ui.Words, field: Field) -> str:
    if not field.label and field.name in _LABELS:
        return said.gettext(_LABELS[field.name])
    return field.label or field.name.replace("_", " ").capitalize()


def typed(app: App, form: FormData) -> Typed:
    """What the owner typed; hidden fields as their author has them. Raises BadChoice."""
    fields = fields_of(app.body, "en")
    values = {
        field.name: field.default if field.kind == "hidden" else text(form, f"{_PREFIX}{field.name}")
        for field in fields
    }
    return Typed(values, text(form, "folder").strip(), _every(text(form, "every")))


def values_of(form: FormData) -> dict[str, str]:
    """The same, to be shown again."""
    return {
        name.removeprefix(_PREFIX): value
        for name, value in form.multi_items()
        if isinstance(value, str) and name.startswith(_PREFIX)
    }


def _every(said: str) -> Every:
    for each in RHYTHMS:
        if each == said:
            return each
    raise BadChoice(parameter="every")
