"""The program with three workers more, whose work can be counted: `python workshop.py serve …` is `cozy serve …`."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "src"))

from cozy.app.cli import main
from cozy.app.wiring import PORTS
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.jobs.model import Task
from cozy.rooms.jobs.ports import WorkerType
from cozy.rooms.notifications import service as notifications
from cozy.rooms.notifications.model import CONNECTOR, Notice

NOTES, STEPS = "test.notes", "test.steps"
WALK = 4  # steps of a walk


def about(task: Task) -> dict[str, object]:
    todo = task.event["doc"]["_id"] if task.event else ""
    return {"job": task.id, "says": task.message, "todo": todo, "by": os.getpid()}


def note(work: Work, task: Task) -> None:
    """One more document, in the transaction that ends the job."""
    documents.create(work, NOTES, about(task))


def tell(work: Work, task: Task) -> None:
    """A notification, which goes out by mail."""
    assert task.event
    todo = task.event["doc"]["_id"]
    notifications.notify(work, Notice(kind=CONNECTOR, about=todo, values={"name": todo}))


async def walk(house: House, home: Home, task: Task) -> None:
    """Several transactions; each leaves what it would leave the second time."""
    for number in range(WALK):
        await house.write(home, SYSTEM, _step, task, number)


def _step(work: Work, task: Task, number: int) -> None:
    id_ = f"{task.id}-{number}"
    if not documents.fetch_many(work, STEPS, [id_]):
        documents.create(work, STEPS, about(task), id_=id_)


if __name__ == "__main__":
    PORTS[WorkerType] += [
        WorkerType(name="note", run=note, at_once=8, at_once_here=8),
        WorkerType(name="walk", run=walk, at_once=8, at_once_here=8),
        WorkerType(name="tell", run=tell, at_once=8, at_once_here=8),
    ]
    main()
