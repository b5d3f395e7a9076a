"""A page that is expensive to make: a ranking that has to look at most of the likes."""

from time import monotonic

from django.db.models import Count
from django.template.loader import render_to_string

from labapp.pinsta.models import Photo
from labapp.probe.ledger import marked

COMPUTED = r'data-computed="([\d.]+)"'  # in a page: when it was begun, in seconds of the machine's clock
MARK = "ranking"


def ranking(photos):
    """The newest so many photos by their reach, as HTML: how many others the people like who like them.

    The database's own work, in one statement; the ledger has a mark for each time it is done.
    """
    with marked(MARK):
        computed = monotonic()
        newest = Photo.objects.order_by("-created", "-id").values("pk")[:photos]
        furthest = (
            Photo.objects.filter(pk__in=newest)
            .annotate(reach=Count("likes__user__likes__photo", distinct=True))
            .select_related("author").order_by("-reach", "-id")[:30]
        )
        return render_to_string("freshness/reach.html", {"photos": furthest, "computed": f"{computed:.4f}"})
