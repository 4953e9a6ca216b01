"""Words that every room may use. Knows no room, no database engine and no HTTP library."""
