"""Who may install, update and remove apps: an app that could, could give itself everything."""

from __future__ import annotations

from cozy.kernel.caller import Caller, Verb
from cozy.kernel.routes import may
from cozy.rooms.permissions import service as permissions

from ..errors import NotYours
from ..model import DOCTYPES, Kind
from . import sources

STORE = "store"  # the slug of the one app that may


def check(caller: Caller, kind: Kind, verb: Verb, source: str) -> None:
    """Let the owner, the command line, a program that may do everything, or the store change what is installed.

    The store installs from registries alone; what is on this machine is for its command line. Raises NobodyIn,
    NotAllowed, NotYours, BadSource.
    """
    scheme = sources.scheme_of(source)
    permissions.admit(caller, may(verb, DOCTYPES[kind]))
    if not permissions.may_all(caller, verb, DOCTYPES[kind]):
        raise NotYours
    if caller.kind not in {"cli", "system"} and scheme in sources.OF_THIS_MACHINE:
        raise NotYours
    if caller.kind in {"cli", "system", "owner"} or permissions.may_all(caller, verb, "*"):
        return
    if not (caller.kind == "app" and caller.name == STORE and scheme == "registry"):
        raise NotYours
