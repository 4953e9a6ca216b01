"""What the room live_folder tells itself."""

from cozy.kernel.work import Event


class InboxFilled(Event, frozen=True):
    """There is something in the inbox."""


class FoldersDue(Event, frozen=True):
    """Folders of the live folder are not any more what the home holds."""
