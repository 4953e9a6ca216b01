"""Data that is elsewhere, asked for on behalf of apps."""
