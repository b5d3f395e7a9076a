"""Starting and stopping the servers, and the proxy's delay, beside the least that they can take.

    .venv/bin/python -m bench.services              # about a minute
    .venv/bin/python -m bench.services --rounds 9

A start is compared with the servers' own programs called by hand with the same settings; the delay that the
proxy achieves with the one that was asked for; its throughput with that of a plain connection. Medians of
rounds that take turns.
"""

from __future__ import annotations

import argparse
import socket
import threading
from contextlib import closing
from statistics import median

from bench import _starts
from bench._starts import timed, until
from labapp.services.proxy import Proxy

DELAYS = (0, 0.1, 0.5, 1, 2, 5, 20, 50)  # milliseconds
MEGABYTES = 64


def compare_ends(rounds):
    """What a kernel leaves behind, until nothing runs and nothing is on the disk."""
    from tests.services.kernels import Kernel

    print("after a SIGKILL, until no process and no folder is left")
    for name, service in _starts.SERVICES.items():
        for victims in (("kernel",), ("kernel", "server")):
            if service.find() is None:
                continue
            spent = [end_of(Kernel().start(name.lower()), victims) for _ in range(rounds)]
            what = f"{name}, {' and '.join(victims)}"
            print(f"  {what:30}{median(spent):>8.0f} ms{max(spent):>8.0f} ms at most")


def end_of(kernel, victims):
    """Milliseconds from the kill until nothing is left."""
    from tests.services.kernels import runs

    kernel.kill(*victims)
    spent, _ = timed(lambda: until(lambda: not kernel.folder.exists() and not any(map(runs, kernel.family))))
    kernel.process.kill()
    kernel.end()
    return spent


def compare_delays(rounds):
    """What is asked for beside what is added to a round trip."""
    with closing(socket.create_server(("127.0.0.1", 0))) as nobody:
        proxy = Proxy(nobody.getsockname()[1]).start()
        achieved = {ms: [] for ms in DELAYS}
        for _ in range(rounds):
            for ms, found in achieved.items():
                proxy.delay(ms)
                found.append(proxy.achieved().ms)
        proxy.stop()
    print("round trip asked for, and added (median, lowest to highest of the rounds)")
    for ms, found in achieved.items():
        ratio = f"{median(found) / ms:>8.2f} x" if ms else ""
        print(f"  {ms:>6g} ms{median(found):>10.3f} ms  {min(found):.3f} to {max(found):.3f}{ratio}")


def transfer(port):
    """Milliseconds to send the megabytes to a port that answers with one byte when it has them all."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"x")
        connection.recv(1)
        return timed(lambda: (connection.sendall(bytes(MEGABYTES << 20)), connection.recv(1)))[0]


def swallow(listener):
    """Take what clients send, and answer its first byte and its end."""
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        with client:
            client.recv(1)
            client.sendall(b"x")
            missing = MEGABYTES << 20
            while missing:
                missing -= len(client.recv(1 << 16))
            client.sendall(b"x")


def compare_throughput(rounds):
    """A long transfer through the proxy beside the same without it."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        threading.Thread(target=swallow, args=(listener,), daemon=True).start()
        port = listener.getsockname()[1]
        proxy, ratios, rates = Proxy(port).start(), {0: [], 5: [], 50: []}, []
        for _ in range(rounds):
            direct = transfer(port)
            rates.append(MEGABYTES / direct * 1000)
            for ms, found in ratios.items():
                proxy.delay(ms)
                found.append(direct / (transfer(proxy.port) - ms))
        proxy.stop()
    rate = f"{median(rates):,.0f} MB/s"
    print(f"{MEGABYTES} MB through the proxy, of the speed without it ({rate}), the delay itself taken off")
    for ms, found in ratios.items():
        print(f"  {ms:>6g} ms{median(found):>10.2f} x")


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="of each; the medians are shown")
    rounds = parser.parse_args().rounds
    for compare in (_starts.compare, compare_ends, compare_delays, compare_throughput):
        compare(rounds)


if __name__ == "__main__":
    main()
