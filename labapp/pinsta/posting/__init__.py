"""
Posting a photo, and the work behind it.

`post_photo` keeps the picture and makes the row. The rest are plain functions of the photo's id that fetch
what they need: they can be called in the request or anywhere later. Each raises Photo.DoesNotExist for a
photo that is not there, or not there yet.
"""

from .counters import count_photo
from .index import index_photo
from .notices import notify_followers, notify_followers_at_once
from .pictures import PictureError
from .post import post_photo
from .thumbnails import make_thumbnails

WORK = make_thumbnails, index_photo, notify_followers, count_photo

__all__ = [
    "WORK",
    "PictureError",
    "count_photo",
    "index_photo",
    "make_thumbnails",
    "notify_followers",
    "notify_followers_at_once",
    "post_photo",
]
