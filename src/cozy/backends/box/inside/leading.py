"""Leads each connection of a program to the gateway, where no walls keep other local sockets out of its sight.

A call to connect() waits until we answer it (seccomp_unotify(2)). We do not let it go on, since what it points to may change
meanwhile: the socket is replaced by one of ours, which is connected already.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import select
import socket
import struct

_RECEIVE, _SEND, _REPLACE = 0xC050_2100, 0xC018_2101, 0x4018_2103
_CALL = struct.Struct(
    "=QIIiIQ6Q"
)  # struct seccomp_notif: id, process, flags; number, architecture, place, arguments
_ANSWER = struct.Struct("=QqiI")  # struct seccomp_notif_resp: id, value, error, flags
_SOCKET = struct.Struct("=QIIII")  # struct seccomp_notif_addfd: id, flags, ours, theirs, flags of theirs
_AT_THAT_NUMBER = 1
_ADDRESS = 110  # bytes of a struct sockaddr_un
_PATIENCE_S = 10.0


def serve(asking: socket.socket, gateway: str) -> None:
    """Answer until nobody is left who asks. asking: what `hand_over` sends the descriptor through."""
    with asking:
        _, received, *_ = socket.recv_fds(asking, 1, 1)
    for calls in received:
        try:
            _answer_all(calls, gateway)
        finally:
            os.close(calls)


def hand_over(asking: socket.socket, calls: int) -> None:
    """Let who is outside answer these calls."""
    socket.send_fds(asking, [b"1"], [calls])
    os.close(calls)


def _answer_all(calls: int, gateway: str) -> None:
    waiting = select.poll()
    waiting.register(calls, select.POLLIN)
    while waiting.poll()[0][1] & select.POLLIN:
        call = ctypes.create_string_buffer(_CALL.size)
        try:
            fcntl.ioctl(calls, _RECEIVE, call)
        except OSError:
            continue  # who asked is dead by now
        id_, process, *_, theirs, address, length, _, _, _ = _CALL.unpack(call)
        error = (
            _led(calls, id_, process, theirs, gateway)
            if _is(process, address, length, gateway)
            else errno.EACCES
        )
        try:
            fcntl.ioctl(calls, _SEND, _ANSWER.pack(id_, 0, -error, 0))
        except OSError:
            continue


def _is(process: int, address: int, length: int, gateway: str) -> bool:
    """Whether it is the gateway that is asked for; what cannot be read is taken for it, since it leads nowhere else."""
    try:
        with open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
            memory.seek(address)
            told = memory.read(min(length, _ADDRESS))
    except (OSError, ValueError, OverflowError):
        return True
    return told[2:].split(b"\0")[0] == os.fsencode(gateway)


def _led(calls: int, id_: int, process: int, theirs: int, gateway: str) -> int:
    """Put a connection to the gateway in the place of a socket; 0, or why not."""
    try:
        flags = _flags(process, theirs)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as ours:
            ours.settimeout(_PATIENCE_S)
            ours.connect(gateway)
            ours.setblocking(not flags & os.O_NONBLOCK)
            kept = flags & os.O_CLOEXEC
            fcntl.ioctl(calls, _REPLACE, _SOCKET.pack(id_, _AT_THAT_NUMBER, ours.fileno(), theirs, kept))
    except OSError as error:
        return error.errno or errno.ETIMEDOUT
    return 0


def _flags(process: int, descriptor: int) -> int:
    """How a file was opened. Raises OSError."""
    with open(f"/proc/{process}/fdinfo/{descriptor}") as file:
        return next(int(line.split()[1], 8) for line in file if line.startswith("flags:"))
