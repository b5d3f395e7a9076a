"""Stand-ins for the picture files: a little landscape of colours, drawn from the file's name."""

from zlib import crc32

from django import template
from django.utils.safestring import mark_safe

register = template.Library()


@register.filter
def landscape(name):
    """A CSS background for the picture of this name: sky, sun and ground; the same name, the same picture."""
    dice = crc32(str(name).encode())
    hue, turn, sun, horizon = dice % 360, 20 + dice // 360 % 120, 15 + dice // 43200 % 70, 45 + dice // 7 % 25
    return mark_safe(
        f"background:radial-gradient(circle at {sun}% {horizon - 18}%,hsl({(hue + turn) % 360} 90% 88%) 0 6%,"
        f"hsl({(hue + turn) % 360} 80% 75%/.45) 7%,transparent 34%),"
        f"linear-gradient({168 + dice // 11 % 24}deg,hsl({hue} 55% 62%),hsl({(hue + turn // 2) % 360} 60% 76%) "
        f"{horizon}%,hsl({(hue + turn) % 360} 32% 34%) {horizon + 1}%,hsl({(hue + turn + 25) % 360} 38% 20%))"
    )
