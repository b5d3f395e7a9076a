"""The pieces of Pinsta's page "Discover": for everybody, or for the person who looks at it."""

from django.contrib.auth import get_user_model
from django.db.models import Count, Exists, OuterRef
from django.http import Http404
from django.template.loader import render_to_string
from django.utils.html import format_html

from labapp.pinsta.models import Board, Comment, Like, Photo, Tag

MANY, SOME = 12, 5  # photos on the page; things in a box beside them


def people(viewer):
    """People with many followers; for somebody, those that they do not follow yet."""
    most = get_user_model().objects.annotate(fans=Count("followers")).order_by("-fans", "id")
    if viewer:
        most = most.exclude(pk=viewer.pk).exclude(followers__follower=viewer)
    return {"people": most[:SOME]}


def activity(viewer):
    """The newest comments; for somebody, what others did that concerns them."""
    if viewer:
        return {"notifications": viewer.notifications.select_related("actor")[:SOME]}
    return {"comments": Comment.objects.select_related("author")[:SOME]}


def boards(viewer):
    """The fullest boards; for somebody, their own."""
    fullest = Board.objects.annotate(size=Count("photos")).order_by("-size", "id")
    return {"boards": (fullest.filter(owner=viewer) if viewer else fullest)[:SOME]}


def tags(viewer):
    """The tags on most photos; for somebody, on most of the photos that they like."""
    photos = Photo.objects.filter(likes__user=viewer) if viewer else Photo.objects.all()
    used = Tag.objects.filter(photos__in=photos.order_by())
    return {"tags": used.annotate(size=Count("photo_tags")).order_by("-size", "id")[:SOME]}


def photos(viewer):
    """The photos that most people like; for somebody, those among them that they like are marked."""
    most = Photo.objects.select_related("author").annotate(like_count=Count("likes"))
    if viewer:
        most = most.annotate(liked=Exists(Like.objects.filter(photo=OuterRef("pk"), user=viewer)))
    return {"photos": most.order_by("-like_count", "-id")[:MANY]}


def bar(viewer):
    """Who is looking, and what waits for them."""
    return {"unread": viewer.notifications.unread().count() if viewer else 0}


CONTENT = {each.__name__: each for each in (bar, people, activity, boards, tags, photos)}
NAMES = tuple(CONTENT)
# How many times longer than the photos a piece for everybody may be kept; the frame longest of all.
PACE = {"photos": 1, "activity": 1, "people": 5, "boards": 5, "tags": 10, "frame": 30}


def own(personal):
    """The names of the pieces that depend on who looks: so many of them, the bar always."""
    return NAMES[:personal]


def piece(name, request=None):
    """The HTML of a piece: for the person of this request, marked with their name, or for everybody."""
    if name not in CONTENT or (name == "bar" and request is None):
        raise Http404(f"There is no piece {name!r}.")
    viewer = request.user if request and request.user.is_authenticated else None
    context = {"viewer": viewer, **CONTENT[name](viewer)}
    html = render_to_string(f"decomposition/{name}.html", context, request)
    if request is None:
        return html
    return format_html('<div data-viewer="{}">{}</div>', viewer.get_username() if viewer else "", html)
