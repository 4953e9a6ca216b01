"""What can be done with jobs."""

from . import triggers
from .queue import enqueue, fail, finish, forget_given_up, given_up, lease, next_due, renew

__all__ = [
    "enqueue",
    "fail",
    "finish",
    "forget_given_up",
    "given_up",
    "lease",
    "next_due",
    "renew",
    "triggers",
]
