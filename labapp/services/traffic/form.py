"""A form as browsers send it: its fields, the files that go with them, and numbers that grow."""

import os
import secrets
from itertools import count
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import urlencode

from labapp.services.errors import ServiceError

NUMBERS = count(1)  # for "{n}" in the fields
ESCAPED = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


class Form:
    """
    The fields ``data``, and ``files``: {name of the field: absolute path}, read once for all requests.

    ServiceError names a file that cannot be read.
    """

    def __init__(self, data=None, files=None):
        self._data = data or {}
        self._boundary = secrets.token_hex(16)
        self._files = b"".join(self._file(name, path) for name, path in (files or {}).items())

    def filled(self):
        """(the header Content-Type, the body) of the next request."""
        number = str(next(NUMBERS))
        fields = {name: str(value).replace("{n}", number) for name, value in self._data.items()}
        if not self._files:
            return "application/x-www-form-urlencoded", urlencode(fields).encode()
        parts = [self._part(name, "", value.encode()) for name, value in fields.items()]
        body = b"".join([*parts, self._files, f"--{self._boundary}--\r\n".encode()])
        return f"multipart/form-data; boundary={self._boundary}", body

    def _part(self, name, more, content):
        head = f'--{self._boundary}\r\nContent-Disposition: form-data; name="{name.translate(ESCAPED)}"{more}'
        return head.encode() + b"\r\n\r\n" + content + b"\r\n"

    def _file(self, name, path):
        file = Path(path).name
        kind = guess_type(file)[0] or "application/octet-stream"
        more = f'; filename="{file.translate(ESCAPED)}"\r\nContent-Type: {kind}'
        return self._part(name, more, _content(path))


def _content(path):
    """What is in the file. Whoever sends it may stand in another folder: the path must be absolute."""
    if not os.path.isabs(path):
        raise ServiceError(f"files must have absolute paths, and {str(path)!r} is not one.")
    try:
        return Path(path).read_bytes()
    except OSError as error:
        why = f"files must be there to be sent, and {str(path)!r} is not: {error.strerror}."
        raise ServiceError(why) from error
