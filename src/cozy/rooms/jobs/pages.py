"""What the home does by itself, for its owner: what apps planned, in words, how it went last, run now, stop."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy import ui
from cozy.kernel.clock import parse
from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER, Routes
from cozy.kernel.work import Work
from cozy.rooms.documents.model import Document
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions
from cozy.ui import N_
from cozy.ui.doctypes import called
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.pages import flash, page

from .model import next_hour
from .model.durations import duration
from .service import triggers

routes = Routes(pages=True)
URL = "/my/settings/by-itself"
_WHEN = {
    "@at": N_("Once"), "@in": N_("Once"), "@hourly": N_("Once an hour"), "@daily": N_("Once a day"), "@weekly": N_("Once a week"),
    "@monthly": N_("Once a month"), "@cron": N_("At set times"), "@webhook": N_("When it is asked from outside"),
    "@client": N_("When one of your devices does it"),
}  # fmt: skip
_WHAT = {
    "konnector": N_("Fetch what is new: %(name)s"), "client": N_("Fetch what is new on a device: %(name)s"),
    "service": N_("Work of the app %(name)s"), "sendmail": N_("Send a mail"), "log": N_("Note that it ran"),
}  # fmt: skip
_ERRORS = {
    "LOGIN_FAILED": N_("It could not log in there: look at the password that you gave it."),
    "USER_ACTION_NEEDED": N_(
        "The service wants something from you first. Log in on its own page, do what it asks, then run this again."
    ),
    "VENDOR_DOWN": N_(
        "The service does not answer. Look whether its address is right; else it is tried again by itself."
    ),
    "no runner on this host yet": N_("This host cannot do that yet."),
    "cancelled": N_("It was called off."),
}
_NAMES = {"konnector": "konnector", "client": "konnector", "service": "slug"}
_KINDS: Mapping[str, Literal["app", "konnector"]] = {"konnector": "konnector", "client": "konnector"}


class Planned(Struct, frozen=True):
    """A trigger as people see it."""

    id: str
    what: str
    by: str  # the app that planned it
    when: str
    next_at: datetime | None
    state: str  # of its last job; "" when there was none
    ran_at: datetime | None
    error: str
    can_run: bool

    @property
    def url(self) -> str:
        """Where it is stopped."""
        return f"{URL}/{self.id}"


@routes.on("GET", URL, OWNER)
def by_itself(work: Work, call: Call) -> Response:
    """What apps planned, the next one first. 200."""
    words = _words(work)
    planned = sorted(
        (_planned(work, trigger, words) for trigger in triggers.listed(work)),
        key=lambda each: (each.next_at is None, each.next_at or work.now, each.what),
    )
    hour = next_hour(work.home, work.now)
    return page(work, call, "jobs/by_itself.html", room="settings", planned=planned, hour=hour)


@routes.on("POST", f"{URL}/{{trigger_id}}/run", OWNER)
def run(work: Work, call: Call, trigger_id: str, form: FormData) -> Response:
    """Do it now. 303; 404."""
    words = _words(work)
    try:
        with work.attempt():
            triggers.launch(work, trigger_id)
        flash(call, words.gettext(N_("It begins now.")))
    except Problem as problem:
        flash(call, words.gettext(problem.detail), kind="failed")
    return see_other(URL)


@routes.on("GET", f"{URL}/{{trigger_id}}/stop", OWNER)
def ask_to_stop(work: Work, call: Call, trigger_id: str) -> Response:
    """What stopping it means. 200; 404."""
    planned = _planned(work, triggers.one(work, trigger_id), _words(work))
    return page(work, call, "jobs/stop.html", room="settings", planned=planned, back=URL)


@routes.on("POST", f"{URL}/{{trigger_id}}/stop", OWNER)
def stop(work: Work, call: Call, trigger_id: str, form: FormData) -> Response:
    """Let it happen no more. 303; 404."""
    triggers.delete(work, trigger_id)
    flash(call, _words(work).gettext(N_("It does not happen by itself any more.")))
    return see_other(URL)


def _words(work: Work) -> ui.Words:
    return ui.words(homes.profile(work).locale)


def _planned(work: Work, trigger: Document, words: ui.Words) -> Planned:
    state = triggers.state(work, trigger)
    error = str(state.get("last_error", "")) if state["status"] == "errored" else ""
    began = state.get("last_execution", "")
    worker = str(trigger.body.get("worker", ""))
    return Planned(
        trigger.id, _what(work, trigger, words), _called(work, _maker(trigger), "app", "konnector"), _when(trigger, words),
        triggers.next_time(work, trigger), state["status"] if "last_executed_job_id" in state else "",
        parse(began) if began > "0002" else None, _reason(error, words), worker != "client",
    )  # fmt: skip


def _reason(error: str, words: ui.Words) -> str:
    """Why it did not work. What connectors say begins with a code, `VENDOR_DOWN.NO_TLS`."""
    return words.gettext(_ERRORS.get(error) or _ERRORS.get(error.partition(".")[0], error)) if error else ""


def _what(work: Work, trigger: Document, words: ui.Words) -> str:
    worker, message = str(trigger.body.get("worker", "")), trigger.body.get("message")
    name = str(message.get(_NAMES.get(worker, ""), "")) if isinstance(message, Mapping) else ""
    said = _WHAT.get(worker, N_("Work for “%(name)s”"))
    return words.gettext(said, name=_called(work, name, _KINDS.get(worker, "app")) or worker)


def _when(trigger: Document, words: ui.Words) -> str:
    type_, arguments = str(trigger.body.get("type", "")), str(trigger.body.get("arguments", ""))
    if type_ == "@every":
        return words.gettext(N_("Every %(span)s"), span=_span(arguments))
    if type_ == "@event":
        doctypes = dict.fromkeys(part.partition(":")[0] for part in arguments.split())
        kinds = dict.fromkeys(called(words, doctype).yours for doctype in doctypes)
        return words.gettext(N_("When something changes in: %(what)s"), what=", ".join(kinds))
    return words.gettext(_WHEN.get(type_, type_))


def _span(text: str) -> str:
    """`1h30m` as 1 h 30 min."""
    try:
        seconds = int(duration(text).total_seconds())
    except ValueError:
        return text
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "1 s"


def _called(work: Work, slug: str, *kinds: Literal["app", "konnector"]) -> str:
    """The name of an app or a connector as the owner let it in; "" for none."""
    granted = (permissions.of_source(work, kind, slug) for kind in kinds)
    if held := next(filter(None, granted), None):
        return permissions.name_of(held)
    return slug.replace("-", " ").capitalize() if slug != "CLI" else ""


def _maker(trigger: Document) -> str:
    """The slug of what planned it; "" where that is not known."""
    found = trigger.body.get("cozyMetadata")
    return str(found.get("createdByApp", "")) if isinstance(found, Mapping) else ""
