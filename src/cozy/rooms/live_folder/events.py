"""What the room live_folder tells itself."""

from cozy.kernel.work import Event


class FoldersDue(Event, frozen=True):
    """Folders of the live folder are not any more what the home holds."""
