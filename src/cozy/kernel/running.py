"""Running programs that nobody here vouches for: in a box, with nothing in reach but their own folder and the gateway."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Literal, Protocol

from msgspec import Struct

from .home import Home
from .problem import Unavailable

Language = Literal["node", "python", "office"]
Why = Literal["", "memory", "disk"]


@cache
def office_program() -> str:
    """Where LibreOffice is on this machine; "" where nothing can turn documents of offices into pages."""
    found = shutil.which("soffice") or shutil.which("libreoffice") or ""
    return os.path.realpath(found) if found and sys.platform == "linux" else ""


class Program(Struct, frozen=True, kw_only=True):
    """What is to run in a box.

    Its folder is HOME, the folder that it starts in and the only one that it may write to; it is gone at the end.
    """

    language: Language
    arguments: tuple[
        str, ...
    ]  # of Node.js or Python: `index.js`, or `-m` and the name of a module; of LibreOffice
    environment: Mapping[str, str] = {}  # all of it, beside HOME, TMPDIR, LANG and COZY_GATEWAY
    files: Iterable[tuple[str, bytes]] = ()  # put into its folder, by path; read once, in a thread
    readable: tuple[str, ...] = ()  # absolute paths on this machine that it may read, too
    wanted: str = ""  # name of a file that it leaves in its folder, and that is to be told
    goes_out: bool = True  # False: not even the gateway is there


class Ended(Struct, frozen=True):
    """How a program ended."""

    code: int  # its exit code; less than 0 for the signal that ended it
    why: Why = ""  # the limit that it was ended for
    errors: str = ""  # the end of what it wrote to stderr
    left: bytes = b""  # what the file holds that was wanted, where it is there


class Runner(Protocol):
    """Runs programs in boxes.

    A box knows no environment of ours, sees no other file than those that it was given, and has one way out: the socket
    named by COZY_GATEWAY speaks HTTP CONNECT, to public addresses and to the home that the program works for.
    """

    def check(self, language: Language) -> None:
        """Make sure that a program in this language could be run here. Raises CannotRun."""
        ...

    async def run(self, home: Home, program: Program, heard: Callable[[bytes], None]) -> Ended:
        """Run a program to its end. heard: is given each line of its stdout as it comes, the end of long ones cut off.

        When the caller is cancelled, the program is ended with everything that it started. Raises CannotRun.
        """
        ...


class CannotRun(Unavailable):
    """This host cannot run this program."""
