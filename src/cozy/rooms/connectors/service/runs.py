"""One run of a program for a job: what it says is told at once to who listens, and how it ended is judged."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from cozy.kernel.bus import Change
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.running import CannotRun, Ended, Program
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.jobs import service as jobs
from cozy.rooms.jobs.errors import Hopeless, ProgramFailed
from cozy.rooms.jobs.model import JOBS, Task

from ..model import EVENTS, MESSAGE_LIMIT, Line, line_of

log = structlog.get_logger()
TOLD_LIMIT = 1000  # lines of one run that are told
BY_THE_OWNER = ("LOGIN_FAILED", "USER_ACTION_NEEDED")  # until the owner did something, every try fails
_SLACK_S = 5  # between the time that a program is told, and the one that it has


@dataclass(slots=True)
class Said:
    """What a program has said so far, as far as it matters."""

    lines: int = 0
    error: str = ""
    critical: str = ""
    no_retry: bool = False

    def note(self, line: Line) -> None:
        """Remember a line."""
        self.lines += 1
        if line.type == "error":
            self.error = line.message[:MESSAGE_LIMIT]
        elif line.type == "critical":
            self.critical = line.message[:MESSAGE_LIMIT]
            self.no_retry = self.no_retry or line.no_retry

    @property
    def failure(self) -> str:
        """What went wrong, in its own words; "" for nothing. Old connectors say `error` for `critical`."""
        return self.critical or self.error


async def start(
    house: House, home: Home, task: Task, program: Program, *, counts_errors: bool = True
) -> None:
    """Run a program for a job, to its end.

    Who listens to `io.cozy.jobs.events` hears each line that it says. counts_errors: whether an error that it tells of is
    a failure, as with connectors. Raises ProgramFailed, Hopeless.
    """
    said = Said()

    def heard(raw: bytes) -> None:
        line = line_of(raw)
        if line is None:
            return
        said.note(line)
        if said.lines <= TOLD_LIMIT:
            house.bus.tell(home.id, [_event(task, line)])

    try:
        ended = await house.boxes.run(home, program, heard)
    except CannotRun as error:
        raise Hopeless(error.detail) from error
    failure = _failure(ended, said if counts_errors else Said(), house.settings.box_memory_mb)
    log.info(
        "a program ended", home=home.id, job=task.id, worker=task.worker, code=ended.code, lines=said.lines
    )
    if not failure:
        return
    log.debug("what a program wrote", home=home.id, job=task.id, errors=ended.errors)
    if said.no_retry or failure.startswith(BY_THE_OWNER):
        raise Hopeless(failure)
    raise ProgramFailed(failure)


def limit_s(work: Work, task: Task) -> int:
    """How long a program is told that it has; a little more than it does, so that it never ends by itself for that."""
    job = documents.fetch(work, JOBS, task.id)
    return jobs.workers.find(work, task.worker).limit_s(jobs.running.options_of(job)) + _SLACK_S


def _event(task: Task, line: Line) -> Change:
    body = {
        "type": line.type,
        "message": line.message[:MESSAGE_LIMIT],
        "worker": task.worker,
        "trigger_id": task.trigger_id,
    }
    return Change("CREATED", EVENTS, task.id, body=body)


def _failure(ended: Ended, said: Said, memory_mb: int) -> str:
    """What went wrong, "" for nothing."""
    if ended.why == "memory":
        return f"out of memory: it took more than {memory_mb} MB"
    if ended.why == "disk":
        return "out of space: it wrote more into its folder than it may"
    if said.failure or not ended.code:
        return said.failure
    return f"exit status {ended.code}" if ended.code > 0 else f"signal: {-ended.code}"
