"""What the API of this room shares: who stands at the door, and what their browser keeps."""

from __future__ import annotations

from cozy.web.call import Call
from cozy.web.cookies import read_cookie, set_cookie

from ..model import KNOWN, Entered, Visitor

_KEPT_S = int(KNOWN.total_seconds())


def visitor_of(call: Call, *, stays: bool = False) -> Visitor:
    """Who stands at the door."""
    user_agent = call.header("user-agent")[:500]
    return Visitor(
        address=call.client, user_agent=user_agent, device=read_cookie(call, "device"), stays=stays
    )


def let_in(call: Call, entered: Entered) -> None:
    """Give the browser what it needs to come back."""
    set_cookie(call, "session", entered.session, max_age_s=_KEPT_S if entered.stays else None)
    set_cookie(call, "device", entered.device, max_age_s=_KEPT_S)


def bearer(call: Call) -> str:
    """The bearer token that came along; "" for none."""
    scheme, _, value = call.header("authorization").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""
