"""What opens this home, on one page."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.clock import parse
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.web.call import Call
from cozy.web.pages import page

from .. import service
from .door import routes


@routes.on("GET", "/my/settings/security", OWNER)
def security(work: Work, call: Call) -> Response:
    """Passphrase, second step, codes, passkeys. 200."""
    made_at = service.reset.has_code(work)
    passkeys = [
        {"id": known.id, "name": known.name, "used_at": parse(known.used_at) if known.used_at else None}
        for known in service.passkeys.listed(work)
    ]
    return page(
        work, call, "auth/security.html", room="settings", passkeys=passkeys,
        has_second_step=bool(service.totp.factor(work)), codes_left=service.totp.codes_left(work),
        code_made_at=parse(made_at) if made_at else None,
    )  # fmt: skip
