"""What Pinsta stores: people, their boards and photos, and what others make of them."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property


class Profile(models.Model):
    """What a person tells about themselves."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile")
    bio = models.TextField(blank=True)
    location = models.CharField(max_length=80, blank=True)
    avatar = models.CharField(max_length=100, blank=True)

    def __str__(self):
        return self.user.username

    def get_absolute_url(self):
        return reverse("profile", args=[self.user.username])


class Board(models.Model):
    """A person's collection of photos."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="boards")
    title = models.CharField(max_length=120)
    slug = models.SlugField(max_length=120)
    created = models.DateTimeField()

    class Meta:
        ordering = ["title", "id"]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("board", args=[self.pk])


class Tag(models.Model):
    """A word that many photos share."""

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=60, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return f"{reverse('search')}?q=%23{self.slug}"


class PhotoQuerySet(models.QuerySet):
    def for_feed_of(self, user):
        """The photos of the people this user follows, everybody's for someone not logged in; newest first."""
        # Said here although it is Meta's: Django forgets the model's ordering in a query that groups.
        newest = self.order_by("-created", "-id")
        return newest.filter(author__followers__follower=user) if user.is_authenticated else newest

    def search(self, text):
        """Photos whose caption has the text in it, or, for `#word`, that carry the tag."""
        if text.startswith("#"):
            return self.filter(tags__slug=text[1:])
        return self.filter(caption__icontains=text)

    def indexed_under(self, word):
        """Photos that the search index has under this word: what was posted here, once it is indexed."""
        return self.filter(words__word=word.casefold())


class Photo(models.Model):
    """A photo on its author's board."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="photos")
    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="photos")
    caption = models.CharField(max_length=250)
    image = models.CharField(max_length=100)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    created = models.DateTimeField()
    tags = models.ManyToManyField(Tag, through="PhotoTag", related_name="photos")

    objects = PhotoQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-id"]

    def __str__(self):
        return self.caption

    def get_absolute_url(self):
        return reverse("photo", args=[self.pk])

    @cached_property
    def like_count(self):
        """How many people like it. A queryset may annotate it under this name; then nothing is asked."""
        return self.likes.count()

    @cached_property
    def comment_count(self):
        """How many comments it has, answers to others included."""
        return self.comments.count()

    @cached_property
    def latest_comments(self):
        """Its comments, newest first. A `Prefetch(..., to_attr="latest_comments")` may bring them along."""
        return self.comments.all()


class PhotoTag(models.Model):
    """A tag on a photo, in the order in which the author wrote them."""

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="photo_tags")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="photo_tags")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["photo", "position"]
        constraints = [models.UniqueConstraint(fields=["photo", "tag"], name="one_tag_once_per_photo")]

    def __str__(self):
        return f"{self.tag} on {self.photo}"


class SearchWord(models.Model):
    """A word of a photo's caption in the search index."""

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="words")
    word = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "photo"], name="one_word_once_per_photo")]

    def __str__(self):
        return f"{self.word} in {self.photo}"


class AuthorCount(models.Model):
    """How many photos somebody has posted, kept up so that nobody needs to count; begun at 0 by the first."""

    author = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="author_count"
    )
    photos = models.PositiveIntegerField(default=0)

    def __str__(self):
        return f"{self.author}: {self.photos}"


class Follow(models.Model):
    """One person follows another."""

    follower = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="following")
    followed = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="followers")
    created = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["follower", "followed"], name="one_follow_per_pair")]

    def __str__(self):
        return f"{self.follower} follows {self.followed}"


class Like(models.Model):
    """One person likes one photo."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="likes")
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="likes")
    created = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "photo"], name="one_like_per_person")]

    def __str__(self):
        return f"{self.user} likes {self.photo}"


class Comment(models.Model):
    """What someone says about a photo, or answers to another comment."""

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="comments")
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies"
    )
    text = models.TextField()
    created = models.DateTimeField()

    class Meta:
        ordering = ["-created", "-id"]

    def __str__(self):
        return self.text

    def get_absolute_url(self):
        return f"{reverse('photo', args=[self.photo_id])}#comment-{self.pk}"


class NotificationQuerySet(models.QuerySet):
    def unread(self):
        """Those that the recipient has not seen."""
        return self.filter(read=False)


class Notification(models.Model):
    """Tells somebody that somebody else did something that concerns them."""

    class Verb(models.TextChoices):
        LIKED = "liked", "liked your photo"
        COMMENTED = "commented", "commented on your photo"
        FOLLOWED = "followed", "follows you now"
        POSTED = "posted", "posted a photo"

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="actions")
    verb = models.CharField(max_length=20, choices=Verb.choices)
    photo = models.ForeignKey(
        Photo, on_delete=models.CASCADE, null=True, blank=True, related_name="notifications"
    )
    created = models.DateTimeField()
    read = models.BooleanField(default=False)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-id"]

    def __str__(self):
        return f"{self.actor} {self.get_verb_display()}"
