"""Posting a photo: which pictures are taken, what becomes of them, and what the work behind it costs."""

import io
import re
from pathlib import Path

import django
import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from PIL import Image, PngImagePlugin

from labapp.pinsta import posting
from labapp.pinsta.models import AuthorCount, Follow, Notification, Photo, SearchWord
from labapp.pinsta.posting import pictures
from labapp.pinsta.posting.thumbnails import SIZES, thumbnail
from labapp.probe import record

pytestmark = pytest.mark.usefixtures("pinsta_db")


@pytest.fixture(autouse=True)
def media(tmp_path):
    """The folder that takes the pictures of this test."""
    with override_settings(MEDIA_ROOT=tmp_path / "media"):
        yield tmp_path / "media"


@pytest.fixture
def ana():
    return User.objects.get(username="ana")


def image_bytes(image, format="JPEG", **more):
    """The image as a file has it."""
    file = io.BytesIO()
    image.save(file, format, **more)
    return file.getvalue()


def upload(content, name="holiday.jpg"):
    return SimpleUploadedFile(name, content)


def noise(width=400, height=300):
    return Image.merge("RGB", [Image.effect_noise((width, height), 90)] * 3)


def post(author, caption="Harbour at night, harbour at noon", content=None):
    """A posted photo, and nothing of the work behind it."""
    return posting.post_photo(author, author.boards.first(), caption, upload(content or image_bytes(noise())))


def files(media):
    return sorted(path.name for path in media.rglob("*") if path.is_file())


def statements(work, *args):
    """How many statements the function sends."""
    with record() as recording:
        work(*args)
    return recording.count


def header_of_a_png(width, height):
    """A file that says it is a large PNG, and has nothing more."""
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    file = io.BytesIO()
    file.write(b"\x89PNG\r\n\x1a\n")
    PngImagePlugin.putchunk(file, b"IHDR", size, b"\x08\x02\0\0\0")
    PngImagePlugin.putchunk(file, b"IDAT", b"")
    return file.getvalue()


PHOTO = image_bytes(noise())
DAMAGED = "'holiday.jpg' is damaged or not complete; JPEG, PNG and WebP can be posted."
MOST_PIXELS = "up to 50 million can be posted."
NOT_A_PICTURE = "'holiday.jpg' is not a picture; JPEG, PNG and WebP can be posted."


@pytest.mark.parametrize(("content", "said"), [
    (b"", "'holiday.jpg' is empty; JPEG, PNG and WebP can be posted."),
    (b"Two weeks of rain.", NOT_A_PICTURE),
    (PHOTO[:20], NOT_A_PICTURE),
    (PHOTO[: len(PHOTO) // 2], DAMAGED),
    (image_bytes(noise(), "PNG")[:-2000], DAMAGED),
    (image_bytes(noise(), "WEBP")[:-2000], DAMAGED),
    (image_bytes(noise(), "GIF"), "'holiday.jpg' is in the format GIF; JPEG, PNG and WebP can be posted."),
    (header_of_a_png(0, 100), NOT_A_PICTURE),
    (header_of_a_png(9_000, 9_000), f"'holiday.jpg' has 9,000 × 9,000 pixels; {MOST_PIXELS}"),
    (header_of_a_png(60_000, 60_000), f"'holiday.jpg' has far too many pixels; {MOST_PIXELS}"),
    (PHOTO + bytes(pictures.MOST_BYTES), "'holiday.jpg' has 20.1 MB; up to 20 MB can be posted."),
])  # fmt: skip
def test_what_cannot_be_posted_is_refused_in_one_sentence(ana, media, content, said):
    before = Photo.objects.count()
    with pytest.raises(posting.PictureError) as refused:
        posting.post_photo(ana, ana.boards.first(), "Rain", upload(content))
    assert str(refused.value) == said
    assert (Photo.objects.count(), files(media)) == (before, [])


@pytest.mark.parametrize(("format", "ending"), [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp")])
def test_a_picture_is_kept_as_it_came_under_a_name_of_ours(ana, format, ending):
    content = image_bytes(noise(), format)
    board = ana.boards.first()
    one, two = (
        posting.post_photo(ana, board, "Night", upload(content, f"../../{name}.php")) for name in "ab"
    )
    assert re.fullmatch(rf"posted/[0-9a-f-]{{36}}/original\.{ending}", one.image) and one.image != two.image
    with default_storage.open(one.image) as file:
        assert file.read() == content
    assert (one.width, one.height, one.board) == (400, 300, board)


def test_a_picture_whose_row_cannot_be_written_is_not_kept(ana, media):
    with pytest.raises(ValueError, match="must be a"):
        posting.post_photo(ana, "no board", "Night", upload(PHOTO))
    assert files(media) == []


def test_thumbnails_stand_upright_and_tell_nothing_of_the_camera(ana, media):
    left_half = Image.new("RGB", (2000, 1000), "red")
    left_half.paste("blue", (1000, 0, 2000, 1000))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera & Sons"  # to be turned clockwise; the maker
    photo = post(ana, content=image_bytes(left_half, exif=exif, comment=b"at home"))
    assert (photo.width, photo.height) == (1000, 2000)
    posting.make_thumbnails(photo.pk)
    assert files(media) == ["1280.jpg", "320.jpg", "640.jpg", "original.jpg"]
    for size in SIZES:
        with Image.open(default_storage.path(thumbnail(photo.image, size))) as image:
            assert (image.format, image.size) == ("JPEG", (size // 2, size))
            top, bottom = (image.getpixel((size // 4, size * part // 4)) for part in (1, 3))
            assert top[0] > 200 > 50 > top[2] and bottom[2] > 200 > 50 > bottom[0]
            assert not image.getexif() and "comment" not in image.info


def test_transparent_pixels_are_white_and_small_pictures_stay_small(ana):
    photo = post(ana, content=image_bytes(Image.new("RGBA", (50, 40), (0, 0, 0, 0)), "PNG"))
    posting.make_thumbnails(photo.pk)
    with Image.open(default_storage.path(thumbnail(photo.image, 640))) as image:
        assert image.size == (50, 40) and min(image.getpixel((20, 20))) > 250


def test_a_thumbnail_is_replaced_as_a_whole_or_not_at_all(ana, media, monkeypatch):
    photo = post(ana)
    posting.make_thumbnails(photo.pk)
    path = Path(default_storage.path(thumbnail(photo.image, 320)))
    whole, file = path.read_bytes(), open(path, "rb")

    def breaks_off(image, target, *args, **more):
        target.write(b"half a pict")
        raise OSError("the disk is full")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="full"):
        patched.setattr(Image.Image, "save", breaks_off)
        posting.make_thumbnails(photo.pk)
    assert path.read_bytes() == whole and len(files(media)) == 4
    posting.make_thumbnails(photo.pk)
    with file:
        assert file.read() == whole  # who was reading reads on
    assert path.read_bytes() == whole


def test_the_index_has_each_word_once_however_often_it_is_made(ana):
    photo = post(ana, caption="Harbour, HARBOUR 1/250: Größe!")
    for _ in range(2):
        posting.index_photo(photo.pk)
    assert sorted(photo.words.values_list("word", flat=True)) == ["1", "250", "grösse", "harbour"]
    assert list(Photo.objects.indexed_under("Größe")) == [photo]
    assert str(SearchWord.objects.get(word="grösse")) == "grösse in Harbour, HARBOUR 1/250: Größe!"
    photo.delete()
    assert not SearchWord.objects.exists()


@pytest.mark.parametrize("notify", [posting.notify_followers, posting.notify_followers_at_once])
def test_each_follower_is_told_once(ana, notify):
    photo = post(ana)
    notify(photo.pk)
    told = Notification.objects.filter(verb="posted", photo=photo, actor=ana, read=False)
    followers = ana.followers.values_list("follower", flat=True)
    assert len(followers) > 5
    assert sorted(told.values_list("recipient", flat=True)) == sorted(followers)
    assert str(told.first()) == "ana posted a photo"


def test_a_counter_counts_each_call(ana):
    for _ in range(2):
        photo = post(ana)
        posting.count_photo(photo.pk)
    assert str(AuthorCount.objects.get(author=ana)) == "ana: 2"
    posting.count_photo(photo.pk)
    assert AuthorCount.objects.get(author=ana).photos == 3


def test_what_the_work_costs_is_a_law_of_the_followers(ana):
    """One row after the other: 2 + n. At once: 2 + 1, which Django 5 puts into a transaction."""
    transaction = 2 if django.VERSION < (6,) else 0
    people = User.objects.exclude(pk=ana.pk)
    for n in (0, 1, 7, 40):
        ana.followers.all().delete()
        Follow.objects.bulk_create(
            Follow(follower=person, followed=ana, created=ana.date_joined) for person in people[:n]
        )
        photo = post(ana)
        assert statements(posting.notify_followers, photo.pk) == 2 + n
        assert statements(posting.notify_followers_at_once, photo.pk) == (3 + transaction if n else 2)
        assert statements(posting.make_thumbnails, photo.pk) == 1
        assert statements(posting.index_photo, photo.pk) == 2 + transaction
        posting.count_photo(photo.pk)
        assert statements(posting.count_photo, photo.pk) == 2
    assert statements(post, ana) == 2  # one of them asks for the board
    assert set(posting.WORK) < {getattr(posting, name) for name in posting.__all__ if name != "WORK"}


@pytest.mark.parametrize("work", [*posting.WORK, posting.notify_followers_at_once])
def test_work_for_a_photo_that_is_not_there_says_so(work):
    with pytest.raises(Photo.DoesNotExist):
        work(999_999)


def test_the_page_posts_a_photo_with_all_its_work_and_shows_it(ana, media):
    client = Client()
    assert client.get("/photos/new/")["Location"] == "/login/?next=/photos/new/"
    client.force_login(ana)
    assert 'href="/photos/new/"' in client.get("/").content.decode()
    board = ana.boards.last()
    form = {"caption": "Fog over <Velmosk>", "board": board.pk, "picture": upload(PHOTO)}
    shown = client.post("/photos/new/", form, follow=True)
    photo = Photo.objects.get(caption="Fog over <Velmosk>")
    assert shown.redirect_chain == [(photo.get_absolute_url(), 302)]
    assert (photo.author, photo.board) == (ana, board) and photo == ana.photos.first()
    address = re.search(r"url\((/pictures/[0-9a-f-]+/1280\.jpg)\)", shown.content.decode())[1]
    picture = client.get(address)
    assert picture["Content-Type"] == "image/jpeg" and b"".join(picture.streaming_content)[:2] == b"\xff\xd8"
    assert client.get(address.replace("1280", "1281")).status_code == 404
    assert client.get(address.replace("1280", "original")).status_code == 404
    assert Notification.objects.filter(photo=photo).count() == ana.followers.count()
    assert photo.words.count() == 3 and AuthorCount.objects.get(author=ana).photos == 1


@pytest.mark.parametrize(("wrong", "said"), [
    ({"picture": upload(b"rain")}, "&#x27;holiday.jpg&#x27; is not a picture"),
    ({"picture": upload(b"")}, "is empty"),
    ({"picture": ""}, "This field is required"),
    ({"caption": ""}, "This field is required"),
    ({"caption": "x" * 251}, "at most 250 characters"),
    ({"board": "{other}"}, "Select a valid choice"),
])  # fmt: skip
def test_the_form_says_what_is_wrong_and_nothing_is_kept(ana, media, wrong, said):
    client = Client()
    client.force_login(ana)
    other = User.objects.exclude(pk=ana.pk).filter(boards__isnull=False).first().boards.first()
    form = {"caption": "Fog", "board": ana.boards.first().pk, "picture": upload(PHOTO), **wrong}
    form["board"] = str(form["board"]).format(other=other.pk)
    before = Photo.objects.count()
    shown = client.post("/photos/new/", form)
    assert shown.status_code == 200 and said in shown.content.decode()
    assert (Photo.objects.count(), files(media)) == (before, [])
