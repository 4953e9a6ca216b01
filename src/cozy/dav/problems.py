"""What can be wrong with a request of WebDAV before anybody looks at what it is about."""

from __future__ import annotations

from cozy.kernel.problem import Forbidden, Malformed


class BadXml(Malformed):
    """This body is not the XML that is expected here."""


class BadHeader(Malformed):
    """A header of this request cannot be understood."""


class UnknownReport(Forbidden):
    """This kind of question is not answered here."""

    condition = "supported-report"


class BadFilter(Forbidden):
    """What is looked for is not said as it should be."""

    condition = "{urn:ietf:params:xml:ns:caldav}valid-filter"


class BadAddressFilter(Forbidden):
    """Whom to look for is not said as it should be."""

    condition = "{urn:ietf:params:xml:ns:carddav}supported-filter"


class UnknownCollation(Forbidden):
    """Texts cannot be compared in this way here."""

    condition = "{urn:ietf:params:xml:ns:caldav}supported-collation"


class UnknownAddressCollation(Forbidden):
    """Texts of contacts cannot be compared in this way here."""

    condition = "{urn:ietf:params:xml:ns:carddav}supported-collation"


class UnknownData(Forbidden):
    """Calendars are not told in this format here."""

    condition = "{urn:ietf:params:xml:ns:caldav}supported-calendar-data"


class UnknownAddressData(Forbidden):
    """Contacts are not told in this format here."""

    condition = "{urn:ietf:params:xml:ns:carddav}supported-address-data"


class BadLine(Malformed):
    """A line of this text cannot be understood.

    Facts: `line`, counted from 1, and `reason`, a few words.
    """
