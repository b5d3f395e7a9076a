"""The pictures as backgrounds: what was posted, and for the others a landscape drawn from the file's name."""

import re
from zlib import crc32

from django import template
from django.urls import reverse
from django.utils.safestring import mark_safe

register = template.Library()

LANDSCAPE = (
    "background:{photo}radial-gradient(circle at {sun}% {height}%,hsl({far} 90% 88%) 0 6%,"
    "hsl({far} 80% 75%/.45) 7%,transparent 34%),"
    "linear-gradient({slope}deg,hsl({sky} 55% 62%),hsl({haze} 60% 76%) {horizon}%,"
    "hsl({far} 32% 34%) {shore}%,hsl({near} 38% 20%))"
)
POSTED = re.compile(r"posted/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/original\.\w+")


@register.filter
def landscape(name, size=640):
    """
    A CSS background for the picture of this name: sky, sun and ground; the same name, the same picture.

    Before it lies what was posted under this name, in this size; the landscape shows until there is a file.
    """
    name = str(name)
    posted = POSTED.fullmatch(name)
    photo = f"url({reverse('picture', args=[posted[1], size])}) center/cover," if posted else ""
    dice = crc32(name.encode())
    sky, turn, horizon = dice % 360, 20 + dice // 360 % 120, 45 + dice // 7 % 25
    return mark_safe(
        LANDSCAPE.format(
            photo=photo,
            sky=sky,
            haze=(sky + turn // 2) % 360,
            far=(sky + turn) % 360,
            near=(sky + turn + 25) % 360,
            sun=15 + dice // 43_200 % 70,
            height=horizon - 18,
            horizon=horizon,
            shore=horizon + 1,
            slope=168 + dice // 11 % 24,
        )
    )
