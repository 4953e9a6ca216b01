"""WebDAV's own grammar (RFC 4918): XML in and out, headers, conditions. Knows no room, and no HTTP library."""
