"""What can be wrong with a request of WebDAV before anybody looks at what it is about."""

from __future__ import annotations

from cozy.kernel.problem import Malformed


class BadXml(Malformed):
    """This body is not the XML that is expected here."""


class BadHeader(Malformed):
    """A header of this request cannot be understood."""
