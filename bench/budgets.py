"""What Cozy promises, as data. Times and rates of a shared machine vary: where a peer is named, the ratio counts."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Budget:
    """A bound on Cozy's figure, in the metric's unit, or on its ratio to a peer's figure of the same run."""

    metric: str
    bound: Literal["at least", "at most", "below"]
    value: float
    peer: str | None = None

    def __str__(self) -> str:
        sign = {"at least": "≥", "at most": "≤", "below": "<"}[self.bound]
        return f"{sign} {self.value:,g}" + (f" × {self.peer}" if self.peer else "")


FILES = (
    Budget("put-1", "at least", 1.0, "mod_dav"),
    Budget("put-8", "at least", 1.0, "mod_dav"),
    Budget("get-8", "at least", 0.3, "mod_dav"),
    Budget("upload", "at least", 400),
    Budget("upload-memory", "below", 32),
    Budget("download", "at least", 1000),
    Budget("download-memory", "below", 32),
    Budget("list-small", "at most", 8),
    Budget("list-large", "at most", 85),
    Budget("start", "below", 1.5),
    Budget("idle-memory", "below", 120),
)

DAV = (
    Budget("event-8", "at least", 1_000),
    Budget("contact-8", "at least", 1_000),
    Budget("week", "at most", 10),
    Budget("sync", "at most", 250),
    Budget("look-cpu", "at most", 0.5),  # 2,000 a second with one core
    Budget("look-folder-cpu", "at most", 0.5),
    *(budget for budget in FILES if budget.metric not in {"start", "idle-memory"}),
)

# Ahead of CouchDB 3, as it was measured on such a machine; it has no package here to be run beside.
DOCUMENTS = (
    Budget("get-8", "at least", 2_600),
    Budget("put-8", "at least", 1_056),
    Budget("bulk", "at least", 22_400),
    Budget("find-100000", "below", 10),
)


def kept(budget: Budget, figures: dict[str, float], judged: str = "cozy") -> bool | None:
    """Whether the figures (metric's value by server) keep a budget; None when one that it needs is missing."""
    if judged not in figures or (budget.peer is not None and not figures.get(budget.peer)):
        return None
    value = figures[judged] / (figures[budget.peer] if budget.peer else 1)
    match budget.bound:
        case "at least":
            return value >= budget.value
        case "at most":
            return value <= budget.value
        case "below":
            return value < budget.value
