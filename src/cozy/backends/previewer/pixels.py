"""What recipes share about pixels: images of libvips made smaller, and written down as JPEG, WebP or AVIF."""

from __future__ import annotations

from typing import Any, NamedTuple

SOURCE_PIXELS = 250_000_000  # most of a picture that is opened at all
PAPER = [255.0, 255.0, 255.0]  # what is behind what can be seen through


class Box(NamedTuple):
    """How large something is to be, in pixels: at most, or exactly when it is cut."""

    width: int
    height: int
    is_cut: bool = False

    @property
    def fit(self) -> dict[str, Any]:
        """How libvips is told; small pictures stay small unless they are cut."""
        return {"height": self.height, **({"crop": "centre"} if self.is_cut else {"size": "down"})}


def vips() -> Any:
    """libvips, which from then on opens only kinds of pictures that it was hardened for."""
    import pyvips

    pyvips.block_untrusted_set(True)
    return pyvips


def of_pillow(image: Any) -> Any:
    """A Pillow image as one of libvips."""
    image = image.convert("RGBA" if "A" in image.mode or "transparency" in image.info else "RGB")
    drawn = vips().Image.new_from_memory(image.tobytes(), image.width, image.height, len(image.mode), "uchar")
    return drawn.copy(interpretation="srgb")


def within(image: Any, box: Box) -> Any:
    """An upright image made as small as the box."""
    return image.thumbnail_image(box.width, **box.fit)


def refuse_bomb(image: Any) -> None:
    """Look at the head of a picture before anything is unpacked."""
    if image.width * image.height > SOURCE_PIXELS:
        raise ValueError("This picture has too many pixels.")


def on_paper(image: Any) -> Any:
    """An image that cannot be seen through, in sRGB."""
    image = image.colourspace("srgb")
    return image.flatten(background=PAPER) if image.hasalpha() else image


def written(image: Any, form: str, *, see_through: bool = False) -> bytes:
    """An image as a file, without what it said of itself. form: jpeg, webp, avif."""
    none = vips().ForeignKeep.NONE
    image = image.colourspace("srgb") if see_through else on_paper(image)
    data: bytes
    match form:
        case "webp":
            data = image.webpsave_buffer(Q=78, effort=2, keep=none)
        case "avif":
            data = image.heifsave_buffer(compression="av1", Q=55, effort=1, keep=none)
        case _:
            data = image.jpegsave_buffer(Q=80, keep=none)
    return data
