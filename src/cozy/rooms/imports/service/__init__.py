"""What can be done with imports."""

from . import archive, elsewhere, finding, running, waiting
from .changing import begin, discard, forget, go_on, pause, prepare, say_columns
from .doctypes import DOCTYPES
from .finding import NewImport, all_, fetch, left, one
from .running import look, run

__all__ = [
    "DOCTYPES", "NewImport", "all_", "archive", "begin", "discard", "elsewhere", "fetch", "finding", "forget", "go_on", "left", "look", "one", "pause", "prepare", "run",
    "running", "say_columns", "waiting",
]  # fmt: skip
