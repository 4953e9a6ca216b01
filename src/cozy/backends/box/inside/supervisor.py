"""Makes a box, lets a program run in it and waits for its end, or for that of who asked.

Three processes: the supervisor, outside, which looks at what the box uses; the first process of the box, which the program
cannot touch and with which everything in the box ends; and the program. Where Linux gives no namespaces, the first two are one.
"""

from __future__ import annotations

import errno
import fcntl
import itertools
import json
import os
import resource
import signal
import socket
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from . import calls, landlock, leading, linux, walls
from .clearing import clear
from .order import Order

LOOK_EVERY_S = 0.2
LOOKS_PER_WALK = 10  # walking through the folder costs more than asking for memory
MOST_FILES = 100_000
LONGEST_PATH = 2_000  # characters: what lies deeper could soon not be counted
MOST_KEPT = 64 << 20  # bytes of a file that is wanted
SIGNS = (signal.SIGCHLD, signal.SIGTERM)
APART = (
    linux.CLONE_NEWUSER | linux.CLONE_NEWPID | linux.CLONE_NEWNET | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS
)
SLACK = 1 << 30  # bytes that a program may map without filling them: stacks, and what V8 sets aside
Tell = Callable[[str, object], None]


def main() -> None:
    """Do what the order on the command line says, and leave nothing behind."""
    order: Order = json.loads(sys.argv[1])
    for own in (order["report"], order["kept"]):
        os.set_inheritable(own, False)
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNS)
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGTERM)
    with _held(os.path.dirname(order["home"])):
        if os.getppid() == order["parent"]:
            _supervise(order)
            _keep(order)


@contextmanager
def _held(folder: str) -> Iterator[None]:
    """Let nobody else remove this folder while the block runs; then remove it.

    Whoever waits for the end would do so too, but may be killed at any time. A look at who is the parent would not tell: one
    that is killed is so thread by thread, and for as long as one is left it is still the parent.
    """
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(held, fcntl.LOCK_SH)
    try:
        yield
    finally:
        clear(folder)


def _keep(order: Order) -> None:
    """Write down what was wanted, once the box has ended: a plain file only, since a link could lead to anything of ours."""
    if not order["wanted"]:
        return
    with suppress(OSError):
        left = os.open(
            os.path.join(order["home"], order["wanted"]), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        )
        if stat.S_ISREG(os.fstat(left).st_mode) and os.fstat(left).st_size <= MOST_KEPT:
            while os.sendfile(order["kept"], left, None, 1 << 20):
                pass


def _supervise(order: Order) -> None:
    def tell(name: str, value: object) -> None:
        with suppress(BrokenPipeError):  # nobody waits any more
            os.write(order["report"], json.dumps({name: value}).encode() + b"\n")

    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")  # when memory is short, the house stays
    os.nice(10)
    try:
        is_apart = order["namespaces"] and _apart(tell)
    except OSError as error:
        tell("failed", f"namespaces: {error.strerror}")
        return
    outside, asking = socket.socketpair()
    first = os.fork()
    if first == 0:
        outside.close()
        _first(order, tell, asking, is_apart=is_apart)
    asking.close()
    if not is_apart:  # who has left its namespace of processes can start no thread
        threading.Thread(target=leading.serve, args=(outside, order["gateway"]), daemon=True).start()
    _watch(order, tell, first, is_apart=is_apart)


def _apart(tell: Tell) -> bool:
    """Whether there are namespaces for the box: the next process is the first in them."""
    user, group = os.getuid(), os.getgid()  # nobody in the namespace, until they are mapped
    try:
        linux.unshare(APART)
    except OSError as error:
        tell("loose", f"namespaces: {error.strerror}")
        return False
    walls.map_user(user, group)
    return True


def _first(order: Order, tell: Tell, asking: socket.socket, *, is_apart: bool) -> None:
    """Be the first process of the box, until the program ends. Never returns."""
    try:
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
        has_walls = is_apart and _wall(order, tell)
        program = os.fork()
        if program == 0:
            _become(order, tell, asking, is_apart=is_apart, has_walls=has_walls)
        tell("ended", os.waitstatus_to_exitcode(_reaped(program)))
        if not is_apart:
            _bury()
    except OSError as error:
        tell("failed", f"the box: {error.strerror}")
    finally:
        os._exit(0)


def _wall(order: Order, tell: Tell) -> bool:
    """Whether the box has a root of its own."""
    try:
        walls.build(order["root"], order["readable"], [order["home"]])
    except OSError as error:
        tell("loose", f"a root of its own: {error.strerror}")
        return False
    return True


def _reaped(program: int) -> int:
    """The status of the program, once it ended; orphans of the box are buried meanwhile."""
    while True:
        child, status = os.waitpid(-1, 0)
        if child == program:
            return status


def _become(order: Order, tell: Tell, asking: socket.socket, *, is_apart: bool, has_walls: bool) -> None:
    """Be the program, within the walls. Never returns."""
    try:
        os.chdir(order["home"])
        _limit(order, is_apart=is_apart)
        for capability in range(linux.CAPABILITIES):
            with suppress(OSError):
                linux.prctl(linux.PR_CAPBSET_DROP, capability)
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        _restrict(order, tell, is_apart=is_apart, has_walls=has_walls)
        if not is_apart:
            _lead(tell, asking)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        os.execv(order["argv"][0], order["argv"])  # noqa: S606 - a program and its arguments, which no shell reads
    except OSError as error:
        tell("failed", error.strerror)
    finally:
        os._exit(127)


def _limit(order: Order, *, is_apart: bool) -> None:
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_DATA: order["memory"] + SLACK,
        resource.RLIMIT_FSIZE: order["disk"],
        resource.RLIMIT_NOFILE: 1024,
    }
    if is_apart:
        limits[resource.RLIMIT_NPROC] = 256  # elsewhere it would count what else this user runs
    for which, limit in limits.items():
        with suppress(ValueError):  # a host may allow less already
            resource.setrlimit(which, (limit, limit))


def _restrict(order: Order, tell: Tell, *, is_apart: bool, has_walls: bool) -> None:
    """Raises OSError where neither these nor namespaces keep our files, the network, or the database out of reach."""
    if order["needs_walls"] and not has_walls:
        raise PermissionError(errno.EPERM, "without namespaces the database would be in its reach")
    try:
        landlock.restrict(
            [*order["readable"], "/proc"] if has_walls else order["readable"], [order["home"], *walls.DEVICES]
        )
    except OSError as error:
        tell("loose", f"Landlock: {error.strerror}")
        if not has_walls:
            raise
    try:
        calls.restrict()
    except OSError as error:
        tell("loose", f"seccomp: {error.strerror}")
        if not is_apart:
            raise


def _lead(tell: Tell, asking: socket.socket) -> None:
    """Let the program connect to no local socket but the gateway, which Landlock does not see to."""
    try:
        leading.hand_over(asking, calls.lead())
    except OSError as error:
        tell("loose", f"local sockets out of reach: {error.strerror}")


def _watch(order: Order, tell: Tell, first: int, *, is_apart: bool) -> None:
    """Wait for the end of the box, and end it when it takes more than it may or nobody waits for it any more."""
    for looks in itertools.count(1):
        sign = signal.sigtimedwait(SIGNS, LOOK_EVERY_S)
        if sign is not None and sign.si_signo == signal.SIGTERM:
            break
        if os.waitpid(first, os.WNOHANG) != (0, 0):
            return
        if _memory(first) > order["memory"]:
            tell("why", "memory")
            break
        if looks % LOOKS_PER_WALK == 0 and _is_full(order["home"], order["disk"], first):
            tell("why", "disk")
            break
    _end(first, is_apart=is_apart)


def _end(first: int, *, is_apart: bool) -> None:
    """End the box: with its first process where that is one of a namespace, else one process after the other."""
    while os.waitpid(first, os.WNOHANG) == (0, 0):
        for process in [first] if is_apart else _below(first):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        signal.sigtimedwait([signal.SIGCHLD], LOOK_EVERY_S)


def _bury() -> None:
    """End what the program left behind, where no namespace ends with it."""
    while left := list(_below(os.getpid())):
        for process in left:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(-1, 0)


def _below(process: int) -> Iterator[int]:
    """The processes that one started, and those that they did."""
    with suppress(OSError):
        for thread in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{thread}/children") as file:
                children = file.read().split()
            for child in map(int, children):
                yield child
                yield from _below(child)


def _memory(first: int) -> int:
    """Bytes that belong to the box alone; what several of its processes share counts with each."""
    kilobytes = 0
    for process in _below(first):
        with suppress(OSError), open(f"/proc/{process}/status") as file:
            kilobytes += sum(
                int(line.split()[1]) for line in file if line.startswith(("RssAnon:", "RssShmem:"))
            )
    return kilobytes << 10


def _is_full(folder: str, limit: int, first: int) -> bool:
    """Whether a folder holds more than it may, what has no name any more and is still open included."""
    used = files = 0
    for path, _, names in os.walk(folder):
        files += len(names)
        for name in names:
            with suppress(OSError):
                used += os.lstat(os.path.join(path, name)).st_blocks * 512
        if used > limit or files > MOST_FILES or len(path) > LONGEST_PATH:
            return True
    return used + _nameless(first) > limit


def _nameless(first: int) -> int:
    """Bytes of files that processes of the box hold open and that are in no folder."""
    found: dict[tuple[int, int], int] = {}
    for process in _below(first):
        with suppress(OSError):
            for held in os.listdir(f"/proc/{process}/fd"):
                with suppress(OSError):
                    file = os.stat(f"/proc/{process}/fd/{held}")
                    if stat.S_ISREG(file.st_mode) and not file.st_nlink:
                        found[file.st_dev, file.st_ino] = file.st_blocks * 512
    return sum(found.values())
