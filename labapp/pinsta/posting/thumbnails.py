"""A picture in the sizes in which it is shown."""

import os
import tempfile
from pathlib import Path, PurePosixPath

from django.core.files.storage import default_storage
from PIL import ExifTags, Image, ImageOps

from ..models import Photo

SIZES = 1280, 640, 320  # the longer side in pixels, the largest first
QUALITY = 82
ORIENTATION = ExifTags.Base.Orientation


def make_thumbnails(photo_id):
    """
    Write the picture in every size beside the original, as an upright JPEG that has nothing but the picture.

    Each file is replaced as a whole, so doing it twice, or twice at once, comes to the same. One statement.
    """
    name = Photo.objects.values_list("image", flat=True).get(pk=photo_id)
    with default_storage.open(name) as file, Image.open(file) as picture:
        picture.thumbnail((SIZES[0], SIZES[0]))
        shown = _plain(picture)
    for size in SIZES:
        shown.thumbnail((size, size))
        _replace(thumbnail(name, size), shown)


def thumbnail(name, size):
    """The name in the storage of the picture that was kept as `name`, in this size."""
    return str(PurePosixPath(name).with_name(f"{size}.jpg"))


def _plain(picture):
    """A new image with the picture's colours on white, upright, and with nothing else of it."""
    plain = Image.new("RGB", picture.size, "white")
    seen = picture.convert("RGBA") if picture.has_transparency_data else picture.convert("RGB")
    plain.paste(seen, mask=seen if seen.mode == "RGBA" else None)
    # Pillow turns the new image: what else a camera wrote is neither copied nor able to break anything.
    plain.getexif()[ORIENTATION] = picture.getexif().get(ORIENTATION, 1)
    return ImageOps.exif_transpose(plain)


def _replace(name, image):
    """Write the file under another name and rename it: who reads gets the old one or the new one, whole."""
    path = Path(default_storage.path(name))
    descriptor, partial = tempfile.mkstemp(prefix=".", suffix=".partial", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            image.save(file, "JPEG", quality=QUALITY)
        os.chmod(partial, 0o644)
        os.replace(partial, path)
    except BaseException:
        os.unlink(partial)
        raise
