"""Varnish's command line: text over a connection to the loopback, opened with a secret."""

import hashlib
import socket

PATIENCE = 30  # seconds; compiling takes some on a busy machine
OK, LOGIN = 200, 107


class Refused(Exception):
    """Varnish's answer was not yes; its text is what it said."""


def ask(port, secret, command):
    """What Varnish answers to a command; Refused with its own words, OSError when nobody is there."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        with connection.makefile("rwb") as stream:
            status, said = _read(stream)
            if status == LOGIN:
                challenge = said[: said.index("\n") + 1]
                proof = hashlib.sha256(f"{challenge}{secret}{challenge}".encode()).hexdigest()
                status, said = _say(stream, f"auth {proof}")
            if status == OK:
                status, said = _say(stream, command)
    if status != OK:
        raise Refused(said)
    return said


def _say(stream, command):
    stream.write(command.encode() + b"\n")
    stream.flush()
    return _read(stream)


def _read(stream):
    """(status, text): a line of 13 characters with both numbers, the text, and the end of a line."""
    head = stream.read(13)
    if len(head) < 13:
        raise ConnectionError("Varnish hung up.")
    status, length = (int(number) for number in head.split())
    return status, stream.read(length + 1)[:-1].decode()
