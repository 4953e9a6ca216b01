"""The site of the SDK's tests."""

from tests.sdk.conftest import site

__all__ = ["site"]
