"""The files API (cozy-stack docs/files.md, references-docs-in-vfs.md, not-synchronized-vfs.md), a file a subject."""

from cozy.kernel.routes import Routes

from . import (
    contents,
    feeds,
    items,
    references,
    shortcuts,
    thumbnails,
    tickets,
    trash,
    uploads,
    usage,
    versions,
)

routes = Routes()
for _door in (
    contents,
    feeds,
    items,
    references,
    shortcuts,
    thumbnails,
    tickets,
    trash,
    uploads,
    usage,
    versions,
):
    routes.table += _door.routes.table
