"""What can go wrong in a run: each has a code, which the home says in words, with what to do about it.

Codes are those of cozy-konnector-libs, where it has one; a dot adds what exactly: `USER_ACTION_NEEDED.CHANGE_PASSWORD`.
"""

from __future__ import annotations


class Trouble(Exception):
    """The run cannot go on. more: a word in capitals that makes the code more exact; detail: for whoever looks into it."""

    code = "UNKNOWN_ERROR"
    is_for_the_owner = False  # until they did something, every further try fails

    def __init__(self, more: str = "", detail: str = "") -> None:
        self.said = f"{self.code}.{more}" if more else self.code
        self.detail = detail
        super().__init__(f"{self.said} {detail}".strip())


class LoginFailed(Trouble):
    """The service does not know this login with this password."""

    code = "LOGIN_FAILED"
    is_for_the_owner = True


class VendorDown(Trouble):
    """The service does not answer, or only that it cannot."""

    code = "VENDOR_DOWN"


class UserActionNeeded(Trouble):
    """The owner has to do something at the service first."""

    code = "USER_ACTION_NEEDED"
    is_for_the_owner = True


class BadField(Trouble):
    """A field of the account cannot be used. more: its name."""

    code = "BAD_FIELD"
    is_for_the_owner = True


class Refused(Trouble):
    """The address is inside the host's own network, which no connector may reach."""

    code = "ADDRESS_REFUSED"
    is_for_the_owner = True


class NotFetched(Trouble):
    """The service answers something that this connector does not understand."""

    code = "FILE_DOWNLOAD_FAILED"


class NoFolder(Trouble):
    """The folder that things were to be put into is gone."""

    code = "NOT_EXISTING_DIRECTORY"
    is_for_the_owner = True


class DiskFull(Trouble):
    """There is no room left in the home."""

    code = "DISK_QUOTA_EXCEEDED"
    is_for_the_owner = True
