"""Which pictures may be posted, and where they are kept."""

import struct
import uuid
import zlib

from django.core.files.storage import default_storage
from PIL import ExifTags, Image, UnidentifiedImageError

# By Pillow's name, with the ending of our file. An MPO is a JPEG with more pictures behind the first.
FORMATS = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp"}
ALLOWED = "JPEG, PNG and WebP can be posted"
MOST_BYTES = 20 * 2**20
MOST_PIXELS = 50_000_000
FOLDER = "posted"
SIDEWAYS = 5, 6, 7, 8  # how cameras say that height and width change places

# What Pillow raises, depending on where in a file its decoders find that it makes no sense.
BROKEN = OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, RuntimeError
BROKEN += struct.error, zlib.error


class PictureError(ValueError):
    """It cannot be posted: one sentence with what was sent and what is allowed."""


def check(picture):
    """
    The ending for our file and (width, height) as it is looked at, for an UploadedFile that may be posted.

    Reads all of it: a picture that ends too early would be found out by nobody but its viewers. Raises
    PictureError.
    """
    _check_bytes(picture)
    with _opened(picture) as image:
        _check_header(picture, image)
        size = image.size
        try:
            image.draft("RGB", (image.width // 8, image.height // 8))  # a JPEG can be read in small
            image.load()
            turned = image.getexif().get(ExifTags.Base.Orientation) in SIDEWAYS
        except BROKEN as error:
            raise PictureError(f"{picture.name!r} is damaged or not complete; {ALLOWED}.") from error
    return FORMATS[image.format], size[::-1] if turned else size


def keep(picture, ending):
    """Store the upload under a name that nobody can guess and nothing of which it brought; gives the name."""
    picture.seek(0)
    return default_storage.save(f"{FOLDER}/{uuid.uuid4()}/original.{ending}", picture)


def _check_bytes(picture):
    if not picture.size:
        raise PictureError(f"{picture.name!r} is empty; {ALLOWED}.")
    if picture.size > MOST_BYTES:
        size = f"{picture.size / 2**20:,.1f} MB"
        raise PictureError(f"{picture.name!r} has {size}; up to {MOST_BYTES // 2**20} MB can be posted.")


def _opened(picture):
    """The Image, of which no more than the header has been read."""
    picture.seek(0)
    try:
        return Image.open(picture)
    except Image.DecompressionBombError as error:
        raise PictureError(f"{picture.name!r} has far too many pixels; {_most_pixels()}.") from error
    except UnidentifiedImageError as error:
        raise PictureError(f"{picture.name!r} is not a picture; {ALLOWED}.") from error
    except BROKEN as error:
        raise PictureError(f"{picture.name!r} is damaged or not complete; {ALLOWED}.") from error


def _check_header(picture, image):
    if image.format not in FORMATS:
        raise PictureError(f"{picture.name!r} is in the format {image.format}; {ALLOWED}.")
    if image.width * image.height > MOST_PIXELS:
        size = f"{image.width:,} × {image.height:,} pixels"
        raise PictureError(f"{picture.name!r} has {size}; {_most_pixels()}.")


def _most_pixels():
    return f"up to {MOST_PIXELS // 1_000_000} million can be posted"
