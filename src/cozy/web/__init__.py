"""HTTP manners: routing, JSON:API, ranges, CSRF, security headers. Knows no room."""
