"""Cookies: host-only, for this origin alone."""

from __future__ import annotations

from .call import Call


def cookie_name(call: Call, name: str) -> str:
    """`__Host-` on https, so that no app on a sub-domain can plant one (RFC 6265bis §4.1.3.2)."""
    return f"__Host-cozy-{name}" if call.is_secure else f"cozy-{name}"


def read_cookie(call: Call, name: str) -> str:
    """A cookie of ours, or ""."""
    value: str = call.request.cookies.get(cookie_name(call, name), "")
    return value


def set_cookie(call: Call, name: str, value: str, *, max_age_s: int | None = None) -> None:
    """Send a cookie with the answer. max_age_s: None until the browser closes, 0 removes it."""
    age = "" if max_age_s is None else f"; Max-Age={max_age_s}"
    secure = "; Secure" if call.is_secure else ""
    call.cookies_out.append(f"{cookie_name(call, name)}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}")
