"""`cozy service`: the units by which systemd looks after this very installation."""

from __future__ import annotations

import shlex
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
TimeoutStopSec={patience_s}
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

_ONCE = """\
# Written by `cozy service --once`.
[Unit]
Description=Cozy: {what}
After=network-online.target
Wants=network-online.target

[Service]
Type=oneshot
ExecStart={start}
WorkingDirectory={here}
User={user}
Nice=10
NoNewPrivileges=true
ProtectSystem=full
UMask=0077
"""
_TIMER = """\
# Written by `cozy service --timer`. It starts the service of the same name.
[Unit]
Description=Cozy, by the clock

[Timer]
OnCalendar={when}
RandomizedDelaySec=15min
Persistent=true

[Install]
WantedBy=timers.target
"""


def unit(settings: Settings, user: str) -> str:
    """The unit's text. What `cozy.toml` in the current folder says goes on to hold."""
    more = "# ports 80 and 443\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n" if settings.public else ""
    return _UNIT.format(
        start=_start(settings, ["serve"]),
        here=_word(str(Path.cwd())),
        user=user,
        data=_quoted(_data(settings)),
        patience_s=60 + settings.drain_s,
        more=more,
    )


def once(settings: Settings, user: str, command: str) -> str:
    """A unit that runs a command of this program and ends, such as `backup /media/disk/cozy --keep 7d`."""
    start = _start(settings, shlex.split(command))
    return _ONCE.format(what=_word(command), start=start, here=_word(str(Path.cwd())), user=user)


def timer(when: str) -> str:
    """A unit that starts the service of its name at these times (systemd.time(7), calendar events); later, when the machine was off."""
    return _TIMER.format(when=_word(when))


def _start(settings: Settings, command: list[str]) -> str:
    return " ".join(map(_quoted, (str(Path(sys.argv[0]).absolute()), "--data", _data(settings), *command)))


def _data(settings: Settings) -> str:
    return str(Path(settings.data).absolute())


def _word(text: str) -> str:
    """As systemd reads it: a percent sign is one of two (systemd.unit(5), specifiers)."""
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    """The same as one of several words (systemd.syntax(7), quoting; systemd.service(5), command lines)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return _word(f'"{escaped}"' if set(text) & set(" \t\"'\\;") else escaped)
