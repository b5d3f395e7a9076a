"""What people are shown: their feed, or the card of the photo that they have posted."""

from django.http import HttpResponseRedirect
from django.shortcuts import render

SEEN = r'data-feed="([\d:, ]*)"'  # of which photo a page was asked for, and which photos it shows


def feed_page(request, photos, poll=None):
    """The page with these photos.

    Whoever has posted comes with the photo's number. With ``poll`` the page asks for itself again after so
    many seconds until that photo is on it.
    """
    posted = request.GET.get("posted", "")
    there = posted in ("", *(str(photo.pk) for photo in photos))
    context = {"photos": photos, "posted": posted, "again": None if there else poll}
    return render(request, "consistency/feed.html", context)


def to_feed(request, photo):
    """The answer to a form: the way to the feed, where the photo should be."""
    return HttpResponseRedirect(f"{request.path}?posted={photo.pk}")


def card(request, photo):
    """The photo as the feed will show it, for the client to put it on top of what it shows already."""
    return render(request, "consistency/posted.html", {"photo": photo})
