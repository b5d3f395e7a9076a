"""The pictures that experiments post."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from labapp.experiments.perceived.pictures import not_a_picture, picture, too_large
from labapp.pinsta.posting import PictureError, pictures


def upload(path):
    return SimpleUploadedFile(path.name, path.read_bytes())


@pytest.mark.parametrize("megapixels", [0.01, 0.3, 2, 2.4])
def test_a_picture_has_so_many_pixels_that_do_not_compress_away(megapixels):
    path = picture(megapixels)
    with Image.open(path) as image:
        pixels = image.width * image.height
        assert image.format == "JPEG" and pixels == pytest.approx(megapixels * 1e6, rel=0.02)
    assert 0.15 < path.stat().st_size / pixels < 0.6
    assert pictures.check(upload(path)) == ("jpg", image.size)
    assert picture(megapixels) == path and path.parent.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("path", "said"), [(not_a_picture, "is not a picture"), (too_large, "; up to")])
def test_what_cannot_be_posted_is_refused_for_what_it_is(path, said):
    with pytest.raises(PictureError, match=said):
        pictures.check(upload(path()))


@pytest.mark.parametrize("megapixels", [0, -1, 51])
def test_a_size_that_cannot_be_posted_is_refused(megapixels):
    with pytest.raises(ValueError, match=re.escape(f"from 0.01 to 50, and {megapixels} is not.")):
        picture(megapixels)
