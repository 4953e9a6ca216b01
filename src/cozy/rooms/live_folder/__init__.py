"""A home's files as plain files in a folder of the host, kept current."""
