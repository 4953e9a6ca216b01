"""Consent: an app says what it would like to see, the owner what it gets, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy import ui
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NothingKept
from cozy.rooms.permissions.model import Rule
from cozy.web import pages
from cozy.web.call import Call
from cozy.web.forms import text, texts

from ..model import App
from ..service import Consent
from .door import Card, lines

_FIELDS = {"keep", "day"}  # what a problem can be shown beside


def page(work: Work, call: Call, template: str, status: int = 200, **context: Any) -> Response:
    """A page of this room."""
    return pages.page(work, call, f"apps/{template}", status, **{"room": "apps", **context})


def question(
    work: Work, call: Call, template: str, app: App, rules: Mapping[str, Rule], card: Card, status: int = 200,
    **context: Any,
) -> Response:  # fmt: skip
    """The page that asks; every rule is ticked until the owner has said otherwise."""
    known = {"keep": None, "see_only": (), "end": "", "day": "", "errors": {}, "trouble": ""}
    told = lines(work, app, rules, homes.profile(work).locale)
    return page(
        work,
        call,
        template,
        status,
        card=card,
        lines=told,
        hidden=permissions.out_of_sight(rules),
        **{**known, **context},
    )


def consent(work: Work, form: FormData, rules: Mapping[str, Rule]) -> Consent:
    """What the owner agrees to. Raises BadEnd, NothingKept."""
    kept = permissions.narrowed(rules, texts(form, "keep"), texts(form, "see_only"))
    if rules and not kept:
        raise NothingKept("Tick at least one thing, or choose Not now.", parameter="keep")
    return Consent(kept, permissions.end_of(work, text(form, "end"), text(form, "day")))


def typed(form: FormData, problem: Problem, words: ui.Words) -> dict[str, Any]:
    """What the owner had answered, and what was wrong with it."""
    detail, field = words.gettext(problem.detail), str(problem.facts.get("parameter", ""))
    return {
        "keep": texts(form, "keep"), "see_only": texts(form, "see_only"), "end": text(form, "end"), "day": text(form, "day"),
        "errors": {field: detail} if field in _FIELDS else {}, "trouble": "" if field in _FIELDS else detail,
    }  # fmt: skip
