"""Files: written whole or not at all, read with one clear sentence when they are not what they should be."""

import json
import os
import secrets
from contextlib import suppress
from pathlib import Path

FORMAT = "django-scale-lab"
VERSION = 1


class ResultError(Exception):
    """A result could not be written or read; its text is one sentence that names the file."""


def write(path: str | os.PathLike, text: str) -> Path:
    """Put the text there under its name only when all of it is on the disk; else what was there stays."""
    target = Path(path).expanduser()
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with open(part, "x", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    except OSError as error:
        raise ResultError(f"{target} cannot be written: {_why(error)}. Nothing there was changed.") from error
    finally:
        _remove(part)
    return target


def _remove(part: Path) -> None:
    with suppress(OSError):
        part.unlink(missing_ok=True)


def save(path: str | os.PathLike, kind: str, data: dict, indent: int | None = 1) -> Path:
    """Write data as JSON with the format's name, version and kind ("result", "traffic" or "growth")."""
    document = {"format": FORMAT, "version": VERSION, "kind": kind, **data}
    text = json.dumps(document, indent=indent, default=str, allow_nan=False, ensure_ascii=False)
    return write(path, text + "\n")


def load(path: str | os.PathLike, *kinds: str) -> dict:
    """The data that save() wrote; ResultError if the file is missing, damaged, of another kind or version."""
    source = Path(path).expanduser()
    try:
        data = json.loads(source.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ResultError(f"{source} does not exist.") from None
    except OSError as error:
        raise ResultError(f"{source} cannot be read: {_why(error)}.") from error
    except ValueError as error:
        raise ResultError(f"{source} is damaged: it is not complete JSON ({error}).") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ResultError(f"{source} is not a file of this lab: save() writes those.")
    if data.get("version") != VERSION:
        raise ResultError(
            f"{source} has format version {data.get('version')!r}; this lab reads version {VERSION}."
        )
    if data.get("kind") not in kinds:
        raise ResultError(
            f"{source} holds a {data.get('kind')!r}, not a {' or '.join(map(repr, kinds))}: "
            "labapp.measure.load() reads what there is."
        )
    return data


def damaged(path: str | os.PathLike, error: Exception) -> ResultError:
    """For a file whose JSON is whole but whose content is not."""
    return ResultError(
        f"{path} is damaged: its JSON is whole, its content is not ({type(error).__name__}: {error})."
    )


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
