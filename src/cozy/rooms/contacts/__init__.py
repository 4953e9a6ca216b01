"""People, as documents of the home."""
