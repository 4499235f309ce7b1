"""The studio under load: clients that compose, and slow ones that hinder. What must hold: no status but those that are
designed, every piece the command line's byte for byte, /health answering throughout, memory flat.

    python3 tests/studio/load_test.py build/release/toccata --seconds 600
"""
import argparse
import collections
import json
import multiprocessing
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from slow_clients import SlowClients
from studio_program import ENVIRONMENT, Studio, wait_for

SEED, STEPS, PIECES = 11, 48, 16
# What the clients order, as options of the command line and of the interface.
ORDERS = [([], {}),
          (["--key", "D minor", "--most-notes", "3", "--particles", "4"], {"key": "D minor", "most_notes": 3, "particles": 4})]
MOST_DRIFT = 0.05  # of memory, from the second fifth of the time to the last
FLAT_AFTER = 100  # seconds from which on drift is judged: the studio keeps a hundred orders, which it first must have


def composed_by_the_command_line(program):
    """{(order, number): bytes} of the pieces that the clients will order."""
    wanted = {}
    for index, (words, _) in enumerate(ORDERS):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([program, "generate", "chorales", "--steps", str(STEPS), "--batch", str(PIECES), "--seed", str(SEED), "--out", folder,
                            *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, env=ENVIRONMENT)
            for path in pathlib.Path(folder).glob("*.mid"):
                wanted[index, int(path.stem.rsplit("-", 1)[1])] = path.read_bytes()
    return wanted


class Load:
    def __init__(self, studio, wanted):
        self.studio, self.wanted = studio, wanted
        self.statuses = collections.Counter()
        self.faults = []
        self.pieces = self.served = 0
        self.last_order = "none"
        self.ending = threading.Event()
        self.lock = threading.Lock()

    def ask(self, method, path, body=None):
        status, headers, text = self.studio.ask(method, path, body, timeout=120)
        with self.lock:
            self.statuses[status] += 1
            if status not in (200, 202, 429, 503) or status in (429, 503) and "retry-after" not in headers:
                self.faults.append(f"{method} {path}: {status} {text[:200]!r}")
        return status, headers, text

    def compose(self, chance):
        """Orders a piece, waits for it, compares it. False where the server had no room."""
        kind, number = chance.choice(list(self.wanted))
        order = {"model": "chorales", "steps": STEPS, "seed": SEED, "first": number, **ORDERS[kind][1]}
        status, headers, text = self.ask("POST", "/api/compositions", order)
        if status != 202:
            self.ending.wait(float(headers.get("retry-after", 1)) * chance.uniform(0.5, 1))
            return False
        path = "/api/compositions/" + json.loads(text)["id"]
        self.last_order = json.loads(text)["id"]
        if chance.random() < 0.5:
            if b"event: end" not in self.ask("GET", path + "/events")[2]:
                self.faults.append(f"{path}: the stream of its events broke off")
        while True:
            outline = json.loads(self.again("GET", path))
            if outline["state"] not in ("queued", "composing"):
                break
            if self.ending.is_set():
                self.again("DELETE", path)
                return False
            time.sleep(0.2)
        if outline["state"] != "done":
            self.faults.append(f"{path}: {outline}")
            return False
        if self.again("GET", f"{path}/pieces/{number}.mid") != self.wanted[kind, number]:
            self.faults.append(f"{path}: piece {number} is not the command line's")
        return True

    def again(self, method, path):
        """The answer, asked for until the server has time."""
        while True:
            status, headers, text = self.ask(method, path)
            if status == 200:
                return text
            if status != 503:
                raise AssertionError(f"{path}: {status} {text[:200]!r}")
            time.sleep(float(headers.get("retry-after", 1)))

    def client(self, number):
        chance, served = random.Random(number), False
        try:
            while not self.ending.is_set():
                if self.compose(chance):
                    served = True
                    with self.lock:
                        self.pieces += 1
        except Exception as error:  # whatever it is, it shall be told
            self.faults.append(f"client {number}: {error!r}")
        with self.lock:
            self.served += served


def watch_health(studio, ending, told):
    """In a process of its own, so that nothing but the server can be slow: [(seconds, status, connections)…]."""
    found = []
    while not ending.is_set():
        begun = time.monotonic()
        try:
            status, _, text = studio.ask("GET", "/health")
            connections = json.loads(text)["connections"] if status == 200 else 0
        except OSError:
            status, connections = 0, 0
        found.append((time.monotonic() - begun, status, connections))
        time.sleep(0.1)
    told.send(found)


def drift(samples):
    """Of memory: the median of the last fifth of the time against that of the second."""
    fifth = len(samples) // 5
    early, late = (statistics.median(part) for part in (samples[fifth:2 * fifth], samples[-fifth:]))
    return late / early - 1


def report(load, slow, health, memory, seconds, health_seconds):
    took = sorted(each[0] for each in health)
    print(f"{seconds:.0f} s: {load.pieces} pieces composed, {load.served} clients served, {load.statuses[429]} told 429, "
          f"{load.statuses[503]} told 503, {slow.opened()} slow connections, up to {max(each[2] for each in health)} at a time")
    print(f"/health: {len(took)} times, median {statistics.median(took) * 1000:.1f} ms, 99 of 100 within "
          f"{took[int(0.99 * len(took))] * 1000:.1f} ms, at most {took[-1] * 1000:.1f} ms")
    print(f"memory: {memory[0] / 2**20:.0f} MiB at first, {memory[-1] / 2**20:.0f} MiB at last, at most {max(memory) / 2**20:.0f} MiB"
          + (f", drift {100 * drift(memory):+.1f} %" if seconds >= FLAT_AFTER else ""))
    faults = list(load.faults)
    if late := [each for each in took if each > health_seconds]:
        faults.append(f"/health took over {health_seconds * 1000:.0f} ms {len(late)} times of {len(took)}, up to {took[-1] * 1000:.0f} ms")
    if bad := collections.Counter(status for _, status, _ in health if status != 200):
        faults.append(f"/health answered {dict(bad)}")
    if load.pieces == 0:
        faults.append("no piece was composed")
    if seconds >= FLAT_AFTER and drift(memory) > MOST_DRIFT:
        faults.append(f"memory grew by {100 * drift(memory):.1f} %, expected under {100 * MOST_DRIFT:.0f} %")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--slow", type=int, default=256)
    parser.add_argument("--health-seconds", type=float, default=0.2, help="that /health may take at most")
    options = parser.parse_args()
    program = options.program.resolve()
    wanted = composed_by_the_command_line(program)
    assert len(wanted) == PIECES * len(ORDERS)
    with Studio(program) as studio:
        load = Load(studio, wanted)
        notes = [[t, 4, 60 + t % 12] for t in range(0, 64, 4)]
        music = json.dumps({"grid": 4, "articulation": False, "steps": 64, "meters": [], "notes": notes})
        ending = multiprocessing.Event()
        ours, theirs = multiprocessing.Pipe()
        prober = multiprocessing.Process(target=watch_health, args=(studio, ending, theirs))
        prober.start()
        slow = SlowClients(studio.port, options.slow, lambda: load.last_order, music)
        threads = [threading.Thread(target=load.client, args=(number,)) for number in range(options.clients)]
        begun, memory = time.monotonic(), []
        for thread in threads:
            thread.start()
        while time.monotonic() - begun < options.seconds and studio.process.poll() is None:
            memory.append(studio.memory())
            time.sleep(min(1, options.seconds / 20))
        load.ending.set()
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - begun
        ending.set()
        health = ours.recv()
        prober.join()
        slow.end()
        faults = report(load, slow, health, memory, seconds, options.health_seconds)
        # Whoever came, goes: nothing is held for those that vanished.
        wait_for(lambda: studio.health()["connections"] <= 1, what="its connections to be closed")
    if studio.ended != 130:
        faults.append(f"Ctrl-C ended it with {studio.ended}, expected 130")
    sys.exit("\n".join(faults[:20]) if faults else 0)


main()
