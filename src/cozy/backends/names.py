"""What a name of the Internet leads to, asked of the DNS server of the settings or of those of this machine.

By TCP (RFC 7766): nobody else can slip an answer in, and none is cut short.
"""

from __future__ import annotations

import asyncio

from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.nameserver import Do53Nameserver
from dns.rdtypes.txtbase import TXTBase
from dns.resolver import NXDOMAIN, Answer

from cozy.kernel.names import NoNames
from cozy.kernel.settings import Settings

_PORT, _PATIENCE_S = 53, 5.0


class NamesByDns:
    """A DNS server, as somebody who looks up a name sees it."""

    async def addresses(self, settings: Settings, name: str) -> frozenset[str]:
        """See kernel/names.py."""
        found = await asyncio.gather(*(_asked(settings, name, kind) for kind in ("A", "AAAA")))
        return frozenset(record.to_text() for answer in found for record in answer or ())

    async def texts(self, settings: Settings, name: str) -> list[str]:
        """See kernel/names.py."""
        records = await _asked(settings, name, "TXT") or ()
        return [
            b"".join(record.strings).decode("utf-8", "replace")
            for record in records
            if isinstance(record, TXTBase)
        ]


async def _asked(settings: Settings, name: str, kind: str) -> Answer | None:
    """The records of a kind, whatever the alias that they come by; None where there is no such name."""
    try:
        resolver = _resolver(settings.name_server)
        return await resolver.resolve(
            f"{name.rstrip('.')}.", kind, tcp=True, lifetime=_PATIENCE_S, raise_on_no_answer=False
        )
    except NXDOMAIN:
        return None
    except (DNSException, OSError, EOFError, ValueError) as error:
        raise NoNames from error


def _resolver(server: str) -> Resolver:
    """server: `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`; "" for those of this machine."""
    if not server:
        return Resolver()
    host, port = server, _PORT
    if "]:" in server or server.count(":") == 1:
        host, _, said = server.rpartition(":")
        port = int(said)
    resolver = Resolver(configure=False)
    resolver.nameservers = [Do53Nameserver(host.strip("[]"), port)]
    return resolver
