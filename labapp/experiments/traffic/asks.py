"""What the traffic asks for, and as whom."""

import os
from dataclasses import asdict, dataclass

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.middleware.csrf import CSRF_SECRET_LENGTH
from django.utils.crypto import get_random_string


@dataclass(frozen=True)
class Ask:
    """One kind of request.

    ``path`` stands below the variant's mount; ``{key}`` in it is one of ``keys``, the most popular first: the
    key of rank r is asked for in proportion to 1 / r**zipf (0: all alike). Kinds are drawn by their
    ``weight``. ``data`` are the fields of a form that is sent, where "{n}" is a number that grows with each;
    ``files`` are the paths of the files that go with it, {field: path}, each read once. What group 1 of the
    regular expression ``look`` finds in an answer becomes the record's ``seen``. With ``compose`` the client
    fetches each ``data-fragment`` of the page as well, and the record is of the whole.

    With ``follow`` it goes where a redirect leads, and asks again, as a script in the page would, after the
    seconds in the page's ``data-again``: the record's ``first`` is of the first answer, its ``done`` and
    ``seen`` are of the last.
    """

    name: str
    path: str
    keys: tuple = ()
    zipf: float = 0.0
    weight: float = 1.0
    method: str = "GET"
    data: dict | None = None
    files: dict | None = None
    look: str | None = None
    compose: bool = False
    follow: bool = False

    def to_dict(self):
        """As the load generator wants it."""
        files = self.files and {field: os.path.abspath(path) for field, path in self.files.items()}
        return asdict(self) | {"keys": [str(key) for key in self.keys], "files": files}


def people(number):
    """The first so many of Pinsta's people as the generator wants them: dicts of name and cookies.

    They are logged in already, by the signed cookie that a form would have given them.
    """
    return [person(user) for user in get_user_model().objects.order_by("id")[:number]]


def person(user):
    """One of them."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    cookies = {"sessionid": session.session_key, "csrftoken": get_random_string(CSRF_SECRET_LENGTH)}
    return {"name": user.get_username(), "cookies": cookies}
