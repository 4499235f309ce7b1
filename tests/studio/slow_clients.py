"""Clients that do a server no good: slow ones, silent ones, and those that vanish."""
import dataclasses
import socket
import struct
import threading
import time

TICK = 0.25  # seconds
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends a reset


@dataclasses.dataclass
class Kind:
    first: str = ""  # what it sends at once
    slowly: str = ""  # and then, a byte a tick
    ticks: int = 240  # after which it vanishes


class SlowClient:
    def __init__(self, port, kind):
        self.port, self.kind, self.end, self.age, self.opened = port, kind, None, 0, 0

    def tick(self):
        try:
            if self.end is None:
                return self.open()
            self.age += 1
            kind = self.kind()
            if self.age > kind.ticks or self.left():
                return self.close()
            if self.age <= len(kind.slowly):
                self.end.send(kind.slowly[self.age - 1].encode())
        except BlockingIOError:
            pass  # the server reads no more just now: all the better
        except OSError:
            self.close()

    def open(self):
        self.end = socket.socket()
        self.end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self.end.settimeout(2)
        self.end.connect(("127.0.0.1", self.port))
        self.end.setblocking(False)
        self.age, self.opened = 0, self.opened + 1
        self.end.send(self.kind().first.encode())

    def left(self):
        """Whether the server has closed the connection, and nothing is left to read."""
        try:
            return self.end.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False

    def close(self):
        if self.end is not None:
            self.end.close()
        self.end = None


class SlowClients:
    """`count` of them, of eight kinds in turn, kept going by one thread. One that the server lets go of comes again."""

    def __init__(self, port, count, order_id, music):
        host = f"Host: localhost:{port}\r\n"
        post = f"HTTP/1.1\r\n{host}Content-Type: application/json\r\n"
        score = '{"model":"chorales","music":%s}' % music
        kinds = [
            lambda: Kind(),  # is silent
            lambda: Kind("GET / HTTP/1.1\r\n", f"{host}X: {'y' * 4000}"),  # sends its header byte by byte
            lambda: Kind(f"POST /api/runs {post}Content-Length: 60000\r\n\r\n", "x" * 59000),  # or its body
            lambda: Kind(f"GET /api/soundfont HTTP/1.1\r\n{host}\r\n"),  # does not read a large answer
            lambda: Kind(f"GET /api/compositions/{order_id()}/events HTTP/1.1\r\n{host}\r\n"),  # or what is composed
            lambda: Kind("GET /health HTTP/1.1\r\nHo", ticks=2),  # vanishes in the middle of its header
            lambda: Kind(f"POST /api/surprise {post}Content-Length: {len(score)}\r\n\r\n{score}", ticks=40),  # or before its answer
            lambda: Kind(f"GET /api/compositions HTTP/1.1\r\n{host}\r\n" * 20, ticks=40),  # asks much, and reads nothing
        ]
        self.clients = [SlowClient(port, kinds[i % len(kinds)]) for i in range(count)]
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.ending.is_set():
            begun = time.monotonic()
            for client in self.clients:
                client.tick()
            self.ending.wait(max(0.01, TICK - (time.monotonic() - begun)))
        for client in self.clients:
            client.close()

    def end(self):
        self.ending.set()
        self.thread.join()

    def opened(self):
        return sum(client.opened for client in self.clients)
