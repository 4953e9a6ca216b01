"""`cozy service`: the units by which systemd looks after this very installation."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path

from cozy.kernel.settings import Settings

_UNIT = """\
# Written by `cozy service`.
[Unit]
Description=Cozy
After=network-online.target
Wants=network-online.target
RequiresMountsFor={data}
AssertPathIsDirectory={data_word}

[Service]
ExecStart={start}
WorkingDirectory={here}
EnvironmentFile=-{here}/cozy.env
User={user}
Restart=on-failure
RestartSec=5
KillMode=mixed
TimeoutStopSec={patience_s}
LimitNOFILE=8192
RuntimeDirectory=cozy
UMask=0077
ReadWritePaths={writable}
CapabilityBoundingSet={capabilities}
AmbientCapabilities={capabilities}
LockPersonality=true
NoNewPrivileges=true
PrivateDevices=true
PrivateTmp=true
ProtectClock=true
ProtectControlGroups=true
ProtectHostname=true
ProtectKernelLogs=true
ProtectKernelModules=true
ProtectKernelTunables=true
ProtectProc=invisible
ProtectSystem=strict
RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX
RestrictRealtime=true
RestrictSUIDSGID=true
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=~@clock @cpu-emulation @debug @module @obsolete @raw-io @reboot @swap

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
EnvironmentFile=-{here}/cozy.env
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


def unit(settings: Settings, user: str, writable: Iterable[str] = ()) -> str:
    """The unit's text. What `cozy.toml` in the current folder says goes on to hold, and so does `cozy.env`, where keys of S3 stand.

    It shuts off what Cozy never needs; namespaces and mounts stay, since boxes are made of them. Told to stop, Cozy itself ends what it started.
    writable: folders that it may write in beside the data folder, such as live folders.
    """
    data = _data(settings)
    return _UNIT.format(
        start=_start(settings, ["serve"]),
        here=_word(str(Path.cwd())),
        user=user,
        data=_quoted(data),
        data_word=_word(data),
        writable=" ".join(_quoted(str(Path(folder).absolute())) for folder in (data, *writable)),
        patience_s=60 + settings.drain_s,
        capabilities="CAP_NET_BIND_SERVICE" if settings.public else "",
    )


def missing(settings: Settings, user: str) -> str:
    """What has to be made before the unit can start; "" when nothing has."""
    data = _data(settings)
    if os.path.isdir(data):
        return ""
    return f"there is no data folder yet: sudo install -d -o {user} -m 700 {shlex.quote(data)}"


def once(settings: Settings, user: str, command: str) -> str:
    """A unit that runs a command of this program and ends, such as `backup /media/disk/cozy --keep 7d`."""
    start = _start(settings, shlex.split(command))
    return _ONCE.format(what=_word(command), start=start, here=_word(str(Path.cwd())), user=user)


def timer(when: str) -> str:
    """A unit that starts the service of its name at these times (systemd.time(7), calendar events); later, when the machine was off."""
    return _TIMER.format(when=_word(when))


def _start(settings: Settings, command: list[str]) -> str:
    words = (str(Path(sys.argv[0]).absolute()), "--data", _data(settings), *command)
    return " ".join(_quoted(word.replace("$", "$$")) for word in words)


def _data(settings: Settings) -> str:
    return str(Path(settings.data).absolute())


def _word(text: str) -> str:
    """As systemd reads it: a percent sign is one of two (systemd.unit(5), specifiers)."""
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    """The same as one of several words (systemd.syntax(7), quoting)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return _word(f'"{escaped}"' if set(text) & set(" \t\"'\\;") else text)
