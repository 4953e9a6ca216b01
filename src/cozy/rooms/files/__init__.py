"""Folders, files, versions, trash, uploads, archives: documents with content."""
