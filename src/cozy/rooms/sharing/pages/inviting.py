"""Sharing with people: the part of the dialog "Share" that is about them, and the same as a question of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from msgspec import Struct
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.contacts.model import CONTACTS, GROUPS
from cozy.ui import N_, Words
from cozy.web.call import Call
from cozy.web.forms import stripped
from cozy.web.pages import done

from ..errors import NoSharing
from ..model import Reference, Sharing
from ..service import delegating, keeping, making, offering, people, reaching
from ..service.making import Recipients, Wanted
from ..service.reaching import Choice
from . import faces
from .door import SHARED_URL, page, question, routes, url_of, way_back, words
from .things import DOCTYPES, Thing, named, phrase, thing_of

WITH = f"{SHARED_URL}/with/{{kind}}/{{id}}"
INVITE = f"{SHARED_URL}/{{sharing_id}}/invite"
SUGGESTIONS = f"{SHARED_URL}/suggestions"
_FRAMES = {"folder": "file"}  # what the dialog "Share" calls a thing, where that is something else
_DONE = N_("%(name)s is invited.")
_NO_MAIL = N_(
    "%(name)s is not told yet: this home sends no mail. Give them the link yourself, under “Change or stop”."
)
_GROUP_DONE = N_("Everybody in “%(name)s” is invited.")


class Typed(Struct, frozen=True):
    """The form as it came."""

    who: str = ""
    chosen: str = ""  # `contact:<id>` or `group:<id>`, of several that were meant
    may: str = "change"
    open: bool = False


def with_people(work: Work, doctype: str, id_: str) -> tuple[str, Mapping[str, Any]] | None:
    """The part about people of the owner's dialog "Share", for a document; None where it cannot be shared so."""
    thing = named(work, doctype, id_)
    if thing is None:
        return None
    return "sharing/_with_people.html", _part(work, thing, id_, Typed())


def _part(work: Work, thing: Thing, id_: str, typed: Typed) -> dict[str, Any]:
    """What the part shows: who takes part already, the form to bring in more, or why there is none."""
    around = offering.of_document(work, thing.doctype, id_)
    ours = next((each for each in around if each.owner), None)
    theirs = None if ours or not around else around[0]
    shown = ours or theirs
    url = (
        f"{SHARED_URL}/with/{thing.kind}/{quote(id_, safe='')}" if not theirs else url_of(theirs.id, "invite")
    )
    return {
        "thing": thing, "url": url, "typed": typed, "is_first": shown is None, "suggestions": reaching.suggestions(work, ""),
        "rows": faces.rows(work, shown) if shown else [], "sharing_url": url_of(shown.id) if shown else "",
        "sharer": theirs.members[0].called if theirs else "", "may_invite": theirs is None or people.may_invite(theirs),
        "only_looks": bool(shown and shown.pushes_only), "frame": f"/my/share/{_FRAMES.get(thing.kind, thing.kind)}/{quote(id_, safe='')}",
    }  # fmt: skip


@routes.on("GET", SUGGESTIONS, OWNER)
async def suggest(call: Call) -> Response:
    """Who may be meant by what was typed so far, as options of the field. 200."""
    return await call.scan(_suggest, call)


def _suggest(work: Work, call: Call) -> Response:
    return page(work, call, "suggestions.html", suggestions=reaching.suggestions(work, call.query("who")))


@routes.on("GET", WITH, OWNER)
async def ask(call: Call, kind: str, id: str) -> Response:  # noqa: A002
    """With whom shall it be shared? 200; 404."""
    return await call.scan(_ask, call, kind, id)


def _ask(
    work: Work, call: Call, kind: str, id_: str, typed: Typed = Typed(), problem: Problem | None = None,
    choices: Sequence[Choice] = (), form: FormData | None = None,
) -> Response:  # fmt: skip
    thing = _thing(work, kind, id_)
    return _question(work, call, thing, _part(work, thing, id_, typed), problem, choices, form)


def _question(
    work: Work, call: Call, thing: Thing, part: dict[str, Any], problem: Problem | None, choices: Sequence[Choice],
    form: FormData | None,
) -> Response:  # fmt: skip
    said = words(work)
    return question(
        work, call, "invite.html", form, 422 if problem or choices else 200, part=part, what=phrase(said, thing),
        error=said.gettext(problem.detail) if problem else "", choices=choices,
    )  # fmt: skip


def _thing(work: Work, kind: str, id_: str) -> Thing:
    """A thing of the home that can be shared. Raises NoSharing."""
    thing = named(work, DOCTYPES[kind], id_) if kind in DOCTYPES else None
    if thing is None:
        raise NoSharing(id=id_[:100])
    return thing


@routes.on("POST", WITH, OWNER)
def share(work: Work, call: Call, kind: str, id: str, form: FormData) -> Response:  # noqa: A002
    """Invite somebody to a thing, which is shared from then on. 303; 404; 422 the question again."""
    typed, thing = _typed(form), _thing(work, kind, id)
    try:
        with work.attempt():
            found = _meant(work, typed)
            if len(found) > 1:
                return _ask(work, call, kind, id, typed, choices=found, form=form)
            _share(work, thing, id, found[0], typed)
    except Problem as problem:
        return _ask(work, call, kind, id, typed, problem, form=form)
    return _invited(work, call, form, found[0])


def _share(work: Work, thing: Thing, id_: str, choice: Choice, typed: Typed) -> None:
    ours = next((each for each in offering.of_document(work, thing.doctype, id_) if each.owner), None)
    whom = _recipients(choice, typed)
    if ours is not None:
        making.add_recipients(work, ours.id, whom)
        return
    rules = offering.rules_for(thing.doctype, id_, thing.name, is_folder=thing.kind == "folder")
    slug = offering.APPS[thing.doctype]
    making.create(
        work, Wanted(rules=rules, description=thing.name, open_sharing=typed.open, app_slug=slug), whom
    )


def _recipients(choice: Choice, typed: Typed) -> Recipients:
    whom = [Reference(GROUPS if choice.kind == "group" else CONTACTS, choice.id)]
    return Recipients(readers=whom) if typed.may == "look" else Recipients(writers=whom)


@routes.on("GET", INVITE, OWNER)
async def ask_more(call: Call, sharing_id: str) -> Response:
    """Who else shall take part? 200; 404."""
    return await call.scan(_ask_more, call, sharing_id)


def _ask_more(
    work: Work, call: Call, sharing_id: str, typed: Typed = Typed(), problem: Problem | None = None,
    choices: Sequence[Choice] = (), form: FormData | None = None,
) -> Response:  # fmt: skip
    found = _open_to_more(work, sharing_id)
    thing = thing_of(work, found)
    part = {
        "thing": thing, "url": url_of(found.id, "invite"), "typed": typed, "is_first": False,
        "suggestions": reaching.suggestions(work, ""), "rows": [], "sharing_url": url_of(found.id), "sharer": "",
        "may_invite": True, "only_looks": found.pushes_only,
    }  # fmt: skip
    return _question(work, call, thing, part, problem, choices, form)


def _open_to_more(work: Work, sharing_id: str) -> Sharing:
    """A sharing into which the owner of this home may bring somebody. Raises NoSharing."""
    found = keeping.fetch(work, sharing_id)
    if not people.may_invite(found):
        raise NoSharing(id=sharing_id[:100])
    return found


@routes.on("POST", INVITE, OWNER)
async def invite(call: Call, sharing_id: str, form: FormData) -> Response:
    """Bring somebody else in; where it is another's, their home decides. 303; 404; 422 the question again."""
    typed, sharing = _typed(form), await call.read(_open_to_more, sharing_id)
    try:
        found = await call.write(_meant, typed)
        if len(found) > 1:
            return await call.scan(_ask_more, call, sharing_id, typed, choices=found, form=form)
        whom = _recipients(found[0], typed)
        if sharing.owner:
            await call.write(making.add_recipients, sharing_id, whom)
        else:
            await delegating.add_recipients(call.house, call.home, call.caller, sharing_id, whom)
    except Problem as problem:
        return await call.scan(_ask_more, call, sharing_id, typed, problem, form=form)
    return await call.read(_invited, call, form, found[0])


def _typed(form: FormData) -> Typed:
    return Typed(
        stripped(form, "who"),
        stripped(form, "chosen"),
        stripped(form, "may") or "change",
        bool(form.get("open")),
    )


def _meant(work: Work, typed: Typed) -> list[Choice]:
    kind, _, id_ = typed.chosen.partition(":")
    return [reaching.chosen(work, kind, id_)] if id_ else reaching.meant(work, typed.who)


def _invited(work: Work, call: Call, form: FormData, choice: Choice) -> Response:
    said: Words = words(work)
    is_by_mail = choice.kind == "contact" and "@" in choice.address
    told = _GROUP_DONE if choice.kind == "group" else _DONE
    if is_by_mail and not work.settings.smtp_url:
        told = _NO_MAIL
    return done(call, way_back(call, form), said.gettext(told, name=choice.name))
