"""The page of a person, and what can be done with them at once."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.ui import N_
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.pages import done

from .. import service
from ..model import dates, names
from ..model.people import group_ids
from ..ports import Beside
from .birthdays import today_of
from .cards import card
from .days import in_words, turns
from .door import CONTACTS_URL, page, routes, url_of, way_back, words
from .rows import listed, row
from .who import seen


@routes.on("GET", f"{CONTACTS_URL}/{{contact_id}}", OWNER)
async def person(call: Call, contact_id: str) -> Response:
    """A person, beside the list. 200; 404."""
    return await call.scan(_person, call, contact_id)


def _person(work: Work, call: Call, contact_id: str) -> Response:
    found, said = service.people.fetch(work, contact_id), words(work)
    born, inside = names.text(found.body, "birthday"), set(group_ids(found.body))
    today = today_of(work)
    return page(
        work, call, "person.html", person=card(said, row(found), found.body),
        birthday=in_words(said, born), turns=turns(said, born, today), is_today=dates.next_time(born, today) == today,
        its_groups=[each for each in service.groups.all_(work) if each.id in inside],
        seen=seen(work, found), beside=[part for plugged in work.plugged(Beside) if (part := plugged(work, found))],
        **listed(work, call, contact_id),
    )  # fmt: skip


@routes.on("GET", f"{CONTACTS_URL}/me", OWNER, writes=True)
def me(work: Work, call: Call) -> Response:
    """The owner's own card, made when there is none. 303."""
    return see_other(url_of(service.myself(work).id))


@routes.on("POST", f"{CONTACTS_URL}/{{contact_id}}/favourite", OWNER)
def favour(work: Work, call: Call, contact_id: str, form: FormData) -> Response:
    """Put somebody among the favourites, or take them out. 303 to where the reader was."""
    is_favourite = service.people.favour(work, contact_id)
    said = N_("Added to favourites.") if is_favourite else N_("Taken out of favourites.")
    return done(call, way_back(call, form, url_of(contact_id)), words(work).gettext(said))
