#!/usr/bin/env python3
"""Compiles the sources for the systems that nobody runs here: for Windows and for arm64 all but LibTorch, sound and pictures, for
WebAssembly what composes and what that stands on. Nothing is linked or run. Prints a table, and what a compiler said where it failed
or warned. ./dev port installs the compilers and calls it."""

import argparse
import concurrent.futures
import pathlib
import re
import resource
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/port"
FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wno-unknown-pragmas", "-Werror", "-Isrc",
         "-DFMT_HEADER_ONLY", "-DXXH_INLINE_ALL", "-DHWY_IS_DEBUG_BUILD=0", '-DTOCCATA_VERSION="0"', '-DTOCCATA_PLUGIN_FOLDER="."', '-DTOCCATA_PLUGIN_SUFFIX=".so"',
         "-DTOCCATA_HAS_PICTURES=0", "-DTOCCATA_HAS_SOUND=0", "-DTOCCATA_HAS_PORTS=0", "-DTOCCATA_HAS_PAGE=1"]
# Headers that every system shares, from Debian's packages: these names alone, since beside them lie those of this machine's C library.
HEADERS = {"/usr/include": ["nlohmann", "fmt", "toml++", "CLI", "hwy", "xxhash.h", "boost", "openssl"],
           "/usr/include/x86_64-linux-gnu": ["openssl"]}
# What many sources include. The GCCs of all systems have one standard library: nothing is hidden by this that this machine's build shows.
COMMON = ["fmt/format.h", "nlohmann/json.hpp", "filesystem", "functional", "memory", "string", "vector"]

WASM = "/usr/lib/llvm-19/include/wasm32-wasi/c++/v1"
TARGETS = {
    "windows": {"compiler": "x86_64-w64-mingw32-g++-posix", "system": ["windows"]},
    "arm64": {"compiler": "aarch64-linux-gnu-g++", "system": ["posix"]},
    "wasm": {"compiler": "clang++-19", "flags": ["--target=wasm32-wasi", "-isystem", str(BUILD / "wasm"), "-isystem", WASM],
             "system": ["wasm", "posix/open_file.cc"],
             "rooms": ["base", "notation", "music", "corpus", "network", "runs", "listening", "composing"]},
}

# What is not compiled, and why.
LEFT_OUT = {
    r"_(test|bench|fuzz)\.cc$": None,  # no part of the program
    r"src/(torch|hosts)/": "needs LibTorch, or a host's own headers, which are this machine's",
    r"src/rendering/": "needs FluidSynth, libsndfile and cairo, which are this machine's",
    r"src/playing/(midi_port|sound_card)\.cc": "needs RtMidi or FluidSynth; absent/ stands in their place",
    r"src/cli/commands/no_": None,  # stands in the place of a source that is compiled
}


def left_out(path, target):
    """None where the source is compiled; else the reason."""
    for pattern, reason in (LEFT_OUT | target.get("left_out", {})).items():
        if re.search(pattern, path):
            return reason or "no part of the program"
    system = re.match(r"src/base/((?:posix|windows|wasm)/.*)", path)
    if system and not any(system[1].startswith(part) for part in target["system"]):
        return "another system's"
    if "rooms" in target and path.split("/")[1] not in target["rooms"]:
        return "a room that WebAssembly is not asked for"
    return None


def prepare():
    """Folders of headers for the compilers."""
    include = BUILD / "include"
    for folder, names in HEADERS.items():
        for name in names:
            found = pathlib.Path(folder) / name
            if not found.exists():
                sys.exit(f"{found} is not there: ./dev port installs its package")
            parts = found.rglob("*") if name == "openssl" else [found]  # from two folders into one
            for part in parts:
                link = include / part.relative_to(folder)
                link.parent.mkdir(parents=True, exist_ok=True)
                if not link.is_symlink():
                    link.symlink_to(part)
    # Debian's libc++ for WASI is configured without <filesystem>, though WASI has files.
    site = pathlib.Path(WASM, "__config_site").read_text()
    (BUILD / "wasm").mkdir(parents=True, exist_ok=True)
    (BUILD / "wasm/__config_site").write_text(site.replace("#define _LIBCPP_HAS_NO_FILESYSTEM\n", ""))
    (BUILD / "common.h").write_text("".join(f"#include <{name}>\n" for name in COMMON))


def command(target):
    flags = ["-isystem", str(BUILD / "include")]
    return [target["compiler"], *target.get("flags", []), *FLAGS, *flags]


def precompile(name, target):
    """What a compiler is given besides: the common headers, compiled once."""
    if not target["compiler"].endswith(("g++", "g++-posix")):
        return []
    folder = BUILD / name
    folder.mkdir(exist_ok=True)
    (folder / "common.h").write_text((BUILD / "common.h").read_text())
    words = [word for word in command(target) if word != "-fsyntax-only"]
    subprocess.run([*words, "-x", "c++-header", str(folder / "common.h"), "-o", str(folder / "common.h.gch")], cwd=ROOT, check=True)
    return ["-include", str(folder / "common.h")]


def compile_one(words, path):
    done = subprocess.run([*words, path], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    return done.returncode, done.stderr


def processor_seconds():
    """Of all that has run so far: what it costs, whatever else the machine does."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("targets", nargs="*", default=list(TARGETS), help="windows, arm64, wasm (default: all)")
    arguments = parser.parse_args()
    prepare()
    files = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "src/*.cc"], cwd=ROOT, check=True,
                           stdout=subprocess.PIPE, text=True).stdout.split()
    files = [path for path in files if (ROOT / path).exists()]
    failed, rows, reasons = 0, [], {}
    for name in arguments.targets:
        target = TARGETS[name]
        begun, used = time.monotonic(), processor_seconds()
        words = command(target) + precompile(name, target)
        chosen = []
        for path in files:
            reason = left_out(path, target)
            if reason is None:
                chosen.append(path)
            elif reason.startswith("needs"):
                reasons.setdefault(reason, set()).add(path)
        bad = 0
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            for path, (code, said) in zip(chosen, pool.map(lambda path: compile_one(words, path), chosen)):
                if code != 0 or said:
                    bad += 1
                    print(f"{name}: {path}\n{said}", flush=True)
        failed += bad
        version = subprocess.run([target["compiler"], "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")[0]
        rows.append(f"| {name} | {version} | {len(chosen) - bad} of {len(chosen)} | {processor_seconds() - used:.0f} | "
                    f"{time.monotonic() - begun:.0f} |")
    print("| for | compiler | sources without error or warning | processor seconds | seconds |\n|---|---|---|---|---|", *rows, sep="\n")
    for reason, paths in reasons.items():
        print(f"Not compiled ({len(paths)} sources): {reason}: {', '.join(sorted(paths))}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
