"""Files that the generator sends: what arrives is what is in them, with a form's fields and token."""

import io

import pytest
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParser

from labapp.experiments.traffic import Ask
from labapp.services import ServiceError
from labapp.services.traffic import Generator, Plan
from labapp.services.traffic.session import Session
from tests.services.traffic import Site, taken

CONTENT = bytes(range(256)) * 12_000  # 3 MB of everything that may be in a file
GIVEN = {"turn": 1, "host": "http://127.0.0.1:8001", "users": 1, "think_s": 1.0}


@pytest.fixture
def path(tmp_path):
    """A file to be sent."""
    path = tmp_path / 'a "fine" ä.jpg'
    path.write_bytes(CONTENT)
    return path


def ask(path, **more):
    return Ask("post", "upload/", method="POST", data={"caption": "Ä {n}"}, files={"picture": path}, **more)


def read(kind, body):
    """(the fields, the files) of a form, by Django's parser."""
    meta = {"CONTENT_TYPE": kind, "CONTENT_LENGTH": len(body)}
    return MultiPartParser(meta, io.BytesIO(body), [TemporaryFileUploadHandler()], "utf-8").parse()


def test_a_site_gets_the_file_and_the_fields_of_each_request(path):
    load, site = Generator(), Site(workers=1, threads=2)
    try:
        load.steer(site.plan(ask(path, look=r"(\d+) bytes").to_dict(), users=2))
        requests = taken(load, lambda requests: len(requests) > 5)
        load.idle()
        requests += load.take()
        uploads = [each.read_bytes().split(b"\n", 1) for each in sorted(site.folder.glob("upload-*"))]
        noted = site.seen()
    finally:
        load.stop()
        site.stop()
    assert {(each.status, each.error) for each in requests} == {(200, "")}
    assert len(requests) == len(uploads) == len(noted)
    assert sorted(int(each.seen) for each in requests) == sorted(len(body) for _, body in uploads)
    captions = set()
    for kind, body in uploads:
        fields, files = read(kind.decode(), body)
        assert files["picture"].read() == CONTENT
        assert (files["picture"].name, files["picture"].content_type) == ("a %22fine%22 ä.jpg", "image/jpeg")
        captions.add(fields["caption"])
    assert len(captions) == len(uploads) and all(each.startswith("Ä ") for each in captions)
    assert all(len(each["HTTP_X_CSRFTOKEN"]) == 32 for each in noted)
    assert all(f"csrftoken={each['HTTP_X_CSRFTOKEN']}" in each["HTTP_COOKIE"] for each in noted)


def test_a_file_is_read_once(path):
    session = Session(Plan.read({**GIVEN, "asks": [ask(path).to_dict()]}), 0, 1, 100.0)
    path.unlink()
    for _ in range(2):
        wanted = session.wanted(session.take())
        _, files = read(wanted.headers["Content-Type"], wanted.body)
        assert files["picture"].read() == CONTENT


@pytest.mark.parametrize(("wrong", "said"), [
    ({"files": {"picture": "/no/where.jpg"}},
     "files must be there to be sent, and '/no/where.jpg' is not: No such file or directory."),
    ({"files": {"picture": "/tmp"}}, "files must be there to be sent, and '/tmp' is not: Is a directory."),
    ({"files": {"picture": "a.jpg"}}, "files must have absolute paths, and 'a.jpg' is not one."),
    ({"method": "GET"}, "method must be POST with files, and 'GET' is not."),
])  # fmt: skip
def test_what_cannot_be_sent_is_refused_in_one_sentence(path, wrong, said):
    with pytest.raises(ServiceError) as refused:
        Plan.read({**GIVEN, "asks": [{**ask(path).to_dict(), **wrong}]})
    assert str(refused.value) == said


def test_a_relative_path_is_that_of_the_experiment(path, monkeypatch):
    monkeypatch.chdir(path.parent)
    assert ask(path.name).to_dict()["files"] == {"picture": str(path)}
