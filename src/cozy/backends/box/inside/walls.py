"""A root of one's own: a file system that holds what the box may see, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress

from . import linux

DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
_KEPT = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC | linux.MS_NOATIME | linux.MS_NODIRATIME
_ST_RELATIME = 4096
_BIND = linux.MS_BIND | linux.MS_REC


def map_user(user: int, group: int) -> None:
    """Be who one was, and nobody else, in a new namespace of users. Raises OSError."""
    _say("/proc/self/setgroups", "deny")
    _say("/proc/self/uid_map", f"{_inside(user)} {user} 1")
    _say("/proc/self/gid_map", f"{_inside(group)} {group} 1")


def _inside(number: int) -> int:
    """Who is root outside is nobody special inside."""
    return number or 65534


def _say(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def build(root: str, readable: Iterable[str], writable: Iterable[str]) -> None:
    """Let the paths that are named be all that there is, under the same names. Raises OSError.

    Needs namespaces of users and of processes.
    """
    linux.unshare(linux.CLONE_NEWNS)  # here, since who waits outside is to see the machine as it is
    linux.mount("", "/", "", linux.MS_REC | linux.MS_PRIVATE)
    linux.mount("box", root, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "size=1m,mode=755")
    for path in _outermost(readable):
        _show(root, path, is_readonly=True)
    for path in (*writable, *DEVICES):
        _show(root, path, is_readonly=False)
    os.mkdir(f"{root}/proc")
    with suppress(OSError):  # where a container hides parts of /proc, there is none in the box
        linux.mount("proc", f"{root}/proc", "proc", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC)
    linux.change_root(root)
    linux.mount(
        "", "/", "", linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY | linux.MS_NOSUID | linux.MS_NODEV
    )


def _outermost(paths: Iterable[str]) -> list[str]:
    """The paths without those that are below another one."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not any(path.startswith(f"{above}/") for above in kept):
            kept.append(path)
    return kept


def _show(root: str, path: str, *, is_readonly: bool) -> None:
    if not os.path.lexists(path):
        return
    os.makedirs(os.path.dirname(root + path), exist_ok=True)
    if os.path.islink(path):  # /lib is usr/lib on most systems
        os.symlink(os.readlink(path), root + path)
        return
    if os.path.isdir(path):
        os.mkdir(root + path)
    else:
        os.close(os.open(root + path, os.O_CREAT | os.O_WRONLY, 0o644))
    linux.mount(path, root + path, "", _BIND)
    if is_readonly:
        flags = os.statvfs(path).f_flag
        kept = (flags & _KEPT) | (linux.MS_RELATIME if flags & _ST_RELATIME else 0)
        linux.mount("", root + path, "", linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY | kept)
