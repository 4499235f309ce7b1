"""./dev bench: everything that is claimed about speed, measured side by side in one run.

Ours (build/release/toccata-bench) and the peers (bench/peer.py under Debian's python3-torch and under the newest PyTorch from PyPI) take turns, so that
whatever else the machine does meets all of them; medians over the rounds, and the spread. Prints tables; --json FILE writes every number.
--isa caps both sides at an instruction set that most machines have (avx2), and the tables name the cap.
No ratio is printed when the GEMM peak or a peer comes out far below what it was on this kind of machine before (bench/machines.json).
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from machine import ROOT, machine, run, say, spread

OURS = ROOT / "build/release/toccata-bench"
MACHINES = ROOT / "bench/machines.json"
FAR_BELOW = 0.8  # of the figure known for this kind of machine
PEERS = {"debian": Path("/usr/bin/python3"), "newest": ROOT / "build/bench-venv/bin/python"}
# What holds ours, oneDNN, ATen, MKL and OpenBLAS to an instruction set.
CAPS = {"avx512": {"TOCCATA_ISA": "avx512", "ONEDNN_MAX_CPU_ISA": "AVX512_CORE_BF16", "ATEN_CPU_CAPABILITY": "avx512",
                   "MKL_ENABLE_INSTRUCTIONS": "AVX512", "OPENBLAS_CORETYPE": "SkylakeX"},
        "avx2": {"TOCCATA_ISA": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2",
                 "MKL_ENABLE_INSTRUCTIONS": "AVX2", "OPENBLAS_CORETYPE": "Haswell"},
        "sse4": {"TOCCATA_ISA": "sse4", "ONEDNN_MAX_CPU_ISA": "SSE41", "ATEN_CPU_CAPABILITY": "default",
                 "MKL_ENABLE_INSTRUCTIONS": "SSE4_2", "OPENBLAS_CORETYPE": "Nehalem"}}
SIZES = {"original": ["--time-units", "200,200", "--note-units", "100,100"],
         "johnson": ["--time-units", "300,300", "--note-units", "100,50"]}


class Table:
    """Measurements by name, each a list of one value a round."""

    def __init__(self):
        self.values = {}

    def add(self, name, value):
        self.values.setdefault(name, []).append(value)

    def median(self, name):
        return statistics.median(self.values[name]) if name in self.values else None


def peer_present(name):
    python = PEERS[name]
    if not python.exists():
        return False
    return subprocess.run([str(python), "-c", "import torch"], capture_output=True).returncode == 0


def peer_best(name, what, base, threads, precisions, compiled, metric, higher, repeats):
    """Tries every setting of a peer once; returns its best per precision."""
    best = {}
    for precision in precisions:
        for count in threads:
            for compile_ in compiled:
                words = ["--precision", precision, "--threads", count] + (["--compile"] if compile_ else [])
                result = run([PEERS[name], ROOT / "bench/peer.py", what, *base, *words, "--repeats", repeats, "--warmup", 1])
                if result is None:
                    continue
                value = result[metric]
                say(f"  {name:8} {precision} threads {count}{' compiled' if compile_ else ''}: {value:,.2f}")
                if precision not in best or (value > best[precision][0]) == higher:
                    best[precision] = (value, words)
    return best


def measure_gemm(args, table, all_threads):
    for threads in all_threads:
        result = run([OURS, "gemm", "--threads", threads])
        if result:  # bf16 is left out where oneDNN has no product of it
            for precision, figure in result.items():
                table.add(f"gemm {precision} {threads}", figure)


def measure_train(args, table, peers, all_threads):
    best = {}  # found at the first sizes, kept for the others
    for size, units in SIZES.items():
        base = ["--batch", 10, "--steps", 128, *units]
        if not best:
            say(f"train, {size} sizes: finding each peer's best settings")
            best = {p: peer_best(p, "train", base, all_threads, args.precisions, [False, True] if p == "newest" else [False],
                                 "note_steps_per_second", True, 1) for p in peers}
        for turn in range(args.rounds):
            say(f"train, {size} sizes: round {turn + 1} of {args.rounds}")
            measure_gemm(args, table, all_threads)
            for precision in args.precisions:
                for threads in all_threads:
                    result = run([OURS, "train", *base, "--precision", precision, "--threads", threads])
                    if result:
                        table.add(f"train {size} ours {precision} {threads}", result["note_steps_per_second"])
                        table.add(f"train {size} ours {precision} {threads} MiB", result["peak_mib"])
                        table.add(f"train {size} ours {precision} {threads} GFLOP/s", result["gflops"])
                for peer in peers:
                    if precision not in best[peer]:
                        continue
                    result = run([PEERS[peer], ROOT / "bench/peer.py", "train", *base, *best[peer][precision][1], "--repeats", 2])
                    if result:
                        table.add(f"train {size} {peer} {precision}", result["note_steps_per_second"])
                        table.add(f"train {size} {peer} {precision} MiB", result["peak_mib"])


def measure_generate(args, table, peers, all_threads):
    for batch in (1, 10, 64):
        base = ["--batch", batch]
        say(f"generate, batch {batch}: finding each peer's best settings")
        best = {}
        for peer in peers:
            found = peer_best(peer, "generate", base, all_threads, [*args.precisions, "int8"], [False], "ms_per_step", False, 8)
            if found:
                best[peer] = min(found.values())[1]
        for turn in range(args.rounds):
            for threads in all_threads:
                for precision in ("automatic", "f32", "int8"):
                    result = run([OURS, "generate", *base, "--threads", threads, "--precision", precision])
                    if result:
                        table.add(f"generate {batch} ours {precision} {threads}", result["ms_per_step"])
                        table.add(f"generate {batch} ours {precision} {threads} MiB", result["peak_mib"])
            for peer, words in best.items():
                result = run([PEERS[peer], ROOT / "bench/peer.py", "generate", *base, *words, "--repeats", 20, "--warmup", 3])
                if result:
                    table.add(f"generate {batch} {peer}", result["ms_per_step"])
                    table.add(f"generate {batch} {peer} MiB", result["peak_mib"])


def measure_start(args, table):
    """From process start to the first written note, and one piece of 1,024 steps."""
    toccata = ROOT / "build/release/toccata"
    for _ in range(args.rounds * 3):
        begun = time.perf_counter()
        subprocess.run([toccata, "generate", args.model, "--steps", "1", "--batch", "1", "--out", ROOT / "build/bench-out"],
                       check=True, capture_output=True)
        table.add("start to first note ms", 1000 * (time.perf_counter() - begun))
        begun = time.perf_counter()
        subprocess.run([toccata, "generate", args.model, "--steps", "1024", "--batch", "1", "--out", ROOT / "build/bench-out"],
                       check=True, capture_output=True)
        music = 1024 / 4 * 60 / 120  # seconds of music: 16ths at 120 quarters a minute
        table.add("times real time", music / (time.perf_counter() - begun))


def pop909():
    return Path(os.environ.get("TOCCATA_SHARED", ROOT / "../shared")) / "corpora/pop909"


def import_seconds(paths, threads):
    begun = time.perf_counter()
    subprocess.run([ROOT / "build/release/toccata", "import", *paths, "--threads", str(threads)], check=True, capture_output=True)
    return time.perf_counter() - begun


def measure_import(args, table):
    corpus = pop909()
    if not corpus.exists():
        say(f"import: skipped, {corpus} is absent")
        return
    files = [p for p in corpus.rglob("*.mid")]
    megabytes = sum(p.stat().st_size for p in files) / 1e6
    mido = ("import sys,mido\nfor p in sys.argv[1:]:\n try: [m for t in mido.MidiFile(p,clip=True).tracks for m in t]\n except Exception: pass")
    subprocess.run([ROOT / "build/release/toccata", "import", corpus], check=True, capture_output=True)  # warms the disk's cache, for both
    for _ in range(args.rounds):
        for threads in (1, 0):
            seconds = import_seconds([corpus], threads)
            table.add(f"import ours {'all' if threads == 0 else threads} files/s", len(files) / seconds)
            table.add(f"import ours {'all' if threads == 0 else threads} MB/s", megabytes / seconds)
        begun = time.perf_counter()
        done = subprocess.run(["/usr/bin/python3", "-c", mido, *map(str, files)], capture_output=True)
        if done.returncode == 0:
            seconds = time.perf_counter() - begun
            table.add("import mido files/s", len(files) / seconds)
            table.add("import mido MB/s", megabytes / seconds)


def measure_scaling(args, table):
    """Seconds a step against T, B and units, seconds to read against the number of pieces: linear where it should be."""
    def seconds(*words):
        result = run([OURS, "train", "--precision", args.precisions[-1], "--threads", 1, "--repeats", 3, *words])
        return result["seconds"]
    for steps in (32, 64, 128, 256):
        table.add(f"scaling T {steps}", seconds("--steps", steps, "--batch", 4))
    for batch in (2, 4, 8, 16):
        table.add(f"scaling B {batch}", seconds("--steps", 64, "--batch", batch))
    for units in (50, 100, 200, 400):
        table.add(f"scaling units {units}", seconds("--steps", 32, "--batch", 4, "--time-units", f"{units},{units}",
                                                   "--note-units", f"{units // 2},{units // 2}"))
    files = sorted(pop909().rglob("*.mid"))
    for count in (100, 200, 400, 800):
        if count <= len(files):
            table.add(f"scaling pieces {count}", statistics.median(import_seconds(files[:count], 1) for _ in range(3)))


def card():
    """Names the CUDA card; None where there is none that we can use."""
    try:
        done = subprocess.run(["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"], capture_output=True, text=True)
    except FileNotFoundError:
        return None
    return done.stdout.strip().splitlines()[0] if done.returncode == 0 and done.stdout.strip() else None


def measure_cuda(args, table):
    """Training on the card: ours and PyTorch's eager and compiled model in turns, at batches that fill it more and more."""
    base = ["--device", "cuda", "--steps", 128, *SIZES["original"]]
    python = args.python or (PEERS["newest"] if peer_present("newest") else PEERS["debian"])
    for batch in (64, 256, 1024):
        for turn in range(args.rounds):
            say(f"cuda, batch {batch}: round {turn + 1} of {args.rounds}")
            for precision in ("tf32", "bf16"):
                result = run([OURS, "train", *base, "--batch", batch, "--precision", precision])
                if result:
                    table.add(f"cuda {batch} ours {precision}", result["note_steps_per_second"])
                for compile_ in ([], ["--compile"]):
                    # The peer rounds to TF32 in what it calls f32.
                    result = run([python, ROOT / "bench/peer.py", "train", *base, "--batch", batch, *compile_, "--warmup", 3, "--repeats", 10,
                                  "--precision", "f32" if precision == "tf32" else precision])
                    if result:
                        table.add(f"cuda {batch} PyTorch {precision}{' compiled' if compile_ else ''}", result["note_steps_per_second"])
                        args.peer_versions = {k: result[k] for k in ("torch", "cuda", "cudnn") if k in result}


def print_cuda(args, table, name):
    print(f"{name}, {getattr(args, 'peer_versions', {})}, {time.strftime('%Y-%m-%d')}, {args.rounds} rounds\n\n| note-steps a second | median | spread |\n|---|---|---|")
    best = {}
    for row, values in table.values.items():
        middle, wide = spread(values)
        print(f"| {row} | {middle:,.4g} | {100 * wide:.0f} % |")
        who = row.split()[2]
        best[who] = max(best.get(who, 0), middle)
    if {"ours", "PyTorch"} <= best.keys():
        print(f"\nOurs at its best / PyTorch at its best: {best['ours'] / best['PyTorch']:.2f}")


def too_low(table, kind):
    """What came out far below the figures known for this kind of machine."""
    known = json.loads(MACHINES.read_text()).get(kind, {}) if MACHINES.exists() else {}
    found = []
    for name, figure in known.items():
        if name in table.values:
            value = table.median(name)
            lower_is_better = name.startswith("generate")
            if (value > figure / FAR_BELOW) if lower_is_better else (value < FAR_BELOW * figure):
                found.append(f"{name}: {value:,.1f}, on this kind of machine before {figure:,.1f}")
    return found, bool(known)


def print_ratios(table, peers, all_threads):
    rows = []
    best_ours = lambda size, precision: max((table.median(f"train {size} ours {precision} {t}") or 0) for t in all_threads)
    for size in SIZES:
        for precision in ("f32", "bf16"):
            for threads in all_threads:
                rate = table.median(f"train {size} ours {precision} {threads} GFLOP/s")
                peak = table.median(f"gemm {precision} {threads}")
                if rate and peak:
                    rows.append((f"train {size} {precision}, {threads} thread(s): share of the GEMM peak", f"{100 * rate / peak:.0f} %"))
            for peer in peers:
                same = table.median(f"train {size} {peer} {precision}")
                if same:
                    rows.append((f"train {size} {precision}: ours / PyTorch ({peer}) in {precision}, both at their best threads",
                                 f"{best_ours(size, precision) / same:.2f}"))
        for peer in peers:
            anything = [table.median(f"train {size} {peer} {p}") or 0 for p in ("f32", "bf16")]
            if max(anything):
                rows.append((f"train {size}: ours at its best / PyTorch ({peer}) at its best of both precisions",
                             f"{max(best_ours(size, 'f32'), best_ours(size, 'bf16')) / max(anything):.2f}"))
    for batch in (1, 10, 64):
        for precision in ("automatic", "f32", "int8"):
            ours = [table.median(f"generate {batch} ours {precision} {t}") for t in all_threads]
            ours = [v for v in ours if v]
            for peer in peers:
                theirs = table.median(f"generate {batch} {peer}")
                if ours and theirs:
                    rows.append((f"generate, batch {batch}: PyTorch ({peer}) at its best of f32, bf16 and int8 / ours, {precision}, time a step",
                                 f"{theirs / min(ours):.1f}"))
    if table.median("import mido files/s"):
        rows.append(("import: ours on one core / mido, files a second",
                     f"{table.median('import ours 1 files/s') / table.median('import mido files/s'):.0f}"))
    print("\n| ratio | value |\n|---|---|")
    for name, value in rows:
        print(f"| {name} | {value} |")


def main():
    parser = argparse.ArgumentParser(prog="./dev bench")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="train,generate,start,import,scaling")
    parser.add_argument("--model", default="chorales", help="the model that generates, for the time from process start")
    parser.add_argument("--json", help="write every number to this file")
    parser.add_argument("--remember", action="store_true", help="keep this run's figures as this kind of machine's")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu", help="cuda: training on the card alone")
    parser.add_argument("--threads", type=int, help="both sides with so many threads alone (default: one, and all)")
    parser.add_argument("--isa", choices=["native", *CAPS], default="native", help="cap both sides at this instruction set")
    parser.add_argument("--python", help="cuda: the Python whose PyTorch is the peer (default: the newest one that ./dev bench installed)")
    args = parser.parse_args()
    if args.device == "cuda":
        name = card()
        if name is None:
            say("There is no CUDA card here (nvidia-smi tells of none): nothing was measured")
            return 1
        table = Table()
        measure_cuda(args, table)
        print_cuda(args, table, name)
        if args.json:
            Path(args.json).write_text(json.dumps({"card": name, "date": time.strftime("%Y-%m-%d"), "values": table.values}, indent=1) + "\n")
        return 0 if table.values else 1
    wanted = args.only.split(",")
    kind = machine()
    # Below AVX-512 no processor multiplies bf16.
    args.precisions = ["f32"] if args.isa in ("avx2", "sse4") else ["f32", "bf16"]
    if args.isa != "native":
        os.environ.update(CAPS[args.isa])
        kind += f", capped at {args.isa}"
    all_threads = [args.threads] if args.threads else sorted({1, os.cpu_count()})
    peers = [name for name in PEERS if peer_present(name)]
    for name in PEERS:
        if name not in peers:
            say(f"PEER ABSENT: {name} ({PEERS[name]} has no torch): its rows are not measured")
    table = Table()
    load = os.getloadavg()[0]
    say(f"{kind}; load at the start {load:.2f}")
    measure_gemm(args, table, all_threads)
    if "train" in wanted:
        measure_train(args, table, peers, all_threads)
    if "generate" in wanted:
        measure_generate(args, table, peers, all_threads)
    if "start" in wanted:
        measure_start(args, table)
    if "import" in wanted:
        measure_import(args, table)
    if "scaling" in wanted:
        measure_scaling(args, table)

    print(f"{kind}, {time.strftime('%Y-%m-%d')}, {args.rounds} rounds\n\n| what | median | spread |\n|---|---|---|")
    for name, values in table.values.items():
        middle, wide = spread(values)
        print(f"| {name} | {middle:,.4g} | {100 * wide:.0f} % |")
    low, known = too_low(table, kind)
    if args.remember:
        everything = json.loads(MACHINES.read_text()) if MACHINES.exists() else {}
        kept = {n: round(statistics.median(v), 1) for n, v in table.values.items()
                if n.startswith("gemm") or any(f" {p}" in n for p in PEERS) and "MiB" not in n}
        everything[kind] = {**everything.get(kind, {}), **kept}
        MACHINES.write_text(json.dumps(everything, indent=1) + "\n")
    if low:
        print("\nNo ratios: the machine is loaded, or not what it was:\n" + "\n".join(low))
    else:
        if not known:
            print("\n(No figures of this kind of machine are known: whether it was loaded could not be checked.)")
        print_ratios(table, peers, all_threads)
    if args.json:
        Path(args.json).write_text(json.dumps({"machine": kind, "date": time.strftime("%Y-%m-%d"), "load_at_start": load,
                                               "values": table.values, "too_low": low}, indent=1) + "\n")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
