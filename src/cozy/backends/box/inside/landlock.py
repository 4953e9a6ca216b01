"""Landlock: which files a process may use, however it got to them (Linux, Documentation/userspace-api/landlock.rst)."""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterable

from . import linux

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every machine
_VERSION = 1
_PATH_BENEATH = 1

_EXECUTE, _WRITE, _READ, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REFER, _TRUNCATE, _IOCTL = 1 << 13, 1 << 14, 1 << 15
_FIRST = (1 << 13) - 1  # what version 1 knew
_OF_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE | _IOCTL
_TO_READ = _EXECUTE | _READ | _READ_DIR
_DEVICES_MADE = 1 << 6 | 1 << 11  # character and block devices, which nobody makes in a box
_TCP = 1 | 2  # to listen and to connect
_SCOPES = 1 | 2  # abstract sockets and signals: none that lead out of the box


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """The version that this kernel speaks; 0 for none."""
    try:
        return linux.syscall(_CREATE, 0, 0, _VERSION)
    except OSError:
        return 0


def restrict(readable: Iterable[str], writable: Iterable[str]) -> None:
    """From now on this process, and what it starts, may use these files and folders and no others. Raises OSError.

    What is not there is left out. Needs PR_SET_NO_NEW_PRIVS.
    """
    known = version()
    handled = _handled(known)
    asked = _Ruleset(handled, _TCP if known >= 4 else 0, _SCOPES if known >= 6 else 0)
    size = 24 if known >= 6 else 16 if known >= 4 else 8
    rules = linux.syscall(_CREATE, ctypes.cast(ctypes.byref(asked), ctypes.c_void_p), size, 0)
    try:
        for path in readable:
            _allow(rules, path, _TO_READ & handled)
        for path in writable:
            _allow(rules, path, handled & ~_EXECUTE & ~_DEVICES_MADE)
        linux.syscall(_RESTRICT, rules, 0)
    finally:
        os.close(rules)


def _handled(known: int) -> int:
    return (
        _FIRST
        | (_REFER if known >= 2 else 0)
        | (_TRUNCATE if known >= 3 else 0)
        | (_IOCTL if known >= 5 else 0)
    )


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        is_folder = stat.S_ISDIR(os.fstat(folder).st_mode)
        rule = _Beneath(rights if is_folder else rights & _OF_FILES, folder)
        linux.syscall(_ADD, rules, _PATH_BENEATH, ctypes.cast(ctypes.byref(rule), ctypes.c_void_p), 0)
    finally:
        os.close(folder)
