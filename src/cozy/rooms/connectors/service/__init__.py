"""What the room connectors can do.

- `programs.find(work, slug)`: what the slug of a connector stands for, ready to be run.
- `runs.start(house, home, task, program)`: run a program for a job, in a box, and judge how it went.
- `konnectors.run`, `services.run`: what the workers of these names do; `konnectors.leaves`: what is better not begun.
"""

from . import konnectors, programs, runs, services

__all__ = ["konnectors", "programs", "runs", "services"]
