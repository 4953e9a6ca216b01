"""Why something of an archive is left out, in sentences that pages say again in the reader's language."""

from __future__ import annotations


def N_(message: str) -> str:  # noqa: N802 (the name that gettext tools look for)
    """Mark a sentence that pages say in the reader's language; who looks into archives knows no pages."""
    return message


LEADS_OUT = N_("Its name leads out of the archive.")
LINK = N_("It is a link, and no file.")
UNHELD = N_("No folder can hold its name.")
LOCKED = N_("It is locked by a password.")
PACKED = N_(
    "It is packed in a way that is not opened here: unpack the archive first, and bring in the folder."
)
TWICE = N_("The archive has two files of this name.")
CUT_SHORT = N_("The archive is cut short here: what comes after is missing.")
UNREADABLE = N_("It cannot be read.")
NO_CARD = N_("There is no card in it.")
NO_BOOKMARK = N_("There is no bookmark in it.")
LONG_MAIL = N_("A mail in it is too long, and came in cut short.")
NO_CONTENT = N_("What it holds is not in this archive.")
OTHER_CONTENT = N_("It holds something else than its document says: it was changed, or is damaged.")
UNHOLDABLE = N_("It holds characters that no document can.")
NO_FILE_OF_VERSION = N_("The file that held this is not here.")
OVER = N_("It was over already.")
OPENS_ALL = N_("It opens everything of a kind: make a link again, of what is to be seen.")
NO_PASSWORD = N_("Its password cannot be taken along: make the link again.")
REST = N_("The rest of it cannot be read.")
