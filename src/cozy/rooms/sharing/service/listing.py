"""The lists of sharings that apps ask for."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Query
from cozy.rooms.files.model import FILES
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NotAllowed

from .. import access
from ..model import SHARED, SHARINGS, Listed, Reference, Sharing
from . import keeping
from .keeping import LIMIT


def of_doctype(work: Work, doctype: str, *, with_documents: bool) -> list[Listed]:
    """The sharings with a rule for a doctype, and the documents in them. Raises NobodyIn, NotAllowed."""
    permissions.guard(work, "GET", doctype, None, None)
    ruled = {"rules": {"$elemMatch": {"doctype": doctype}}}
    return [with_shared(work, each) if with_documents else Listed(each) for each in keeping.all_(work, ruled)]


def drives(work: Work) -> list[Listed]:
    """The drives that are shared. Raises NobodyIn, NotAllowed."""
    permissions.guard(work, "GET", FILES, None, None)
    return [Listed(each) for each in keeping.all_(work, {"active": True, "drive": True})]


def news(work: Work) -> int:
    """How many invitations nobody has looked at yet, a thousand at most. Raises NotAllowed for guests of a link, and other homes."""
    if work.caller.kind == "share" or permissions.is_other_home(work.caller):
        raise NotAllowed(verb="GET", doctype=SHARINGS)
    query = Query(selector={"metadata.sharing.status": "new"}, limit=LIMIT)
    return len(documents.find(work, FILES, query).documents)


def show(work: Work, sharing_id: str) -> Listed:
    """A sharing, and the documents in it. Raises NoSharing, NobodyIn, NotAllowed."""
    sharing = keeping.fetch(work, sharing_id)
    access.look(work, sharing)
    return with_shared(work, sharing)


def with_shared(work: Work, sharing: Sharing) -> Listed:
    """A sharing with the documents in it: ids of `io.cozy.shared` are `doctype/id`."""
    query = Query(selector={f"infos.{sharing.id}": {"$exists": True}}, limit=LIMIT)
    found = documents.find(work, SHARED, query).documents
    pairs = (each.id.partition("/") for each in found)
    return Listed(sharing, tuple(Reference(doctype, id_) for doctype, _, id_ in pairs))
