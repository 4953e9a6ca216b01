"""What can be done with jobs."""

from . import firing, running, support, triggers, workers
from .queue import (
    enqueue,
    fail,
    finish,
    forget_given_up,
    given_up,
    hasten,
    held_back,
    lease,
    next_due,
    put,
    release,
    renew,
    wait_for_space,
)

__all__ = [
    "enqueue",
    "fail",
    "finish",
    "firing",
    "forget_given_up",
    "given_up",
    "hasten",
    "held_back",
    "lease",
    "next_due",
    "put",
    "release",
    "renew",
    "running",
    "support",
    "triggers",
    "wait_for_space",
    "workers",
]
