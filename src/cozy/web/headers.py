"""Security headers of pages and contents (Fetch, CSP 3)."""

from __future__ import annotations

PAGE_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def leading_to(source: str) -> str:
    """The policy of a page whose form ends elsewhere: Chromium holds what a form is redirected to against form-action."""
    return PAGE_CSP.replace("form-action 'self'", f"form-action 'self' {source}")


PAGE_HEADERS = {
    "content-security-policy": PAGE_CSP,
    "cache-control": "private, no-store",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
}
STRANDED_HEADERS = {  # of a page of ours on the origin of an app
    **PAGE_HEADERS,
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'self'",
}
del STRANDED_HEADERS["x-frame-options"]
EVERY_HEADER = {"x-content-type-options": "nosniff"}
HSTS = "max-age=31536000; includeSubDomains"
