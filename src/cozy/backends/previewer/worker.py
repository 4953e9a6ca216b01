"""The program that opens people's pictures, films and documents to draw and read them: a process of its own, without rights.

It reads one JSON line an order, `{"recipe": …, "path": …, "cpu_s": …, "memory": …}` and what the recipe takes, and answers a
line `<how it went> <length>` and that many bytes. Whatever a hostile file does to it, the parent kills it and goes on.
The recipes are in files beside this one, each with a table RECIPES. They import nothing of Cozy but each other, so that this
program starts with no more than it needs.
"""

from __future__ import annotations

import json
import os
import resource
import struct
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

MEMORY = 3 * 1024**3  # bytes of address space, whatever is ordered
BESIDE = Path(__file__).parent
WALLS = BESIDE.parent / "box" / "inside"  # what keeps connectors in their boxes
# What libraries read, beside Python's own: fonts, and how many processors there are.
READABLE = (
    "/lib", "/lib64", "/usr", "/etc", "/nix/store", "/proc", "/dev/null", "/dev/urandom", "/sys/devices/system/cpu",
)  # fmt: skip
COOKBOOKS = ("edits", "facts", "films", "markup", "pages", "pictures", "texts")  # the files that hold recipes
# By machine: its name in seccomp(2), and the numbers there of socket, connect, execve, execveat, ptrace,
# process_vm_readv, process_vm_writev, unlink, unlinkat, rename, renameat, renameat2, truncate, rmdir, io_uring_setup.
NEVER = {
    "x86_64": (0xC000003E, (41, 42, 59, 322, 101, 310, 311, 87, 263, 82, 264, 316, 76, 84, 425)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 117, 270, 271, 35, 38, 276, 45, 425)),
}
X32 = 0x40000000  # from here on, x86_64 has the same calls under other numbers
DONE, BROKEN, HUNGRY = b"done", b"broken", b"hungry"


def recipes() -> dict[str, Callable[..., bytes]]:
    """Every recipe, by its name. The files are a package of their own here, `recipes`."""
    _package("recipes", BESIDE)
    found: dict[str, Callable[..., bytes]] = {}
    for name in COOKBOOKS:
        found |= import_module(f"recipes.{name}").RECIPES
    return found


def _package(name: str, folder: Path) -> None:
    package = ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules[name] = package


def fence(sources: str) -> None:
    """Give up what drawing does not need: writing files, reading others than those in the folder `sources`, dumping memory,
    more memory than a large picture takes.
    """
    _wall_off(sources)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)
    if sys.platform == "linux" and os.uname().machine in NEVER:
        _wall_up(*NEVER[os.uname().machine])


def _wall_off(sources: str) -> None:
    """Have the kernel refuse every other file for good, where it knows how (Landlock, Linux 5.13 and later)."""
    if sys.platform != "linux":
        return
    _package("walls", WALLS)
    landlock, linux = import_module("walls.landlock"), import_module("walls.linux")
    try:
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        landlock.restrict([sources, str(BESIDE), sys.prefix, sys.base_prefix, *READABLE], [])
    except OSError as error:
        sys.stderr.write(f"Landlock: {error.strerror}\n")


def _wall_up(machine: int, calls: tuple[int, ...]) -> None:
    """Have the kernel refuse some calls for good (seccomp(2)): no network, no other program, no file gone or renamed.

    The filter, in BPF: refuse with EPERM whatever is called as on another machine, and each number; allow the rest.
    """
    import ctypes

    allow, refuse = (0x06, 0, 0, 0x7FFF0000), (0x06, 0, 0, 0x00050001)
    steps = [(0x20, 0, 0, 4), (0x15, 1, 0, machine), refuse, (0x20, 0, 0, 0), (0x35, 0, 1, X32), refuse]
    steps += [(0x15, len(calls) - n, 0, call) for n, call in enumerate(calls)]
    steps += [allow, refuse]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("HP", len(steps), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(program), 0, 0):
        sys.stderr.write(f"seccomp: {os.strerror(ctypes.get_errno())}\n")


def bound(cpu_s: int, memory: int) -> None:
    """Let the next order take so much, and no more."""
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    resource.setrlimit(resource.RLIMIT_CPU, (int(used) + cpu_s, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_AS, (min(memory, MEMORY), MEMORY))


def obey(known: dict[str, Callable[..., bytes]], order: dict[str, Any]) -> tuple[bytes, bytes]:
    """How an order went, and what came out or what was wrong."""
    bound(order.pop("cpu_s"), order.pop("memory"))
    try:
        return DONE, known[order.pop("recipe")](**order)
    except MemoryError:
        return HUNGRY, b""
    except Exception as error:
        return BROKEN, f"{type(error).__name__}: {error}".encode()


def main() -> None:
    """Serve orders until the parent goes away."""
    known = recipes()
    fence(sys.argv[1])
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    for line in sys.stdin.buffer:
        how, result = obey(known, json.loads(line))
        answers.write(b"%s %d\n" % (how, len(result)))
        answers.write(result)
        answers.flush()


if __name__ == "__main__":
    main()
