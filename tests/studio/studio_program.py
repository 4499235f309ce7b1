"""The real program for tests from outside: `toccata studio` on a free port, in folders of its own, beside which lie files
that nobody may read through it."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "TOCCATA_MODELS": str(ROOT / "models")}
CANARY = "the-owner's-own-business-5b1f"


class Studio:
    """with Studio(program) as studio: …; `words` are further options of `toccata studio`."""

    def __init__(self, program, words=()):
        self.program, self.words = program, list(words)

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="toccata-outside-"))
        self.data, self.music, self.outside = (self.folder / name for name in ("data", "music", "outside"))
        shutil.copytree(ROOT / "models/chorales", self.outside)
        for folder in (self.data / "pupil/midi", self.music):
            folder.mkdir(parents=True)
        shutil.copy(self.outside / "config.json", self.data / "pupil")  # a run that has no model yet
        for folder in (self.folder, self.outside, self.data):
            (folder / "secret.txt").write_text(CANARY)
            (folder / "secret.mid").write_text(CANARY)
        command = [self.program, "studio", "--port", "0", "--data", self.data, "--folder", self.music, *self.words]
        self.errors = open(self.folder / "errors.txt", "w+")
        # The program stands in a folder with a model in it: a name may not find it there either.
        self.process = subprocess.Popen(
            [str(word) for word in command], stdout=subprocess.PIPE, stderr=self.errors, text=True, cwd=self.folder, env=ENVIRONMENT)
        address = self.process.stdout.readline().strip()
        assert address, f"the studio did not start: {(self.folder / 'errors.txt').read_text()}"
        self.port = int(address.rsplit(":", 1)[1])
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        try:
            self.ended = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.ended = self.process.wait()
        self.process.stdout.close()
        self.errors.close()
        shutil.rmtree(self.folder)

    def connect(self, timeout=10):
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def ask(self, method, path, body=None, timeout=30):
        """(status, headers in small letters, body) of a request made properly."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: localhost:{self.port}", "Connection: close"]
        data = b"" if body is None else json.dumps(body).encode()
        if body is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
        with self.connect(timeout) as end:
            end.sendall("\r\n".join([*lines, "", ""]).encode() + data)
            return parse(read_to_end(end))

    def health(self):
        return json.loads(self.ask("GET", "/health")[2])

    def memory(self):
        """Bytes that the program holds."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(text.split("VmRSS:")[1].split()[0]) * 1024

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


def read_to_end(end):
    parts = []
    try:
        while part := end.recv(1 << 16):
            parts.append(part)
    except ConnectionError:
        pass  # whatever came before it counts
    return b"".join(parts)


def parse(text):
    """Status (0: there is none), headers, body of an answer."""
    head, _, body = text.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 "):
        return 0, {}, text
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    return int(lines[0].split()[1]), headers, body


def wait_for(condition, seconds=30, what="it"):
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"waited {seconds} s in vain for {what}"
        time.sleep(0.05)
    return value
