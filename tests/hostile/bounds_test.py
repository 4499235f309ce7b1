"""Any file up to 16 MiB is read or refused within 2 s of processor time and 16 times its size + 64 MiB of memory: the real
program on files that claim much, nest deep, repeat without end or hold nothing but one thing.

    bounds_test.py BUILD [--mebibytes 16] [--only NAME]"""
import argparse
import os
import pathlib
import resource
import shutil
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS = 2.0
MEBIBYTE = 1 << 20


def fill(size, unit, before=b"", after=b""):
    unit = unit.encode() if isinstance(unit, str) else unit
    return before + unit * ((size - len(before) - len(after)) // len(unit)) + after


def midi(size, event, first=b"", end=b"\0\xff\x2f\0", kind=0, division=96, claims=None):
    track = fill(size - 22, event, first, end)
    return b"MThd" + struct.pack(">IHHH", 6, kind, 1, division) + b"MTrk" + struct.pack(">I", claims or len(track)) + track


def chunks(size, chunk, kind=1):
    return fill(size, chunk, b"MThd" + struct.pack(">IHHH", 6, kind, 65535, 96))


def tensors(size, header, claims=None):
    return fill(size, b"\0", struct.pack("<Q", claims or len(header)) + header)


def music(n):
    """name: (suffix, bytes)"""
    note_track = b"MTrk" + struct.pack(">I", 12) + b"\0\x90\x3c\x50\x60\x80\x3c\0" + b"\0\xff\x2f\0"
    yield "notes", ".mid", midi(n, b"\1\x3c\x50\1\x3c\0", b"\0\x90\x40\0")
    yield "notes-never-ending", ".mid", midi(n, b"\1\x3c\x50", b"\0\x90\x40\0")
    yield "notes-at-one-tick", ".mid", midi(n, b"\0\x3c\x50\0\x40\x50", b"\0\x90\x40\0")
    yield "tempos", ".mid", midi(n, b"\1\xff\x51\3\7\0\0\1\xff\x51\3\7\0\1")
    yield "meters", ".mid", midi(n, b"\1\xff\x58\4\3\2\x18\x08\1\xff\x58\4\4\2\x18\x08")
    yield "keys", ".mid", midi(n, b"\1\xff\x59\2\1\0\1\xff\x59\2\2\0")
    yield "texts", ".mid", midi(n, b"\0\xff\1\1x")
    yield "programs", ".mid", midi(n, b"\0\1", b"\0\xc0\1")
    yield "pedals", ".mid", midi(n, b"\1\x40\x7f\1\x40\0", b"\0\xb0\x40\0")
    yield "repairs", ".mid", midi(n, b"\0\xff\x59\2\x63\x09")
    yield "bytes-ff", ".mid", midi(n, b"\xff")
    yield "bytes-80", ".mid", midi(n, b"\x80")
    yield "bytes-zero", ".mid", midi(n, b"\0")
    yield "huge-deltas", ".mid", midi(n, b"\xff\xff\xff\x7f\x3c\x50", b"\0\x90\x40\0")
    yield "claims-4-gib", ".mid", midi(n, b"\1\x3c\x50\1\x3c\0", b"\0\x90\x40\0", claims=0xffffffff)
    yield "empty-tracks", ".mid", chunks(n, b"MTrk\0\0\0\0")
    yield "tracks-of-a-note", ".mid", chunks(n, note_track)
    yield "songs-of-a-note", ".mid", chunks(n, note_track, kind=2)
    yield "alien-chunks", ".mid", chunks(n, b"abcd\0\0\0\0")
    yield "no-midi", ".mid", bytes(n)
    yield "open-brackets", ".json", fill(n, "[", b'{"train":')
    yield "empty-pieces", ".json", fill(n, "[],", b'{"train":[', b"[]]}")
    yield "empty-frames", ".json", fill(n, "[],", b'{"train":[[', b"[]]]}")
    yield "pieces-of-a-note", ".json", fill(n, "[[60]],", b'{"train":[', b"[[60]]]}")
    yield "frames-of-a-note", ".json", fill(n, "[60],[],", b'{"train":[[', b"[60]]]}")
    yield "one-frame", ".json", fill(n, "60,", b'{"train":[[[', b"60]]]}")
    yield "one-key", ".json", fill(n, "a", b'{"', b'":1}')
    yield "keys", ".json", fill(n, '"a":{},', b"{", b'"train":[]}')
    yield "digits", ".json", fill(n, "9", b'{"train":[[[', b"]]]}")
    yield from tunes(n)
    for name, suffix, content in tunes(min(n, 256 << 10)):  # as long as a tune may be
        yield name + "-short", suffix, content


def tunes(n):
    yield "abc-notes", ".abc", fill(n, "CDEF GABc|\n", b"X:1\nM:4/4\nL:1/4\nK:C\n")
    yield "abc-open-chord", ".abc", fill(n, "C", b"X:1\nK:C\n[")
    yield "abc-repeats", ".abc", fill(n, "|:C:|", b"X:1\nL:1/4\nK:C\n")
    yield "abc-repeat-of-all", ".abc", fill(n, "CDEF|", b"X:1\nL:1/4\nK:C\n|:", b":|")
    yield "abc-voices", ".abc", b"X:1\nL:1/4\nK:C\n" + b"".join(b"V:%d\nC|\n" % i for i in range(n // 12))
    yield "abc-lengths", ".abc", fill(n, "C9999999", b"X:1\nL:1/4\nK:C\n")
    yield "abc-tuplets", ".abc", fill(n, "(9:9:9C", b"X:1\nL:1/4\nK:C\n")
    yield "abc-accidentals", ".abc", fill(n, "^", b"X:1\nL:1/4\nK:C\n")
    yield "abc-ties", ".abc", fill(n, "C-", b"X:1\nL:1/4\nK:C\n", b"C")
    yield "abc-inline-fields", ".abc", fill(n, "[K:G]C[M:3/4]", b"X:1\nL:1/4\nK:C\n")


def packs(n):
    """name: the MIDI files whose pack takes about a byte a step"""
    longest, files = 500_000, []  # steps
    for number in range(max(1, n // longest)):
        ticks = 24 * (longest + number)  # 96 to a quarter, on a grid of 4
        delta = bytes([0x80 | ticks >> 21 & 0x7f, 0x80 | ticks >> 14 & 0x7f, 0x80 | ticks >> 7 & 0x7f, ticks & 0x7f])
        track = b"\0\x90\x3c\x50" + delta + b"\x3c\0\0\xff\x2f\0"
        files.append(b"MThd" + struct.pack(">IHHH", 6, 0, 1, 96) + b"MTrk" + struct.pack(">I", len(track)) + track)
    yield "pack-of-held-notes", files


def models(n):
    """name: (the file of a model folder, its bytes)"""
    yield "config-spaces", "config.json", fill(n, " ", b"{", b"}")
    yield "config-brackets", "config.json", fill(n, "[")
    yield "config-keys", "config.json", b"{" + b",".join(b'"%d":{}' % i for i in range(n // 12)) + b"}"
    yield "config-huge-model", "config.json", None
    yield "tensor-header-claims", "model.safetensors", tensors(n, b"{}", claims=1 << 62)
    yield "tensor-header-brackets", "model.safetensors", tensors(n, fill(n - 8, "[", b"{"))
    yield "tensor-names", "model.safetensors", tensors(
        n, b"{" + b",".join(b'"%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}' % i for i in range(n // 60)) + b"}")
    yield "tensor-metadata", "model.safetensors", tensors(
        n, b'{"__metadata__":{' + b",".join(b'"%d":""' % i for i in range(n // 16)) + b"}}")
    yield "tensor-shape", "model.safetensors", tensors(
        n, fill(n - 8, "1,", b'{"a":{"dtype":"F32","shape":[', b'1],"data_offsets":[0,4]}}'))
    yield "tensor-shape-overflows", "model.safetensors", tensors(
        n, b'{"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,0]}}')


def bounded():
    """What breaks its bound by far shall not take the machine with it."""
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))


def measured(command):
    """(seconds of processor time, bytes of memory at most, exit code, the end of what it said)"""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=errors, preexec_fn=bounded)
        _, status, usage = os.wait4(process.pid, 0)
        errors.seek(0, os.SEEK_END)
        errors.seek(max(0, errors.tell() - 300))
        said = errors.read().decode(errors="replace").strip()
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, os.waitstatus_to_exitcode(status), said


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--mebibytes", type=int, default=16)
    parser.add_argument("--only")
    options = parser.parse_args()
    size = options.mebibytes * MEBIBYTE
    toccata = options.build / "toccata"
    bad, most_seconds, most_memory, count = [], (0, ""), (0, ""), 0
    with tempfile.TemporaryDirectory(prefix="toccata-bounds-") as folder:
        folder = pathlib.Path(folder)

        def check(name, file, command):
            nonlocal most_seconds, most_memory, count
            limit = 16 * file.stat().st_size + 64 * MEBIBYTE
            seconds, memory, code, said = measured(command)
            count += 1
            most_seconds = max(most_seconds, (seconds, name))
            most_memory = max(most_memory, (memory / limit, name))
            wrong = []
            if seconds > SECONDS:
                wrong.append(f"{seconds:.1f} s")
            if memory > limit:
                wrong.append(f"{memory / MEBIBYTE:.0f} MiB where {limit / MEBIBYTE:.0f} are the most")
            if code not in (0, 1):
                wrong.append(f"exit code {code}")
            if code == 1 and not said:
                wrong.append("refused without a word")
            if wrong:
                bad.append(name)
                print(f"{name}: {', '.join(wrong)} ({said[:200]})")

        for name, suffix, content in music(size):
            if options.only and options.only != name:
                continue
            file = folder / f"hostile{suffix}"
            file.write_bytes(content)
            check(name + suffix, file, [toccata, "import", file, "--json", "--threads", "1"])
            file.unlink()
        for name, files in packs(size):
            if options.only and options.only != name:
                continue
            for number, content in enumerate(files):
                (folder / f"{number}.mid").write_bytes(content)
            pack = folder / "hostile.pack"
            read = ["--low", "21", "--high", "108", "--threads", "1"]  # as models/piano hears it
            subprocess.run([toccata, "import", folder, "--pack", pack, *read], capture_output=True, check=True)
            check(name, pack, [toccata, "import", pack, "--json", *read])
            if len(files) > 8:  # what would fit into memory is heard to its end, which takes minutes
                check(name + "-evaluated", pack, [toccata, "evaluate", ROOT / "models/piano", pack])
            for file in folder.iterdir():
                file.unlink()
        for name, file_name, content in models(size):
            if options.only and options.only != name:
                continue
            model = folder / "model"
            shutil.copytree(ROOT / "models/chorales", model)
            if content is None:
                text = (model / file_name).read_text()
                content = text.replace("[", "[2000000000, ", 1).encode()
            (model / file_name).write_bytes(content)
            check(name, model / file_name, [toccata, "generate", model, "--steps", "1", "--out", folder / "out"])
            shutil.rmtree(model)
    print(f"{count} files of {options.mebibytes} MiB: {count - len(bad)} within {SECONDS:.0f} s and 16 x size + 64 MiB; "
          f"the slowest {most_seconds[0]:.2f} s ({most_seconds[1]}), the greediest {100 * most_memory[0]:.0f} % of its bound ({most_memory[1]})")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
