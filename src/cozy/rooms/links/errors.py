"""Refusals."""

from __future__ import annotations

from cozy.kernel.problem import Forbidden, Invalid, NotFound


class NoLink(NotFound):
    """This link leads nowhere any more. Ask the person who gave it to you for another."""


class LinkLocked(Forbidden):
    """This link asks for a password."""


class NotOffered(Forbidden):
    """This link does not let you do that. Ask the person who gave it to you."""


class NothingToShare(NotFound):
    """This cannot be shared by a link: it is gone, in the bin, or your whole home."""


class NotForThis(Invalid):
    """Choose one of the ways to share this."""


class NothingSent(Invalid):
    """Choose at least one file."""


class NoHomeThere(Invalid):
    """This is no address of a home: it looks like theo.example.org."""


class NotALink(Invalid):
    """This is no link of a home: it looks like https://theo.example.org/s/… with some letters."""


class CannotCopy(Invalid):
    """This link does not let anything be copied. You can still keep a shortcut to it."""
