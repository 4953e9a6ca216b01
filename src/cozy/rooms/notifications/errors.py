"""What can go wrong with notifications. The words of those that cozy-stack has are its own."""

from __future__ import annotations

from cozy.kernel.problem import Forbidden, Invalid, Malformed, NotFound, TooMany


class BadNotification(Malformed):
    """A notification has a title, and nothing in it is longer than what is accepted."""

    said = "Notification is not valid"


class NotAnnouncer(Forbidden):
    """Only apps, connectors and programs that announced notifications may send some."""

    said = "Not authorized to send notification"


class NoCategories(Forbidden):
    """This app announced no notifications in its manifest."""

    said = "No category for this app"


class NoCategory(Forbidden):
    """No notification of this category was announced."""

    said = "Notification category does not exist"


class TooManyNotifications(TooMany):
    """This app has sent as many notifications as an hour allows."""


class NoNotification(NotFound):
    """There is no such notification: it may have been removed."""


class BadTime(Invalid):
    """This is no time of a day, such as 22:00."""


class BadSubscription(Invalid):
    """This device did not say where it takes messages in a way that can be used."""
