"""What a page of an app may load, and from where (CSP 3): its own origin and its home's, and nobody else's.

As cozy-stack's web/middlewares/secure.go, without the hosts of third parties that it names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cozy.kernel.home import Subdomains

_SCHEMES = ("cozydrive:", "cozybanks:")  # of mobile apps, opened in a frame that falls back to a page


def policy(
    home: str,
    subdomains: Subdomains,
    *,
    framed_by: Sequence[str] = (),
    allowed: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """The policy of an app's pages. home: origin of the home.

    framed_by: origins whose pages may show this one; allowed: further hosts that the hoster lets apps use, by kind
    (`script`, `img`, `connect`, `frame`, `style`, `font`, `media`, `default`, `form`).
    """
    scheme, _, host = home.partition("://")
    around = host if subdomains == "nested" else host.partition(".")[2]
    siblings = f"{scheme}://*.{around}"
    sockets = f"{'wss' if scheme == 'https' else 'ws'}://{host}"
    more = allowed or {}
    ours = ["'self'", home, sockets, *more.get("default", ())]
    directives = {
        "default-src": ours,
        "script-src": ["'wasm-unsafe-eval'", *ours, *more.get("script", ())],
        "style-src": ["'unsafe-inline'", *ours, *more.get("style", ())],
        "connect-src": ["blob:", *ours, *more.get("connect", ())],
        "font-src": ["data:", *ours, *more.get("font", ())],
        "img-src": ["data:", "blob:", *ours, *more.get("img", ())],
        "media-src": ["data:", "blob:", *ours, *more.get("media", ())],
        "frame-src": [siblings, *_SCHEMES, *ours, *more.get("frame", ())],
        "object-src": ["'none'"],
        "worker-src": ["'self'", "blob:"],
        "frame-ancestors": ["'self'", *framed_by],
        "base-uri": ["'self'"],
        "form-action": [home, *more.get("form", ())],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())
