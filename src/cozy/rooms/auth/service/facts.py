"""What the settings tell of how people get in (cozy-stack docs/settings.md)."""

from __future__ import annotations

from cozy.kernel.work import Work

from . import passphrase, provider, totp

BASIC, SECOND_STEP = (
    "basic",
    "two_factor_mail",
)  # the two that clients know; ours asks an app, and not the mailbox


MODES = (BASIC, SECOND_STEP)


def instance(work: Work) -> dict[str, bool | str]:
    """Of `/settings/instance`."""
    return {"password_defined": bool(passphrase.sealed(work)), "auth_mode": mode(work)}


def capabilities(work: Work) -> dict[str, bool]:
    """Of `/settings/capabilities`."""
    known = provider.configured(work)
    return {"can_auth_with_password": not known.is_only, "can_auth_with_oidc": known.is_openid}


def mode(work: Work) -> str:
    """Whether logging in takes a second step."""
    return SECOND_STEP if totp.factor(work) else BASIC
