"""Files that take long begin first, so that no worker is left alone with one at the end."""

from collections import Counter

import pytest

_LONG = ("slow", "browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with a test marked slow or browser, then by how many tests there are; within a file nothing moves."""
    sizes = Counter(item.path for item in items)
    long = {item.path for item in items if any(item.get_closest_marker(name) for name in _LONG)}
    items.sort(key=lambda item: (item.path not in long, -sizes[item.path], item.path))
