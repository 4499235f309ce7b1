"""What the measuring programs share: the machine's name, running a program, medians and their spread."""
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def say(text=""):
    print(text, file=sys.stderr, flush=True)


def run(command, timeout=1800, **environment):
    """The JSON object that a measuring program prints; None (said aloud) where it fails."""
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=timeout,
                              env={**os.environ, **environment})
    except subprocess.TimeoutExpired:
        say(f"  (over {timeout} s, left out: {' '.join(map(str, command))})")
        return None
    if done.returncode:
        say(f"  (failed: {' '.join(map(str, command))}\n{done.stderr[-600:]})")
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def machine():
    """Names the kind of machine: processor and the extensions that matter here."""
    text = Path("/proc/cpuinfo").read_text()
    field = lambda name: next((l.split(":", 1)[1].strip() for l in text.splitlines() if l.startswith(name)), "?")
    wanted = [f for f in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if f in flags()]
    return f"{field('model name')} family {field('cpu family')} model {field('model')} {' '.join(wanted)}, {os.cpu_count()} cores"


def flags():
    """The processor's extensions, as /proc/cpuinfo names them."""
    text = Path("/proc/cpuinfo").read_text()
    return set(next((l.split(":", 1)[1] for l in text.splitlines() if l.startswith("flags")), "").split())


def spread(values):
    middle = statistics.median(values)
    return middle, (max(values) - min(values)) / middle if middle else 0
