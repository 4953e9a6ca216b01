"""The first word of an address, which people choose: `camille` of camille.example.org."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.errors import NoHome

from ..errors import BadLabel, LabelTaken, ReservedLabel

OFFERED = 3
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])")
# Names at which people, programs or whoever signs certificates look for the host itself (RFC 2142 among others).
RESERVED = frozenset(
    [
        "abuse",
        "account",
        "accounts",
        "admin",
        "administration",
        "administrator",
        "api",
        "app",
        "apps",
        "auth",
        "autoconfig",
        "autodiscover",
        "billing",
        "blog",
        "cdn",
        "console",
        "contact",
        "cozy",
        "dav",
        "demo",
        "dev",
        "dns",
        "docs",
        "ftp",
        "git",
        "help",
        "home",
        "homes",
        "host",
        "hoster",
        "hosting",
        "hostmaster",
        "http",
        "https",
        "imap",
        "info",
        "infra",
        "internal",
        "legal",
        "localhost",
        "login",
        "logout",
        "mail",
        "mailer",
        "manager",
        "mta-sts",
        "mx",
        "my",
        "news",
        "noc",
        "noreply",
        "ns",
        "ns1",
        "ns2",
        "openpgpkey",
        "payment",
        "pop",
        "pop3",
        "postmaster",
        "privacy",
        "registry",
        "root",
        "security",
        "sign",
        "signup",
        "smtp",
        "ssh",
        "ssl",
        "staff",
        "static",
        "status",
        "store",
        "support",
        "sysadmin",
        "system",
        "team",
        "terms",
        "test",
        "usenet",
        "vpn",
        "webmaster",
        "webmail",
        "welcome",
        "wpad",
        "www",
    ]
)


def clean(text: str, below: str, *, flat: bool) -> str:
    """The word as it stands in an address, of what somebody typed: `Élodie` or the whole address. Raises BadLabel, ReservedLabel.

    flat: whether a hyphen separates an app from its home there.
    """
    typed = text.strip().lower().removeprefix("https://").rstrip("./")
    plain = unicodedata.normalize("NFKD", typed.removesuffix(f".{below}"))
    label = re.sub(r"[\s'’_]+", "-", "".join(c for c in plain if not unicodedata.combining(c)))
    label = label.replace("-", "") if flat else label
    if not _LABEL.fullmatch(label) or label[2:4] == "--":
        raise BadLabel(parameter="address")
    if label in RESERVED:
        raise ReservedLabel(parameter="address")
    return label


def check(work: Work, label: str, below: str) -> str:
    """The whole address, where nobody lives, or has lived and is looked for still. Raises LabelTaken, ReservedLabel."""
    domain = f"{label}.{below}"
    if domain in homes.contexts.lobbies(work.settings):
        raise ReservedLabel(parameter="address")
    if _is_there(work, domain):
        raise LabelTaken(parameter="address")
    return domain


def choose(work: Work, text: str, below: str) -> str:
    """The word, clean and free. Raises BadLabel, ReservedLabel, LabelTaken."""
    label = clean(text, below, flat=work.settings.subdomains == "flat")
    check(work, label, below)
    return label


def others(work: Work, text: str, below: str) -> list[str]:
    """Some like it that are free."""
    flat = work.settings.subdomains == "flat"
    try:
        label = clean(text, below, flat=flat)
    except Problem:
        return []
    return list(islice(_free(work, label, below, flat=flat), OFFERED))


def _free(work: Work, label: str, below: str, *, flat: bool) -> Iterator[str]:
    dash = "" if flat else "-"
    like = (f"chez{dash}{label}", f"{label}{dash}home", *(f"{label}{number}" for number in range(2, 10)))
    for each in like:
        if _LABEL.fullmatch(each) and not _is_there(work, f"{each}.{below}"):
            yield each


def _is_there(work: Work, domain: str) -> bool:
    for look in (homes.at, homes.gone_from):
        try:
            look(work, domain)
        except NoHome:
            continue
        return True
    return False
