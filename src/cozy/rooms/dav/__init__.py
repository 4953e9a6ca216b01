"""WebDAV: files for every file manager and every program that synchronises."""
