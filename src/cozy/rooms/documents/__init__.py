"""Every document of a home: create, read, change, list changes, replicate."""
