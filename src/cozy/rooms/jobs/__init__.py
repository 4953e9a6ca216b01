"""Work that waits: stored with the change that causes it, done soon after, at least once."""
