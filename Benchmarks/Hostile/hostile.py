"""One hostile environment beside ten good ones: what it costs the good ones.

Starts an origin, the proxy and, in processes of their own, the good clients and the hostile ones; measures the
good ones alone and beside the hostile ones, in turn, and prints a table in Markdown. Everything stays on
127.0.0.0/8: a client's address says which environment it is in.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

GOOD = [f"127.0.1.{number}" for number in range(1, 11)]
HOSTILE = "127.0.2.1"
BODY = b"x" * 1024


# The origin: 1 KiB for every request.


async def serve(reader, writer):
    try:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\n" + BODY)
            await writer.drain()
    except asyncio.LimitOverrunError:
        # No request: a flood.
        while await reader.read(1 << 16):
            pass
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def origin(port):
    server = await asyncio.start_server(serve, "127.0.0.1", port, backlog=1024)
    async with server:
        await server.serve_forever()


# Clients.


async def connect(proxy, source):
    return await asyncio.open_connection("127.0.0.1", proxy, local_addr=(source, 0))


async def answer(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            await reader.readexactly(int(line.split(b":")[1]))
    return status


def get(target):
    return f"GET http://127.0.0.1:{target}/ HTTP/1.1\r\nHost: 127.0.0.1:{target}\r\n\r\n".encode()


def connect_to(target):
    return f"CONNECT 127.0.0.1:{target} HTTP/1.1\r\nHost: 127.0.0.1:{target}\r\n\r\n".encode()


class Times:
    def __init__(self):
        self.seconds = []
        self.failures = 0


async def at_rate(per_second, end, times, operation):
    """Begins one operation after the other at a fixed rate, however long they take; none waits for another."""
    next_start = time.monotonic() + random.random() / per_second
    running = set()
    while next_start < end:
        await asyncio.sleep(max(next_start - time.monotonic(), 0))

        async def one(due=next_start):
            try:
                await asyncio.wait_for(operation(), 10)
                # From when it was due: an operation that begins late was held up, too.
                times.seconds.append(time.monotonic() - due)
            except (OSError, ValueError, asyncio.TimeoutError, asyncio.IncompleteReadError):
                times.failures += 1

        task = asyncio.ensure_future(one())
        running.add(task)
        task.add_done_callback(running.discard)
        next_start += 1 / per_second
    await asyncio.gather(*running, return_exceptions=True)


async def good(proxy, target, seconds):
    requests, tunnels = Times(), Times()
    end = time.monotonic() + seconds

    async def client(source):
        idle = []

        async def request():
            reader, writer = idle.pop() if idle else await connect(proxy, source)
            writer.write(get(target))
            if await answer(reader) != 200:
                raise ValueError
            idle.append((reader, writer))

        async def tunnel():
            reader, writer = await connect(proxy, source)
            try:
                writer.write(connect_to(target))
                if await answer(reader) != 200:
                    raise ValueError
                writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                await answer(reader)
            finally:
                writer.close()

        await asyncio.gather(
            at_rate(20, end, requests, request), at_rate(10, end, tunnels, tunnel))
        for _, writer in idle:
            writer.close()

    await asyncio.gather(*(client(source) for source in GOOD))
    print(json.dumps([{"s": sorted(kind.seconds), "failed": kind.failures}
                      for kind in (requests, tunnels)]))


async def hostile(proxy, target):
    """200 connections a second: names that are refused, heads that drip, silence, tunnels that stay and push."""
    held = []

    async def scan(reader, writer):
        name = f"{random.getrandbits(64):x}.example"
        writer.write(f"CONNECT {name}:443 HTTP/1.1\r\nHost: {name}:443\r\n\r\n".encode())
        await reader.read(1024)

    async def drip(reader, writer):
        for byte in get(target):
            writer.write(bytes([byte]))
            await asyncio.sleep(1)

    async def silence(reader, writer):
        await reader.read(1)

    async def flood(reader, writer):
        writer.write(connect_to(target))
        await reader.readuntil(b"\r\n\r\n")
        while True:
            writer.write(b"y" * 65536)
            await writer.drain()

    async def one(kind):
        writer = None
        try:
            reader, writer = await connect(proxy, HOSTILE)
            await kind(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            if writer:
                writer.close()

    kinds = [scan, scan, drip, silence, flood]
    number = 0
    while True:
        held = [task for task in held if not task.done()]
        held.append(asyncio.ensure_future(one(kinds[number % len(kinds)])))
        number += 1
        await asyncio.sleep(0.005)


# The measurement.

CONFIGURATION = """
listeners: [{{ proxy: "127.0.0.1:{proxy}" }}]
audit: {{ file: audit.jsonl }}
limits: {{ half_open: 128 }}
environments:
  default:
    allowlists: [essential]
    allow_addresses: ["127.0.0.1:{target}"]
{good}
  hostile:
    base: default
    clients: [{hostile}]
    limits: {{ connections: 256, upload: 1MiB/s, download: 1MiB/s }}
    timeouts: {{ lifetime: 1m }}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def quantile(seconds, part):
    return seconds[min(int(len(seconds) * part), len(seconds) - 1)] * 1000 if seconds else 0


def me(*words):
    return [sys.executable, os.path.abspath(__file__), *map(str, words)]


def wait_for(port):
    for _ in range(400):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.025)
    sys.exit(f"nothing listens on 127.0.0.1:{port}: see the messages above")


def measure(binary, seconds, rounds):
    proxy, target = free_port(), free_port()
    started = []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "sluice.yaml")
        names = "\n".join(f"  good-{n}: {{ base: default, clients: [{address}] }}"
                          for n, address in enumerate(GOOD))
        with open(path, "w") as file:
            file.write(CONFIGURATION.format(proxy=proxy, target=target, good=names, hostile=HOSTILE))
        try:
            started.append(subprocess.Popen(me("origin", target)))
            started.append(subprocess.Popen([binary, "run", "--config", path], cwd=folder,
                                            stderr=subprocess.DEVNULL))
            wait_for(target)
            wait_for(proxy)
            results = {"alone": [], "beside": []}
            for _ in range(rounds):
                for case in results:
                    attacker = None
                    if case == "beside":
                        attacker = subprocess.Popen(me("hostile", proxy, target))
                        started.append(attacker)
                        time.sleep(2)
                    run = subprocess.run(me("good", proxy, target, seconds), check=True,
                                         capture_output=True, text=True)
                    if attacker:
                        attacker.send_signal(signal.SIGKILL)
                        attacker.wait()
                    results[case].append(json.loads(run.stdout))
            return results
        finally:
            for process in started:
                if process.poll() is None:
                    process.kill()
                    process.wait()


def report(results, seconds):
    print(f"Ten good environments, each 20 requests and 10 tunnels a second, {seconds} s a round,"
          f" {len(results['alone'])} rounds; medians.\n")
    print("| | alone | beside a hostile one | ratio |\n|---|---|---|---|")
    for place, name in ((0, "requests"), (1, "tunnels")):
        for label, value in (
            ("done a second", lambda run: len(run["s"]) / seconds),
            ("p50, ms", lambda run: quantile(run["s"], 0.5)),
            ("p99, ms", lambda run: quantile(run["s"], 0.99)),
            ("failed", lambda run: run["failed"]),
        ):
            alone, beside = (statistics.median(value(run[place]) for run in results[case])
                             for case in ("alone", "beside"))
            ratio = f"{beside / alone:.2f}" if alone else ""
            print(f"| {name}, {label} | {alone:.1f} | {beside:.1f} | {ratio} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name, words in (("origin", ["port"]), ("good", ["proxy", "target", "seconds"]),
                        ("hostile", ["proxy", "target"])):
        command = commands.add_parser(name)
        for word in words:
            command.add_argument(word, type=int)
    command = commands.add_parser("measure")
    command.add_argument("binary")
    command.add_argument("--seconds", type=int, default=10)
    command.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if given.command == "origin":
        asyncio.run(origin(given.port))
    elif given.command == "good":
        asyncio.run(good(given.proxy, given.target, given.seconds))
    elif given.command == "hostile":
        asyncio.run(hostile(given.proxy, given.target))
    else:
        report(measure(os.path.abspath(given.binary), given.seconds, given.rounds), given.seconds)


main()
