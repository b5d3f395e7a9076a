"""Pinsta's pages."""

from django.contrib.auth import decorators, get_user_model
from django.core.files.storage import default_storage
from django.db.models import Count
from django.http import FileResponse, Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render

from . import posting
from .forms import PhotoForm
from .models import Board, Photo

MOST_ON_A_PAGE = 500


def on_page(request, name, default):
    """How many of them the page shows: `?photos=50`, or the default; never more than MOST_ON_A_PAGE."""
    try:
        number = int(request.GET[name])
    except (KeyError, ValueError):
        return default
    return max(0, min(number, MOST_ON_A_PAGE))


def feed(request):
    """The newest photos of the people you follow; of everybody while you are not logged in."""
    photos = Photo.objects.for_feed_of(request.user)[: on_page(request, "photos", 30)]
    return render(
        request, "pinsta/feed.html", {"photos": photos, "comments_shown": on_page(request, "comments", 2)}
    )


def feed_json(request):
    """The same feed for the telephone app."""
    photos = Photo.objects.for_feed_of(request.user)[: on_page(request, "photos", 30)]
    return JsonResponse({"photos": [photo_data(photo) for photo in photos]})


def photo_data(photo):
    """A photo as the telephone app wants it."""
    return {
        "id": photo.id,
        "url": photo.get_absolute_url(),
        "image": photo.image,
        "caption": photo.caption,
        "created": photo.created,
        "author": {"username": photo.author.username, "location": photo.author.profile.location},
        "board": photo.board.title,
        "tags": [tag.name for tag in photo.tags.all()],
        "likes": photo.like_count,
        "comments": photo.comments.count(),
    }


def popular(request):
    """The photos that most people like."""
    photos = Photo.objects.annotate(like_count=Count("likes")).order_by("-like_count", "-id")
    return render(request, "pinsta/popular.html", {"photos": photos[: on_page(request, "photos", 30)]})


def search(request):
    """Photos by a word in the caption, or by `#tag`."""
    text = request.GET.get("q", "").strip()
    photos = Photo.objects.search(text) if text else Photo.objects.none()
    return render(
        request,
        "pinsta/search.html",
        {"text": text, "found": photos.count(), "photos": photos[: on_page(request, "photos", 30)]},
    )


def board(request, board_id):
    """Somebody's board and its photos."""
    shown = get_object_or_404(Board, pk=board_id)
    photos = shown.photos.all()[: on_page(request, "photos", 30)]
    return render(request, "pinsta/board.html", {"board": shown, "photos": photos, "comments_shown": 0})


def photo(request, photo_id):
    """One photo and what people say about it, answers below what they answer."""
    shown = get_object_or_404(Photo, pk=photo_id)
    threads = shown.comments.filter(parent=None).order_by("created", "id")
    return render(
        request,
        "pinsta/photo.html",
        {"photo": shown, "threads": threads[: on_page(request, "comments", 30)]},
    )


@decorators.login_required
def new_photo(request):
    """The form for a new photo; all the work behind one is done before the answer."""
    if request.method != "POST":
        return render(request, "pinsta/new_photo.html", {"form": PhotoForm(request.user)})
    form = PhotoForm(request.user, request.POST, request.FILES)
    if form.is_valid():
        try:
            posted = posting.post_photo(request.user, **form.cleaned_data)
        except posting.PictureError as error:
            form.add_error("picture", str(error))
        else:
            for work in posting.WORK:
                work(posted.pk)
            return redirect(posted)
    return render(request, "pinsta/new_photo.html", {"form": form})


def picture(request, key, size):
    """A posted picture in one of its sizes. Originals may tell where they were taken, and stay here."""
    try:
        file = default_storage.open(f"posted/{key}/{size}.jpg")
    except FileNotFoundError:
        raise Http404(f"There is no picture {key} of {size} pixels.") from None
    return FileResponse(file, headers={"Cache-Control": "public, max-age=31536000, immutable"})


def profile(request, username):
    """A person, their boards and their newest photos."""
    person = get_object_or_404(get_user_model(), username=username)
    photos = person.photos.all()[: on_page(request, "photos", 30)]
    return render(request, "pinsta/profile.html", {"person": person, "photos": photos})


@decorators.login_required
def notifications(request):
    """What others did since you last looked."""
    newest = request.user.notifications.all()[: on_page(request, "notifications", 30)]
    return render(request, "pinsta/notifications.html", {"notifications": newest})
