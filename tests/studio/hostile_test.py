"""Sends the requests of hostile.toml to the real program: none gets through.

    python3 tests/studio/hostile_test.py build/release/toccata [--only WORD] [--list]
"""
import argparse
import itertools
import pathlib
import re
import socket
import sys
import time
import tomllib

from studio_program import CANARY, Studio, parse, read_to_end, wait_for

LEAST = 300  # requests
MOST_SECONDS = 10  # for an answer
MOST_GROWTH = 32 << 20  # bytes, over the whole table
REPEATED = re.compile(r"\{([^{}]{1,8}?) x (\d+)\}")


def variants(table, lists):
    """The requests that one table stands for: its lists' names replaced by their values."""
    def texts(value):
        return "\0".join(texts(each) for each in value) if isinstance(value, list) else str(value)

    whole = "\0".join(texts(value) for value in table.values())
    names = [name for name in lists if f"{{{name}}}" in whole]
    if "door" in names:  # a door holds a climb
        names.append("climb")
    for values in itertools.product(*(lists[name] for name in names)):
        def fill(value):
            if isinstance(value, list):
                return [fill(each) for each in value]
            if not isinstance(value, str):
                return value
            for name, replacement in zip(names, values):
                value = value.replace(f"{{{name}}}", replacement)
            return value

        yield {key: fill(value) for key, value in table.items()}


def bytes_of(request, words):
    def filled(text):
        for name, value in words.items():
            text = text.replace(f"{{{name}}}", value)
        return REPEATED.sub(lambda found: found[1] * int(found[2]), text)

    if "raw" in request:
        return filled(request["raw"]).encode("latin-1")
    body = filled(request.get("body", ""))
    lines = [f"{request.get('method', 'GET')} {request['target']} HTTP/1.1", f"Host: {request.get('host', 'localhost:{port}')}",
             "Connection: close"]
    if "type" in request:
        lines.append(f"Content-Type: {request['type']}")
    length = request.get("length", str(len(body)) if "body" in request else "none")
    if length != "none":
        lines.append(f"Content-Length: {length}")
    lines += request.get("headers", [])
    if "flood" in request:
        count, header = request["flood"]
        lines += [header.replace("{n}", str(n)) for n in range(count)]
    return (filled("\r\n".join(lines)) + "\r\n\r\n" + body).encode("latin-1")


def send(studio, text, ends):
    with studio.connect(MOST_SECONDS) as end:
        try:
            end.sendall(text)
            if ends:
                end.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # refused before it had read all: its answer still counts
        try:
            return parse(read_to_end(end))
        except TimeoutError:
            return -1, {}, b"neither an answer nor an end"


def wrong(request, status, headers, body, took):
    """What is wrong with an answer, in words; none where it is right."""
    if status not in request["expect"]:
        return f"answered {status}, expected {request['expect']}: {body[:200]!r}"
    if CANARY.encode() in body or b"root:" in body:
        return "the answer holds what lies outside"
    if "set-cookie" in headers or "x" in headers:
        return "a header that the client wrote is in the answer"
    if status and headers.get("x-content-type-options") != "nosniff":
        return "the answer's type may be guessed"
    if status and not body.startswith(b'{"error":"') and request.get("method") != "HEAD":
        return f"no reason is given: {body[:100]!r}"
    if took > MOST_SECONDS:
        return f"the answer took {took:.1f} s"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--only", default="", help="requests whose reason holds this word")
    parser.add_argument("--list", action="store_true", help="print each request's first line and status")
    options = parser.parse_args()
    with open(pathlib.Path(__file__).with_name("hostile.toml"), "rb") as file:
        tables = tomllib.load(file)
    requests = [each for table in tables["requests"] if options.only in table["why"]
                for each in variants(table, tables["lists"])]
    faults = []
    with Studio(options.program.resolve()) as studio:
        words = {"port": str(studio.port), "outside": str(studio.outside), "climb_outside": "../" * 12 + str(studio.outside)[1:]}
        for request in requests[:50]:  # what is loaded once, such as a model, is no growth
            send(studio, bytes_of(request, words), request.get("ends", False))
        studio.ask("POST", "/api/surprise", {"model": "chorales", "music": {"grid": 4, "steps": 4, "meters": [], "notes": []}})
        before, begun = studio.memory(), time.monotonic()
        for request in requests:
            text = bytes_of(request, words)
            asked = time.monotonic()
            status, headers, body = send(studio, text, request.get("ends", False))
            reason = wrong(request, status, headers, body, time.monotonic() - asked)
            if options.list:
                print(status, text[:100])
            if reason:
                faults.append(f"{request['why']}\n    {text[:160]!r}\n    {reason}")
            if studio.process.poll() is not None:
                sys.exit(f"the studio ended ({studio.process.returncode}) after {text[:300]!r}")
        took, growth = time.monotonic() - begun, studio.memory() - before
        wait_for(lambda: studio.health()["connections"] <= 1, what="its connections to be closed")
        if growth > MOST_GROWTH:
            faults.append(f"the studio grew by {growth >> 20} MiB")
    if studio.ended != 130:
        faults.append(f"Ctrl-C ended it with {studio.ended}, expected 130")
    if not options.only and len(requests) < LEAST:
        faults.append(f"{len(requests)} requests, expected at least {LEAST}")
    print(f"{len(requests)} hostile requests in {took:.1f} s, {len(faults)} faults; memory grew by {growth / 2**20:.1f} MiB")
    sys.exit("\n".join(faults) if faults else 0)


main()
