"""A folder of thousands of files, a tenth of them bad in ten ways: the import finishes and names each bad file once.

    folder_test.py BUILD [--files 5000]"""
import argparse
import collections
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

NOBODY = 65534


def empty(path, sound):
    path.write_bytes(b"")


def html(path, sound):
    path.write_text("<!DOCTYPE html><title>404</title>")


def folder_named_so(path, sound):
    path.mkdir()


def loop(path, sound):
    path.symlink_to(path.name)


def dangling(path, sound):
    path.symlink_to("nothing-there.mid")


def unreadable(path, sound):
    path.write_bytes(sound)
    path.chmod(0)


def pipe(path, sound):
    os.mkfifo(path)


def listening_socket(path, sound):
    with socket.socket(socket.AF_UNIX) as one:
        here = os.getcwd()
        os.chdir(path.parent)  # a socket's path may have 107 bytes
        one.bind(path.name)
        os.chdir(here)


def headless(path, sound):
    path.write_bytes(sound[14:])


def cut(path, sound):
    path.write_bytes(sound[:9])


WAYS = [empty, html, folder_named_so, loop, dangling, unreadable, pipe, listening_socket, headless, cut]


def make(folder, sound_files, count):
    """Every tenth file is bad; every second bad one's name is no UTF-8. The bad ones, by way."""
    bad = {}
    for i in range(count):
        sound = sound_files[i % len(sound_files)].read_bytes()
        name = f"{i:05}.mid".encode()
        if i % 10 != 3:
            (folder / name.decode()).write_bytes(sound)
            continue
        way = WAYS[i // 10 % len(WAYS)]
        if i // 100 % 2:
            name = b"\xe9t\xe9-" + name  # Latin-1
        path = folder / os.fsdecode(name)
        way(path, sound)
        bad[name.decode("latin-1")] = way.__name__
    return bad


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--files", type=int, default=5000)
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="toccata-folder-"))
    try:
        folder.chmod(0o755)
        music, sound = folder / "music", folder / "sound"
        music.mkdir()
        subprocess.run([options.build / "tests/toccata-hostile", "valid", sound, "500", "9"], check=True)
        bad = make(music, sorted(sound.iterdir()), options.files)
        as_other = {"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}  # root may read everything
        # Nobody may be kept out of where the program was built.
        program = shutil.copy(options.build / "toccata", folder)
        begun = time.monotonic()
        told = subprocess.run([program, "import", music, "--json"], capture_output=True, timeout=300, **as_other)
        seconds = time.monotonic() - begun
        assert told.returncode in (0, 1), told.stderr
        files = json.loads(told.stdout.decode())["files"]  # UTF-8, whatever the names
        named = collections.Counter(file["name"].split("[")[0] for file in files if not file["kept"] and file.get("reason"))
        wrong = [f"{name} ({way}): named {named[name]} times" for name, way in bad.items() if named[name] != 1]
        kept = sum(file["kept"] for file in files)
        unreadable_ones = sum(file["unreadable"] for file in files)
        told_bad = sum(named[name] for name in bad)
        print(f"{options.files} files, {len(bad)} of them bad in {len(set(bad.values()))} ways: {told_bad} bad ones named, "
              f"{kept} pieces kept, {unreadable_ones} unreadable, {seconds:.1f} s")
        print("\n".join(wrong[:10]))
        return 1 if wrong or kept == 0 else 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
