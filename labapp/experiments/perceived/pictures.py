"""Pictures to post: files in the folder of this process, which goes with it."""

import math
from functools import cache

from labapp import copies

LEAST, MOST = 0.01, 50.0  # megapixels
QUALITY = 88


@cache
def picture(megapixels):
    """
    The Path of a JPEG of so many million pixels, four wide to three high, made at the first call.

    Soft colours under the grain of a sensor, in about as many bytes as a telephone's photo of this size has.
    Raises ValueError for a size that cannot be posted.
    """
    if not LEAST <= megapixels <= MOST:
        raise ValueError(f"megapixels must be from {LEAST:g} to {MOST:g}, and {megapixels!r} is not.")
    from PIL import Image

    height = int(math.sqrt(megapixels * 1e6 * 3 / 4))
    size = int(height * 4 / 3), height
    colours = [Image.effect_noise((4, 3), 70).resize(size, Image.Resampling.BICUBIC) for _ in "RGB"]
    grain = Image.merge("RGB", [Image.effect_noise(size, 40)] * 3)
    path = _path(f"{megapixels:g}.jpg")
    Image.blend(Image.merge("RGB", colours), grain, 0.22).save(path, quality=QUALITY)
    return path


@cache
def not_a_picture():
    """The Path of a text that calls itself a JPEG."""
    path = _path("holiday.jpg")
    path.write_text("Two weeks of rain.\n")
    return path


@cache
def too_large():
    """The Path of a picture with more pixels than may be posted, in few bytes."""
    from PIL import Image

    from labapp.pinsta.posting.pictures import MOST_PIXELS

    side = math.isqrt(MOST_PIXELS) + 1
    path = _path("poster.png")
    Image.new("1", (side, side)).save(path)
    return path


def _path(name):
    folder = copies.folder() / "pictures"
    folder.mkdir(exist_ok=True)
    return folder / name
