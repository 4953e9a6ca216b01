"""Why formats leave something out, in sentences that are said again in the reader's language."""

from __future__ import annotations


def N_(message: str) -> str:  # noqa: N802 (the name that gettext tools look for)
    """Mark a sentence that pages say in the reader's language; who makes items knows no pages."""
    return message


BROKEN = N_("This file breaks off, or is not what its name says.")
LINES = N_("These lines could not be read.")
NO_PICTURE = N_("It is no picture and no film.")
NO_SUCH_PICTURE = N_("Its picture is not in this archive.")
NOT_OF_A_PICTURE = N_("It says nothing of a picture.")
NO_NOTE = N_("It is no note.")
NO_PLACE = N_("Nothing here has a place for what this file tells.")
BROKEN_ATTACHMENT = N_("This attachment is broken.")
ENCRYPTED_NOTES = N_("Some of its notes are encrypted: export a decrypted backup.")
PART_OF_AN_UPLOAD = N_("It is a part of an upload that never ended.")
