#!/usr/bin/env python3
"""Whether arm64 computes what this machine does: the logits of the shipped chorales model over a fixed piece (logits.cc), f32 and int8,
by NEON under qemu-user and by AVX2, to 1e-3. ./dev port runs it; it skips aloud where the compiler, qemu or AVX2 is missing."""

import argparse
import concurrent.futures
import os
import pathlib
import platform
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/port/logits"
SOURCES = ["tests/port/logits.cc", "src/base/*.cc", "src/base/posix/*.cc", "src/music/bars.cc", "src/music/matcher.cc", "src/music/options.cc",
           "src/music/roll.cc", "src/network/model/*.cc", "src/network/kernels/*.cc", "src/network/step/*.cc"]
FLAGS = ["-std=c++20", "-O1", "-ffunction-sections", "-Isrc", "-isystem", "build/port/include", "-DFMT_HEADER_ONLY", "-DXXH_INLINE_ALL",
         "-DHWY_IS_DEBUG_BUILD=0"]
BOUND = 1e-3


def build(compiler, name, jobs):
    folder = BUILD / name
    folder.mkdir(parents=True, exist_ok=True)
    files = [path for pattern in SOURCES for path in sorted(ROOT.glob(pattern)) if not path.stem.endswith(("_test", "_bench", "_fuzz", "shared_library"))]

    def one(path):
        made = folder / f"{path.parent.name}_{path.stem}.o"
        ccache = ["ccache"] if shutil.which("ccache") else []
        subprocess.run([*ccache, compiler, *FLAGS, "-c", "-o", str(made), str(path)], cwd=ROOT, check=True)
        return str(made)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        made = list(pool.map(one, files))
    program = folder / "logits"
    subprocess.run([compiler, "-static", "-Wl,--gc-sections", "-o", str(program), *made], check=True)
    return str(program)


def logits(words, **environment):
    done = subprocess.run([*words, str(ROOT / "models/chorales")], env=os.environ | environment, stdout=subprocess.PIPE, text=True, check=True)
    found = {}
    for line in done.stdout.splitlines():
        arithmetic, *place, value = line.split()
        found[(arithmetic.split("-")[1], *place)] = float(value)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    jobs = parser.parse_args().jobs
    qemu = shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64")
    for missing, what in [(qemu is None, "qemu-user"), (shutil.which("aarch64-linux-gnu-g++") is None, "aarch64-linux-gnu-g++"),
                          (platform.machine() != "x86_64" or " avx2 " not in pathlib.Path("/proc/cpuinfo").read_text(), "AVX2")]:
        if missing:
            print(f"SKIPPED: arm64's logits beside AVX2's: no {what} here")
            return 0
    ours = logits([build("g++", "x86_64", jobs)], TOCCATA_ISA="avx2")
    theirs = logits([qemu, build("aarch64-linux-gnu-g++", "arm64", jobs)])
    if ours.keys() != theirs.keys():
        sys.exit(f"{len(ours)} logits by AVX2, {len(theirs)} by NEON: not the same arithmetics")
    failed = False
    for kind in ("f32", "int8"):
        errors = [abs(ours[key] - theirs[key]) for key in ours if key[0] == kind]
        failed |= not errors or not max(errors) <= BOUND
        print(f"{kind}: {len(errors)} logits, NEON and AVX2 differ by at most {max(errors, default=float('nan')):.1e} (bound {BOUND:.0e})")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
