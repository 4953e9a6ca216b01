"""Where people have their data today, and how it is got out of there. docs/come.md says the same at more length."""

from __future__ import annotations

from msgspec import Struct

from cozy.ui import N_


class Place(Struct, frozen=True):
    """A service, or a kind of program. name: as it calls itself, or a msgid; how: a msgid."""

    name: str
    how: str


PLACES = (
    Place(
        "Google",
        N_("On takeout.google.com choose what you want, .zip or .tgz, and the largest size of a part. Google mails you the links, often a day later. Drop all parts here together."),
    ),
    Place(
        "Apple, iCloud",
        N_("On privacy.apple.com choose “Request a copy of your data”, and the largest size of a part. Apple tells you within a week when it is ready. Drop all parts here together."),
    ),
    Place(
        "Facebook, Instagram",
        N_("In the Accounts Centre choose “Your information and permissions”, “Download your information”, and take JSON, not HTML, with photos in high quality."),
    ),
    Place(
        "WhatsApp",
        N_("Open a chat, then its menu, “More”, “Export chat”, with media. It is one file for each chat: drop them all here."),
    ),
    Place(
        "X (Twitter), LinkedIn",
        N_("In the settings of your account look for “Download an archive of your data” (X) or “Get a copy of your data” (LinkedIn). It takes a day."),
    ),
    Place(
        "Dropbox, OneDrive",
        N_("On their web page tick all your folders and choose “Download”: it is a .zip. Or drop the folder that they keep on your computer."),
    ),
    Place(
        "Nextcloud",
        N_("In its settings choose “Data migration”, “Export”. Or drop the folder that its client keeps on your computer."),
    ),
    Place(
        N_("Another Cozy"),
        N_("In its settings choose to export your data, then give the address that it shows, or drop all parts here together."),
    ),
    Place(
        N_("Photos on a computer, Immich, a memory card"),
        N_("Drop the folder: pictures go among your photos, by the day when they were taken. The same picture twice is kept once."),
    ),
    Place(
        "Evernote, Notion, Standard Notes, Simplenote",
        N_("Export your notes: from Evernote as ENEX, from Notion as “Markdown & CSV”, from the others as they offer it."),
    ),
    Place(
        N_("Mail programs"),
        N_("Thunderbird, Apple Mail and others save a folder as .mbox or .eml. What is at your provider can be fetched by a connector too."),
    ),
    Place(
        N_("Address books and calendars"),
        N_("Export contacts as vCard (.vcf) or, from Google, Outlook and Thunderbird, as a table (.csv), and calendars as iCalendar (.ics)."),
    ),
    Place(
        N_("Your bank"),
        N_("Download your transactions as OFX, QIF, CAMT.053, MT940 or CSV."),
    ),
    Place(
        "Spotify, Netflix, Strava",
        N_("In the privacy settings of your account, ask for a copy of your data. It may take some days."),
    ),
    Place(
        N_("Your browser"),
        N_("In the manager of bookmarks choose “Export”: it is one .html file."),
    ),
)  # fmt: skip
