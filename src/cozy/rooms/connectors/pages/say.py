"""What a run did and what went wrong, in words that say what to do."""

from __future__ import annotations

from cozy.ui import N_, Words
from cozy.ui.words import NN_

from ..model import Run
from ..service import Past

# The longest beginning that fits counts: USER_ACTION_NEEDED.CHANGE_PASSWORD before USER_ACTION_NEEDED.
_REASONS = {
    "LOGIN_FAILED": N_("The service does not take this login and password. Type them again; perhaps the password was changed there."),
    "LOGIN_FAILED.NOT_ASCII": N_("This mail server takes no letters with accents in a password: choose another password there."),
    "LOGIN_FAILED.NEEDS_SECRET": N_("The service asks for one more secret. Fill in every field."),
    "LOGIN_FAILED.TOO_MANY_ATTEMPTS": N_("The service has locked the account for a while, after too many attempts. Wait an hour, then try again."),
    "VENDOR_DOWN": N_("The service does not answer. Look whether its address is right; else it is tried again by itself."),
    "VENDOR_DOWN.NO_TLS": N_("This mail server does not secure the connection, so no password was sent."),
    "USER_ACTION_NEEDED": N_("The service wants something from you first. Log in on its own page, do what it asks, then run this again."),
    "USER_ACTION_NEEDED.CHANGE_PASSWORD": N_("The service wants you to choose a new password. Do so there, then type the new one here."),
    "USER_ACTION_NEEDED.ACCOUNT_REMOVED": N_("The account is closed at the service. You can remove it here."),
    "USER_ACTION_NEEDED.OAUTH_OUTDATED": N_("The service has forgotten that it may send you your things. Connect the account again."),
    "USER_ACTION_NEEDED.PERMISSIONS_CHANGED": N_("The service lets this account see less than before. Look there what it may see."),
    "USER_ACTION_NEEDED.CGU_FORM": N_("The service has new terms. Log in on its own page, accept them if you like, then run this again."),
    "USER_ACTION_NEEDED.TWOFA_EXPIRED": N_("The service asked for a code and waited in vain. Run this again and type the code."),
    "USER_ACTION_NEEDED.WRONG_TWOFA_CODE": N_("The code was wrong. Run this again and type the new one."),
    "BAD_FIELD": N_("Something that you typed cannot be used. Look at it again."),
    "BAD_FIELD.URL": N_("There is nothing at this address that can be brought from. Look at it again."),
    "BAD_FIELD.URL.CALENDAR": N_("This is the address of a calendar: follow it in the calendar."),
    "BAD_FIELD.FOLDERS": N_("One of these mail folders is not there. Look at how it is called."),
    "BAD_FIELD.PATH": N_("This folder is not there, at the service. Look at how it is called."),
    "BAD_FIELD.ACCOUNT": N_("The account is not there any more."),
    "ADDRESS_REFUSED": N_("This address is inside the network of your host, which connectors may not reach. Ask your host if you need it."),
    "FILE_DOWNLOAD_FAILED": N_("The service answered something that this connector does not understand. It may be out of date."),
    "FILE_DOWNLOAD_FAILED.NO_FEED": N_("There is no feed at this address."),
    "FILE_DOWNLOAD_FAILED.TOO_LARGE": N_("The service sent more than is accepted."),
    "SAVE_FILE_FAILED": N_("A file could not be put into your home."),
    "NOT_EXISTING_DIRECTORY": N_("The folder is gone. Choose another one."),
    "DISK_QUOTA_EXCEEDED": N_("Your home is full. Make room, then run this again."),
    "MAINTENANCE": N_("This connector is being repaired. It is tried again by itself."),
    "TERMS_VERSION_MISMATCH": N_("This connector has new terms. Look at them, and bring it up to date."),
    "UNKNOWN_ERROR.NOT_ALLOWED": N_("It lacks leave for what it wanted to do. Look at what it may do."),
    "UNKNOWN_ERROR": N_("The connector itself broke. If that goes on, tell whoever made it."),
    "cancelled": N_("You stopped it."),
    "no runner on this host yet": N_("This host cannot run connectors yet."),
}  # fmt: skip
_ENOUGH = 10  # files, after which a test has seen enough
_BY_HAND = (
    "LOGIN_FAILED",
    "BAD_FIELD",
    "ADDRESS_REFUSED",
    "NOT_EXISTING_DIRECTORY",
)  # what other fields mend


def reason(words: Words, error: str) -> str:
    """What went wrong, and what to do; an error that nobody here knows is told as it is."""
    found = max((code for code in _REASONS if _fits(error, code)), key=len, default="")
    return (
        words.gettext(_REASONS[found])
        if found
        else words.gettext(N_("It failed: %(reason)s"), reason=error[:300])
    )


def is_for_fields(error: str) -> bool:
    """Whether it helps to look at what was typed."""
    return error.startswith(_BY_HAND)


def _fits(error: str, code: str) -> bool:
    return error == code or error.startswith((f"{code}.", f"{code}:", f"{code} "))


def outcome(words: Words, past: Past) -> str:
    """What a run came to."""
    if past.state == "errored":
        return reason(words, past.error)
    if past.state == "waiting":
        return words.gettext(N_("Begins in a moment"))
    if past.state == "running":
        return words.gettext(N_("Under way"))
    if past.run is None:
        return words.gettext(N_("Went well"))
    return _would(words, past.run) if past.is_test else _brought(words, past.run)


def _brought(words: Words, run: Run) -> str:
    told = [
        words.ngettext(one, many, number)
        for number, (one, many) in (
            (run.files, NN_("%(num)s new file", "%(num)s new files")),
            (run.updated, NN_("%(num)s file brought up to date", "%(num)s files brought up to date")),
            (run.bills, NN_("%(num)s bill", "%(num)s bills")),
        )
        if number
    ]
    return ", ".join(told) or words.gettext(N_("Nothing new"))


def _would(words: Words, run: Run) -> str:
    if not run.files:
        return words.gettext(N_("The log-in works. There is nothing new."))
    if run.files >= _ENOUGH:
        return words.gettext(N_("The log-in works. Much is there to be brought."))
    one, many = NN_(
        "The log-in works. %(num)s file would come.", "The log-in works. %(num)s files would come."
    )
    return words.ngettext(one, many, run.files)
