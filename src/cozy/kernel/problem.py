"""Problem, the one family of expected errors, and its kinds."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, ClassVar


class Problem(Exception):
    """Something that the caller can understand and act on.

    The docstring of a subclass is the sentence that people read; keyword facts say which name, which limit…
    Facts are shown to the caller, so they hold no secret. Facts `parameter` and `pointer` name the faulty part
    of the request, as in JSON:API (https://jsonapi.org/format/#error-objects).
    """

    kind: ClassVar[str] = "problem"
    said: ClassVar[str] = ""  # the words that existing clients of the API match, where they do
    condition: ClassVar[str] = ""  # its element in WebDAV (RFC 4918 §16), where it has one
    heading: ClassVar[str] = ""  # the title that they know, where it is not the one of the status

    def __init__(self, detail: str = "", /, **facts: Any) -> None:
        self.detail = detail or self.title()
        super().__init__(self.detail)
        self.facts = facts

    @classmethod
    def code(cls) -> str:
        """The stable name of this error, `room.error_name`: `files.name_taken`."""
        parts = cls.__module__.split(".")
        room = parts[2] if parts[1] == "rooms" else parts[-1]
        return f"{room}.{re.sub(r'(?<!^)(?=[A-Z])', '_', cls.__name__).lower()}"

    @classmethod
    def title(cls) -> str:
        """The sentence for people: the first paragraph of the docstring."""
        return _first_paragraph(cls.__doc__ or cls.__name__)


@cache
def _first_paragraph(text: str) -> str:
    return " ".join(text.strip().split("\n\n", 1)[0].split())


class Malformed(Problem):
    """The request cannot be understood."""

    kind = "malformed"


class Unauthenticated(Problem):
    """Nobody is in: say who you are first."""

    kind = "unauthenticated"


class Forbidden(Problem):
    """This is not allowed."""

    kind = "forbidden"


class NotFound(Problem):
    """There is nothing here."""

    kind = "not_found"


class Conflict(Problem):
    """Something else is already there."""

    kind = "conflict"


class Gone(Problem):
    """This was here and has ended."""

    kind = "gone"


class Stale(Problem):
    """It has changed since you last saw it."""

    kind = "stale"


class Invalid(Problem):
    """A value cannot be used."""

    kind = "invalid"


class Full(Problem):
    """There is not enough space left in this home."""

    kind = "full"


class OutOfSpace(Problem):
    """The disk of this server is full."""

    kind = "out_of_space"


class ActionNeeded(Problem):
    """The owner has something to do first."""

    kind = "action_needed"


class Locked(Problem):
    """Somebody is working on this."""

    kind = "locked"


class Unsupported(Problem):
    """This kind of content is not understood here."""

    kind = "unsupported"


class TooMany(Problem):
    """Too many attempts: wait a little. The fact `retry_after_s` says how long."""

    kind = "too_many"


class Unavailable(Problem):
    """This cannot be done right now."""

    kind = "unavailable"


class Elsewhere(Problem):
    """Another server did not answer as it should."""

    kind = "elsewhere"
