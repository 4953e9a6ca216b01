"""The other homes that this one knows, each by its key."""
