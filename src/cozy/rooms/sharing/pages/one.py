"""One sharing: what it is, who takes part and how it stands with each; letting change or only look, stopping, leaving."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.ui import N_
from cozy.web.call import Call
from cozy.web.forms import stripped
from cozy.web.pages import done

from ..errors import NoMember, PeerAway, PeerGone, PeerRefused
from ..model import Sharing
from ..service import ending, keeping, people, read_only
from ..service.again import invite_again
from . import faces
from .door import SHARED_URL, failed, page, question, routes, url_of, way_back, words
from .invitation import invitation
from .things import phrase, thing_of

ONE = f"{SHARED_URL}/{{sharing_id}}"
MEMBER = f"{ONE}/members/{{index}}"


@routes.on("GET", ONE, OWNER)
async def sharing(call: Call, sharing_id: str) -> Response:
    """What it is, and who takes part; of an invitation, what is asked. 200; 404."""
    return await call.scan(_sharing, call, sharing_id)


def _sharing(work: Work, call: Call, sharing_id: str) -> Response:
    found = keeping.fetch(work, sharing_id)
    if found.is_waiting:
        return invitation(work, call, found)
    thing, said = thing_of(work, found), words(work)
    return page(
        work, call, "sharing.html", thing=thing, here=url_of(found.id), rows=faces.rows(work, found),
        under=faces.under(said, found, thing), progress=faces.progress(work, found),
        number_of_files=found.initial_number_of_files_to_sync, is_owner=found.owner, is_drive=found.drive,
        is_over=people.is_over(found), only_looks=found.pushes_only, may_invite=people.may_invite(found),
    )  # fmt: skip


@routes.on("POST", f"{MEMBER}/may", OWNER)
async def let(call: Call, sharing_id: str, index: str, form: FormData) -> Response:
    """Let somebody change it, or only look. 303; 404."""
    found, at = await call.read(_member, sharing_id, index)
    said, back = await call.read(words), way_back(call, form, url_of(sharing_id))
    may_change = stripped(form, "may") == "change"
    try:
        await read_only.change(call.house, call.home, call.caller, sharing_id, at, read_only=not may_change)
    except (PeerAway, PeerGone, PeerRefused) as problem:
        return failed(call, back, said, problem)
    told = N_("%(name)s may change it.") if may_change else N_("%(name)s may look, and change nothing.")
    return done(call, back, said.gettext(told, name=found.members[at].called))


@routes.on("POST", f"{MEMBER}/stop", OWNER)
def stop_one(work: Work, call: Call, sharing_id: str, index: str, form: FormData) -> Response:
    """Share it with somebody no more. 303, with a way to invite them again; 404."""
    found, at = _member(work, sharing_id, index)
    member, said = found.members[at], words(work)
    what = phrase(said, thing_of(work, found))
    ending.revoke_member(work, sharing_id, at)
    told = (
        N_("The invitation of %(name)s is withdrawn.")
        if member.is_waiting
        else N_("%(name)s no longer follows %(what)s.")
    )
    undo = url_of(sharing_id, "members", str(at), "again") + ("?look=1" if member.read_only else "")
    return done(
        call, _back(call, form, sharing_id), said.gettext(told, name=member.called, what=what), undo=undo
    )


@routes.on("POST", f"{MEMBER}/again", OWNER)
def again(work: Work, call: Call, sharing_id: str, index: str, form: FormData) -> Response:
    """Invite somebody once more: who was taken out, who was not told, whose home refuses. 303; 404."""
    found, at = _member(work, sharing_id, index)
    member = found.members[at]
    invite_again(work, sharing_id, at, read_only=member.read_only or bool(call.query("look")))
    said = words(work).gettext(N_("%(name)s is invited again."), name=member.called)
    return done(call, _back(call, form, sharing_id), said)


def _member(work: Work, sharing_id: str, index: str) -> tuple[Sharing, int]:
    """A sharing, and which of its members is meant. Raises NoSharing, NoMember."""
    found = keeping.fetch(work, sharing_id)
    at = int(index) if index.isdecimal() and len(index) < 4 else 0
    if not 0 < at < len(found.members):
        raise NoMember
    return found, at


def _back(call: Call, form: FormData, sharing_id: str) -> str:
    """Where the reader was; where that was only about this member of a sharing, the sharing."""
    return way_back(call, form, url_of(sharing_id))


@routes.on("GET", f"{ONE}/stop", OWNER)
def ask_to_stop(work: Work, call: Call, sharing_id: str) -> Response:
    """Shall nobody follow it any more? 200; 404."""
    found, said = keeping.fetch(work, sharing_id), words(work)
    ready = [each.called for each in found.members[1:] if each.status == "ready"]
    return question(
        work, call, "stop.html", here=url_of(found.id), what=phrase(said, thing_of(work, found)),
        names=faces.several(said, ready), number=len(ready),
    )  # fmt: skip


@routes.on("POST", f"{ONE}/stop", OWNER)
def stop(work: Work, call: Call, sharing_id: str, form: FormData) -> Response:
    """Share it with nobody any more. 303; 404."""
    found, said = keeping.fetch(work, sharing_id), words(work)
    what = phrase(said, thing_of(work, found))
    ending.revoke(work, sharing_id)
    return done(call, SHARED_URL, said.gettext(N_("Nobody follows %(what)s any more."), what=what))


@routes.on("GET", f"{ONE}/leave", OWNER)
def ask_to_leave(work: Work, call: Call, sharing_id: str) -> Response:
    """Shall this home take no part any more? 200; 404."""
    found = keeping.fetch(work, sharing_id)
    return question(
        work, call, "leave.html", here=url_of(found.id), what=phrase(words(work), thing_of(work, found)),
        sharer=found.members[0].called, is_drive=found.drive,
    )  # fmt: skip


@routes.on("POST", f"{ONE}/leave", OWNER)
def leave(work: Work, call: Call, sharing_id: str, form: FormData) -> Response:
    """Take no part any more. 303; 404."""
    found, said = keeping.fetch(work, sharing_id), words(work)
    what = phrase(said, thing_of(work, found))
    ending.leave(work, sharing_id)
    return done(call, SHARED_URL, said.gettext(N_("You left %(what)s."), what=what))
