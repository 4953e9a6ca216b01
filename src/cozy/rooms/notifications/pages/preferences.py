"""The settings of how the owner is told: by kind and channel, quiet hours, the daily mail, and on which devices."""

from __future__ import annotations

from typing import Any, get_args

from msgspec import Struct
from msgspec.structs import replace
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.ui import N_
from cozy.web.answers import nothing, see_other
from cozy.web.call import Call
from cozy.web.pages import flash, page

from .. import service
from ..errors import BadTime
from ..model import ByMail, Preferences, Rule, app_kind
from ..ports import Apps, Kind
from .door import routes, words

URL = "/my/settings/notifications"
QUIET = ("22:00", "07:00")  # proposed


class Line(Struct, frozen=True):
    """A kind, and how it is told."""

    name: str
    label: str
    icon: str
    rule: Rule
    is_safety: bool


@routes.on("GET", URL, OWNER)
def preferences(work: Work, call: Call) -> Response:
    """How the owner is told. 200."""
    return _shown(work, call, 200, service.preferences.chosen(work), {})


@routes.on("POST", URL, OWNER)
def choose(work: Work, call: Call, form: FormData) -> Response:
    """Be told like this from now on. 303; 422."""
    wanted = _wanted(work, form)
    try:
        with work.attempt():
            service.preferences.choose(work, wanted)
    except BadTime as problem:
        return _shown(work, call, 422, wanted, {problem.facts["parameter"]: problem.detail})
    flash(call, words(work).gettext(N_("Saved.")))
    return see_other(URL)


@routes.on("POST", f"{URL}/here", OWNER)
def subscribe(work: Work, call: Call, form: FormData) -> Response:
    """Show them on this device, as its browser says where. 204; 422."""
    endpoint, p256dh, auth, again = (
        str(form.get(name, "")) for name in ("endpoint", "p256dh", "auth", "again")
    )
    service.pushing.subscribe(work, endpoint, p256dh, auth, again=bool(again))
    return nothing()


@routes.on("POST", f"{URL}/devices/{{id_}}/end", OWNER)
def unsubscribe(work: Work, call: Call, id_: str, form: FormData) -> Response:
    """Show them on that device no more. 303."""
    service.pushing.unsubscribe(work, id_)
    flash(call, words(work).gettext(N_("Nothing is shown there any more.")))
    return see_other(URL)


def _wanted(work: Work, form: FormData) -> Preferences:
    """What the form says; what it says nothing of stays as it is."""
    before = service.preferences.chosen(work)
    kinds = dict(before.kinds)
    for line in _lines(work, before):
        by_mail = str(form.get(f"mail-{line.name}", ""))
        mail: Any = by_mail if by_mail in get_args(ByMail) else line.rule.mail
        kinds[line.name] = Rule(mail, bool(form.get(f"push-{line.name}")))
    is_quiet = bool(form.get("quiet"))
    begins, ends = (str(form.get(name, "")) if is_quiet else "" for name in ("quiet_from", "quiet_until"))
    return Preferences(kinds, begins, ends, str(form.get("digest_at", "")))


def _lines(work: Work, chosen: Preferences) -> list[Line]:
    """Every kind that there is, those of apps last."""
    said = words(work)
    found = [(kind.name, said.gettext(kind.label), kind.icon, kind.is_safety) for kind in work.plugged(Kind)]
    tellers = [each for plugged in work.plugged(Apps) for each in plugged.tellers(work, said.locale)]
    found += [
        (app_kind(each.slug), said.gettext(N_("Messages of %(name)s"), name=each.name), "layout-grid", False)
        for each in tellers
    ]
    return [
        Line(name, label, icon, service.preferences.rule_of(work, chosen, name), is_safety)
        for name, label, icon, is_safety in found
    ]


def _shown(work: Work, call: Call, status: int, chosen: Preferences, errors: dict[str, str]) -> Response:
    is_quiet = bool(chosen.quiet_from or chosen.quiet_until or errors.keys() & {"quiet_from", "quiet_until"})
    shown = chosen if is_quiet else replace(chosen, quiet_from=QUIET[0], quiet_until=QUIET[1])
    return page(
        work, call, "notifications/preferences.html", status, room="settings", lines=_lines(work, chosen), chosen=shown,
        is_quiet=is_quiet, errors=errors, mails=call.house.mailer.configured, address=homes.profile(work).email,
        key=service.pushing.public_key(work), receivers=service.pushing.receivers(work),
    )  # fmt: skip
