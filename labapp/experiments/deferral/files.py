"""Celery's filesystem transport with a message that is whole when it has its name.

kombu's own creates the file and then writes it: a worker that looks in between takes an empty message, and it
is lost.
"""

import os
from pathlib import Path
from time import monotonic
from uuid import uuid4

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Puts messages where others look by renaming them."""

    def _put(self, queue, payload, **kwargs):
        name = f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg"
        unfinished = Path(self.data_folder_out, f"{name}.new")
        unfinished.write_text(dumps(payload))
        os.rename(unfinished, unfinished.with_suffix(""))


class Transport(filesystem.Transport):
    """What Celery takes for files."""

    Channel = Channel
    global_state = filesystem.virtual.BrokerState()
