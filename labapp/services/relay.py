"""The proxy's process: carries bytes between two ends of the loopback and lets each wait, as a network does.

    python -I -S relay.py relay       # takes orders on its standard input, one JSON object a line
    python -I -S relay.py echo        # says its port, and sends back whatever comes there

A thread for each direction of each connection notes when a chunk came and sends it on when it is due, half a
round trip later. What comes meanwhile is taken and noted too, so that the delay costs no throughput. Both end
with their standard input. It uses the standard library only and imports nothing of ours, so that it is there
within 20 ms.
"""

import ctypes
import json
import os
import select
import socket
import sys
import threading
from collections import deque
from time import perf_counter

CHUNK = 1 << 16
HELD = 1 << 24  # bytes under way in one direction until no more are taken; a TCP window
PR_SET_TIMERSLACK = 29
TYPICAL = 0.0005  # seconds
STEP = 3e-6  # seconds


class Delay:
    """The round trip to add, in seconds, less what the relay adds by itself."""

    def __init__(self):
        self.whole = self.own = 0.0
        self.early = 0.0

    @property
    def half(self):
        """What a chunk waits in one direction, on top of what the relay takes anyway."""
        return max(0.0, self.whole - self.own) / 2

    def learn(self, late, slept):
        """
        Sleeps end late, later on a busy machine: let them end earlier, until half of the chunks are late.

        What is late without having slept, or by very much, was in the way of something else.
        """
        if late < 0 or slept and late < TYPICAL:
            self.early = min(max(self.early + (STEP if late > 0 else -STEP), 0.0), TYPICAL)


DELAY = Delay()


def carry(source, sink, not_before=0.0):
    """Bytes from one socket to the other, each chunk when it is due, and then the end of the stream."""
    under_way, held, ended, slept = deque(), 0, False, False
    while under_way or not ended:
        now = perf_counter()
        left = under_way[0][0] - DELAY.early - now if under_way else None
        if left is not None and left <= 0:
            due, chunk = under_way.popleft()
            DELAY.learn(now - due, slept)
            slept, held = False, held - len(chunk)
            sink.sendall(chunk)
            continue
        wanted = [source] if not ended and held < HELD else []
        slept = left is not None
        if select.select(wanted, [], [], left)[0]:
            chunk, slept = source.recv(CHUNK), False
            ended = not chunk
            held += len(chunk)
            under_way.append((max(perf_counter(), not_before) + DELAY.half, chunk))
    sink.shutdown(socket.SHUT_WR)


def direction(source, sink, not_before=0.0):
    """A thread's work: one direction, until it ends or one of the two ends breaks off."""
    try:
        carry(source, sink, not_before)
    except (OSError, ValueError):  # ValueError: select() takes no more than a thousand files
        for each in (source, sink):
            hang_up(each)


def hang_up(connection):
    """Break a connection off, so that the thread of the other direction ends as well."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it was already


def connect(client, target):
    """Serve one client: the first chunk waits a round trip more, which is what connecting takes."""
    not_before = perf_counter() + DELAY.whole
    with client:
        try:
            server = socket.create_connection(("127.0.0.1", target))
        except OSError:
            return
        with server:
            for each in (client, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            back = threading.Thread(target=direction, args=(server, client), daemon=True)
            back.start()
            direction(client, server, not_before)
            back.join()


def serve(listener, work, *args):
    """A thread for each connection that comes."""
    while True:
        client, _ = listener.accept()
        threading.Thread(target=work, args=(client, *args), daemon=True).start()


def listen(work, *args):
    """Do this work for whoever connects to a new port; the port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    threading.Thread(target=serve, args=(listener, work, *args), daemon=True).start()
    return listener.getsockname()[1]


def echo(client):
    """Send back what comes."""
    with client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while chunk := client.recv(CHUNK):
            client.sendall(chunk)


def obey(order, number, **fields):
    """Do what was asked, and say what came of it."""
    if order == "route":
        return {"number": number, "port": listen(connect, fields["target"])}
    DELAY.whole, DELAY.own = fields["ms"] / 1000, fields["own_ms"] / 1000
    return {"number": number}


def precise_timers():
    """Linux wakes a sleeper up to 50 microseconds late unless asked not to."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0)


def main(kind):
    """Serve until the standard input ends."""
    precise_timers()
    if kind == "echo":
        print(json.dumps({"port": listen(echo)}), flush=True)
    for line in sys.stdin.buffer:
        print(json.dumps(obey(**json.loads(line))), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
