"""The words of this room: what waits, when it is due, and the documents that apps see."""

from .queue import LEASE, NEVER, NORMAL, PRIORITIES, URGENT, Waiting, next_hour, pause
from .running import JOBS, STATES, SUPPORT, TRIGGERS, Options, Task

__all__ = [
    "JOBS",
    "LEASE",
    "NEVER",
    "NORMAL",
    "PRIORITIES",
    "STATES",
    "SUPPORT",
    "TRIGGERS",
    "URGENT",
    "Options",
    "Task",
    "Waiting",
    "next_hour",
    "pause",
]
