"""Why formats leave something out, in sentences that are said again in the reader's language."""

from __future__ import annotations

from ..model.reasons import N_

BROKEN = N_("This file breaks off, or is not what its name says.")
LINES = N_("These lines could not be read.")
BANK_LINES = N_("These lines could not be read, or are not booked yet.")
NO_PICTURE = N_("It is no picture and no film.")
NO_SUCH_PICTURE = N_("Its picture is not in this archive.")
NOT_OF_A_PICTURE = N_("It says nothing of a picture.")
NO_NOTE = N_("It is no note.")
NO_PLACE = N_("Nothing here has a place for what this file tells.")
BROKEN_ATTACHMENT = N_("This attachment is broken.")
ENCRYPTED_NOTES = N_("Some of its notes are encrypted: export a decrypted backup.")
APPS = N_("Apps do not come along: have it again from the store.")
SHARED = N_("What others may see does not come along: share it again.")
SPENT = N_("It was about the home that it comes from: who was let in there, and what was under way.")
PLANNED = N_("What apps and connectors do by themselves does not come along: it is planned again with them.")
OWN_SETTINGS = N_("This home has settings of its own.")
SAFE = N_(
    "The safe of passwords is locked by the passphrase of the home that it comes from: take it along by itself."
)
NO_DOCTYPE = N_("There is no kind of documents of this name.")
PART_OF_AN_UPLOAD = N_("It is a part of an upload that never ended.")
