"""Messengers: what people type, and the addresses that cards hold (RFC 4770)."""

from __future__ import annotations

import re

SERVICES = ("Signal", "WhatsApp", "Telegram", "Matrix", "XMPP", "Threema", "Skype")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_ODD = re.compile(r"[^a-z0-9+.-]")
# What a program on the device of who looks may answer to, and no browser runs itself.
_OPENED = frozenset(
    {"xmpp", "sip", "sips", "matrix", "skype", "signal", "sgnl", "tg", "telegram", "whatsapp", "threema"}
)


def scheme(service: str) -> str:
    """How addresses of a messenger begin: `signal`."""
    return _ODD.sub("", service.strip().lower()) or "im"


def address(typed: str, service: str) -> str:
    """The address of somebody at a messenger: `signal:+33612`; what is one already stays."""
    typed = typed.strip()
    return typed if _SCHEME.match(typed) else f"{scheme(service)}:{typed}"


def is_opened(uri: str) -> bool:
    """Whether a link may lead there."""
    return uri.partition(":")[0].lower() in _OPENED


def name_in(uri: str) -> str:
    """Whom an address names, as people say it."""
    return _SCHEME.sub("", uri, count=1).removeprefix("//")
