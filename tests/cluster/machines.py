"""Processes of one training, as launchers start them: on this machine, or each in a network namespace of its own with an address of its
own, joined by a bridge (iproute2; needs root and a kernel that allows it)."""
import os
import random
import shutil
import signal
import socket
import subprocess
import time


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class OneMachine:
    address = "127.0.0.1"
    name = "one machine"

    def command(self, rank, words):
        return words

    def cut(self, rank):
        raise NotImplementedError("one machine has no cable")

    def close(self):
        pass


class Namespaces:
    """`count` network namespaces on a bridge. rate: of each link in Mbit/s, shaped by tc; 0: not shaped."""

    name = "network namespaces"

    def __init__(self, count, rate=0):
        self.tag = f"toccata{os.getpid()}"
        self.count = count
        self.address = "10.77.0.1"
        self.hub = f"{self.tag}-hub"
        self.cut_ranks = set()
        try:
            self._ip("netns", "add", self.hub)
            self._ip("-n", self.hub, "link", "add", "bridge", "type", "bridge")
            self._ip("-n", self.hub, "link", "set", "bridge", "up")
            for rank in range(count):
                space = self._space(rank)
                self._ip("netns", "add", space)
                self._ip("-n", space, "link", "add", "cable", "type", "veth", "peer", "name", f"port{rank}", "netns", self.hub)
                self._ip("-n", space, "addr", "add", f"10.77.0.{rank + 1}/24", "dev", "cable")
                for device in ("lo", "cable"):
                    self._ip("-n", space, "link", "set", device, "up")
                self._ip("-n", self.hub, "link", "set", f"port{rank}", "master", "bridge", "up")
                if rate:
                    for where, device in ((space, "cable"), (self.hub, f"port{rank}")):
                        self._run("ip", "netns", "exec", where, "tc", "qdisc", "add", "dev", device, "root", "tbf", "rate", f"{rate}mbit",
                                  "burst", "128kb", "latency", "100ms")
        except subprocess.CalledProcessError:
            self.close()
            raise

    @staticmethod
    def allowed():
        return os.geteuid() == 0 and shutil.which("ip") is not None

    def _space(self, rank):
        return f"{self.tag}-{rank}"

    @staticmethod
    def _run(*words):
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def _ip(self, *words):
        self._run("ip", *words)

    def command(self, rank, words):
        return ["ip", "netns", "exec", self._space(rank), *words]

    def cut(self, rank):
        self._ip("-n", self.hub, "link", "set", f"port{rank}", "down")
        self.cut_ranks.add(rank)

    def mend(self):
        for rank in self.cut_ranks:
            self._ip("-n", self.hub, "link", "set", f"port{rank}", "up")
        self.cut_ranks.clear()

    def sent_bytes(self, rank):
        out = subprocess.run(["ip", "netns", "exec", self._space(rank), "cat", "/sys/class/net/cable/statistics/tx_bytes"],
                             capture_output=True, text=True, check=True)
        return int(out.stdout)

    def close(self):
        for rank in range(self.count):
            subprocess.run(["ip", "netns", "del", self._space(rank)], stderr=subprocess.DEVNULL, check=False)
        subprocess.run(["ip", "netns", "del", self.hub], stderr=subprocess.DEVNULL, check=False)


class Processes:
    """`count` processes of `words`, told of each other as torchrun tells them; their errors in files of `folder`."""

    def __init__(self, words, count, folder, machines=OneMachine(), environment=None):
        port = free_port()
        self.logs = [folder / f"rank-{rank}.log" for rank in range(count)]
        self.outs = [folder / f"rank-{rank}.out" for rank in range(count)]
        self.children = []
        for rank in range(count):
            told = {**os.environ, **(environment or {}), "RANK": str(rank), "WORLD_SIZE": str(count), "MASTER_ADDR": machines.address,
                    "LOCAL_WORLD_SIZE": str(count), "MASTER_PORT": str(port)}
            with open(self.logs[rank], "wb") as log, open(self.outs[rank], "wb") as out:
                self.children.append(subprocess.Popen(machines.command(rank, words), env=told, stdout=out, stderr=log))

    def wait(self, seconds):
        """Exit statuses; None for who is still there after `seconds`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and any(child.poll() is None for child in self.children):
            time.sleep(0.02)
        return [child.poll() for child in self.children]

    def wait_for_others(self, rank, seconds):
        end = time.monotonic() + seconds
        others = [child for r, child in enumerate(self.children) if r != rank]
        while time.monotonic() < end and any(child.poll() is None for child in others):
            time.sleep(0.02)
        return [child.poll() for child in others]

    def signal(self, rank, number):
        if self.children[rank].poll() is None:
            self.children[rank].send_signal(number)

    def words_of(self, rank):
        return self.logs[rank].read_text(errors="replace")

    def close(self):
        for child in self.children:
            if child.poll() is None:
                child.send_signal(signal.SIGKILL)
            child.wait()


def corpus(path, pieces=14, seed=5):
    """A roll file of tunes over held chords, drawn from a seed."""
    import json
    draw = random.Random(seed)
    def piece():
        melody, frames = draw.randrange(60, 76), []
        for step in range(draw.randrange(60, 140)):
            melody = max(55, min(80, melody + draw.choice((-2, -1, 1, 2))))
            root = 48 + (step // 8 * 5) % 12
            frames.append(sorted({root, root + 4, root + 7, melody}))
        return frames
    path.write_text(json.dumps({"train": [piece() for _ in range(pieces)], "valid": [piece() for _ in range(5)], "test": []}))
