"""What the room connectors can do.

- `programs.find(work, slug)`: what the slug of a connector stands for, ready to be run.
- `runs.start(house, home, task, program)`: run a program for a job, in a box, and judge how it went.
- `planning.plan(work, slug, account)`: a trigger for an account, as often as its author says.
- `add`, `change`, `remove`, `accounts`: the accounts that connectors are run with; `standing`, `history`: how it goes with them.
- `shipped`: the connectors that come with the home.
- `konnectors.run`, `services.run`: what the workers of these names do; `konnectors.leaves`: what is better not begun.
"""

from . import accounts, konnectors, planning, programs, runs, services, shipped, telling
from .adding import Typed, add, change, every_of, offered_folder, path_of
from .history import Past, Standing, history, standing
from .leaving import remove, throw_away

__all__ = [
    "Past",
    "Standing",
    "Typed",
    "accounts",
    "add",
    "change",
    "every_of",
    "history",
    "konnectors",
    "offered_folder",
    "path_of",
    "planning",
    "programs",
    "remove",
    "runs",
    "services",
    "shipped",
    "standing",
    "telling",
    "throw_away",
]
