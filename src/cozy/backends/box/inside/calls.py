"""seccomp: which calls to Linux a process may make. No socket but local ones, no memory that is counted with no
process, and nothing that moves the walls of the box.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Callable
from typing import TypeVar

from . import linux

T = TypeVar("T")

_AF_UNIX = 1
_FORBIDDEN: tuple[tuple[str, int, int], ...] = (  # name, x86_64, the others (asm-generic)
    ("ptrace", 101, 117), ("process_vm_readv", 310, 270), ("process_vm_writev", 311, 271), ("pidfd_getfd", 438, 438),
    ("mount", 165, 40), ("umount2", 166, 39), ("pivot_root", 155, 41), ("chroot", 161, 51), ("open_tree", 428, 428),
    ("move_mount", 429, 429), ("fsopen", 430, 430), ("fsconfig", 431, 431), ("fsmount", 432, 432), ("fspick", 433, 433),
    ("mount_setattr", 442, 442), ("open_by_handle_at", 304, 265), ("unshare", 272, 97), ("setns", 308, 268),
    ("bpf", 321, 280), ("userfaultfd", 323, 282), ("perf_event_open", 298, 241), ("io_uring_setup", 425, 425),
    ("memfd_create", 319, 279), ("memfd_secret", 447, 447), ("shmget", 29, 194),
    ("add_key", 248, 217), ("request_key", 249, 218), ("keyctl", 250, 219), ("kexec_load", 246, 104),
    ("init_module", 175, 105), ("finit_module", 313, 273), ("delete_module", 176, 106), ("swapon", 167, 224), ("reboot", 169, 142),
)  # fmt: skip
_MACHINES = {"x86_64": (0xC000_003E, 0), "aarch64": (0xC000_00B7, 1), "riscv64": (0xC000_00F3, 1)}
_SOCKET = {"x86_64": 41, "aarch64": 198, "riscv64": 198}
_CLONE = {"x86_64": 56, "aarch64": 220, "riscv64": 220}
_CLONE3 = 435
_CONNECT = {"x86_64": 42, "aarch64": 203, "riscv64": 203}
_SECCOMP = {"x86_64": 317, "aarch64": 277, "riscv64": 277}
_SET_FILTER, _NEW_LISTENER = 1, 1 << 3
_X32 = 0x4000_0000  # the other numbering of x86_64

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _MASK, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT, _SECOND_ARGUMENT = 0, 4, 16, 24  # where they are in seccomp_data
_ALLOW, _ASK, _REFUSE = 0x7FFF_0000, 0x7FC0_0000, 0x0005_0000
_STREAM, _KIND = 1, 0xF  # of sockets

Step = tuple[int, int, int, int]


def restrict() -> None:
    """From now on this process, and what it starts, may make only harmless calls. Raises OSError.

    Needs PR_SET_NO_NEW_PRIVS.
    """
    steps = _steps(os.uname().machine)
    _filtered(steps, lambda packed: linux.prctl(linux.PR_SET_SECCOMP, linux.SECCOMP_MODE_FILTER, packed))


def lead() -> int:
    """From now on connect() waits for whoever holds the descriptor that this gives, and there are no sockets but streams.

    Raises OSError. Needs PR_SET_NO_NEW_PRIVS. `restrict` is needed too: other machines' calls are not looked at here.
    """
    machine = os.uname().machine
    _check_known(machine)
    steps: list[Step] = [
        (_LOAD, 0, 0, _NUMBER),
        (_EQUAL, 0, 1, _CONNECT[machine]), (_RETURN, 0, 0, _ASK),
        (_EQUAL, 0, 4, _SOCKET[machine]), (_LOAD, 0, 0, _SECOND_ARGUMENT), (_MASK, 0, 0, _KIND), (_EQUAL, 1, 0, _STREAM),
        _refused(errno.EPROTONOSUPPORT),
        (_RETURN, 0, 0, _ALLOW),
    ]  # fmt: skip
    return _filtered(
        steps, lambda packed: linux.syscall(_SECCOMP[machine], _SET_FILTER, _NEW_LISTENER, packed)
    )


def _filtered(steps: list[Step], install: Callable[[ctypes.c_void_p], T]) -> T:
    """What comes of installing a filter, given as Linux takes it: struct sock_fprog."""
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(code)))
    return install(ctypes.cast(program, ctypes.c_void_p))


def _steps(machine: str) -> list[Step]:
    """The filter, in the kernel's little language. Raises OSError on a machine whose calls are not known here."""
    _check_known(machine)
    architecture, column = _MACHINES[machine]
    steps: list[Step] = [
        (_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, architecture), _refused(errno.EPERM),
        (_LOAD, 0, 0, _NUMBER), (_AT_LEAST, 0, 1, _X32), _refused(errno.EPERM),
    ]  # fmt: skip
    for _, *numbers in _FORBIDDEN:
        steps += [(_EQUAL, 0, 1, numbers[column]), _refused(errno.EPERM)]
    steps += [
        (_EQUAL, 0, 1, _CLONE3),
        _refused(errno.ENOSYS),
    ]  # its flags are out of sight; clone stands in for it
    steps += [
        (_EQUAL, 0, 3, _SOCKET[machine]), (_LOAD, 0, 0, _FIRST_ARGUMENT), (_EQUAL, 1, 0, _AF_UNIX), _refused(errno.EAFNOSUPPORT),
        (_LOAD, 0, 0, _NUMBER),
        (_EQUAL, 0, 3, _CLONE[machine]), (_LOAD, 0, 0, _FIRST_ARGUMENT), (_ANY_BIT, 0, 1, linux.CLONE_NEWUSER), _refused(errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]  # fmt: skip
    return steps


def _check_known(machine: str) -> None:
    if machine not in _MACHINES:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))


def _refused(number: int) -> Step:
    return (_RETURN, 0, 0, _REFUSE | number)
