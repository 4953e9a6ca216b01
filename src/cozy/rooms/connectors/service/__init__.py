"""What the room connectors can do.

- `programs.find(work, slug)`: what the slug of a connector stands for, ready to be run.
- `runs.start(house, home, task, program)`: run a program for a job, in a box, and judge how it went.
- `planning.plan(work, slug, account)`: a trigger for an account, as often as its author says.
- `konnectors.run`, `services.run`: what the workers of these names do; `konnectors.leaves`: what is better not begun.
"""

from . import konnectors, planning, programs, runs, services

__all__ = ["konnectors", "planning", "programs", "runs", "services"]
