"""The calls to Linux that Python has no function for."""

from __future__ import annotations

import ctypes
import os

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x0002_0000, 0x0400_0000, 0x0800_0000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x1000_0000, 0x2000_0000, 0x4000_0000

PR_SET_PDEATHSIG = 1
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
CAPABILITIES = 41  # CAP_CHECKPOINT_RESTORE, the last, is 40

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_NOATIME, MS_NODIRATIME, MS_BIND, MS_REC, MS_PRIVATE = 1024, 2048, 4096, 16384, 1 << 18
MS_RELATIME = 1 << 21
MNT_DETACH = 2

_libc = ctypes.CDLL(None, use_errno=True)


def prctl(option: int, *values: int | ctypes.c_void_p) -> None:
    """Change something about this process. Raises OSError."""
    padded = [*values, 0, 0, 0, 0][:4]
    _checked(
        _libc.prctl(option, *(v if isinstance(v, ctypes.c_void_p) else ctypes.c_ulong(v) for v in padded))
    )


def unshare(flags: int) -> None:
    """Have namespaces of one's own. Raises OSError."""
    _checked(_libc.unshare(flags))


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Mount something. Raises OSError."""
    words = [word.encode() or None for word in (source, target, kind)]
    _checked(_libc.mount(*words, ctypes.c_ulong(flags), options.encode() or None))


def change_root(folder: str) -> None:
    """Let a folder that is mounted be all that there is. Raises OSError."""
    os.chdir(folder)
    _checked(_libc.syscall(ctypes.c_long(_PIVOT_ROOT), b".", b"."))
    _checked(_libc.umount2(b".", MNT_DETACH))
    os.chdir("/")


def syscall(number: int, *values: int | ctypes.c_void_p) -> int:
    """A call by its number. Raises OSError."""
    words = (v if isinstance(v, ctypes.c_void_p) else ctypes.c_long(v) for v in values)
    result: int = _checked(_libc.syscall(ctypes.c_long(number), *words))
    return result


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41}.get(os.uname().machine, 41)
