"""The SQL of WebDAV: locks, and large files on their way."""
