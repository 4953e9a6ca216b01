"""`cozy service`: the unit by which systemd looks after this very installation."""

from __future__ import annotations

import sys
from pathlib import Path

from cozy.kernel.settings import Settings

_UNIT = """\
# Written by `cozy service`.
[Unit]
Description=Cozy
After=network-online.target
Wants=network-online.target

[Service]
ExecStart={start}
WorkingDirectory={here}
User={user}
Restart=on-failure
TimeoutStopSec=60
LimitNOFILE=8192
NoNewPrivileges=true
ProtectSystem=strict
ReadWritePaths={data}
PrivateTmp=true
UMask=0077
{more}
[Install]
WantedBy=multi-user.target
"""


def unit(settings: Settings, user: str) -> str:
    """The unit's text. What `cozy.toml` in the current folder says goes on to hold."""
    data = str(Path(settings.data).absolute())
    cozy = str(Path(sys.argv[0]).absolute())
    more = "# ports 80 and 443\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n" if settings.public else ""
    return _UNIT.format(
        start=" ".join(map(_quoted, (cozy, "--data", data, "serve"))),
        here=_word(str(Path.cwd())),
        user=user,
        data=_quoted(data),
        more=more,
    )


def _word(text: str) -> str:
    """As systemd reads it: a percent sign is one of two (systemd.unit(5), specifiers)."""
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    """The same as one of several words (systemd.syntax(7), quoting; systemd.service(5), command lines)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return _word(f'"{escaped}"' if set(text) & set(" \t\"'\\;") else escaped)
