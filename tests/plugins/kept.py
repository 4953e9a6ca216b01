"""What is in memory when the first test begins stays there: nobody looks through it for garbage, again and again."""

import gc


def pytest_collection_finish() -> None:
    """Eleven thousand tests and all modules are most of what a collector would look at."""
    gc.collect()
    gc.freeze()
