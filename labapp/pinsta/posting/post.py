"""A photo is posted."""

from django.core.files.storage import default_storage
from django.utils import timezone

from ..models import Photo
from . import pictures


def post_photo(author, board, caption, picture):
    """
    The Photo, whose picture (an UploadedFile) has been checked and kept: one statement, no transaction.

    Raises pictures.PictureError for what cannot be posted. The file stays when the transaction around it is
    rolled back later. What follows from a new photo is not done here.
    """
    ending, (width, height) = pictures.check(picture)
    name = pictures.keep(picture, ending)
    try:
        return Photo.objects.create(
            author=author,
            board=board,
            caption=caption,
            image=name,
            width=width,
            height=height,
            created=timezone.now(),
        )
    except BaseException:
        default_storage.delete(name)
        raise
