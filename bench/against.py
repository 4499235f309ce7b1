"""./dev bench --against REVISION: this tree and an earlier revision, built and measured side by side.

The revision is checked out and built below build/against; both trees' measuring programs then take turns, A B A B, on one core.
Everything is counted in processor time, so that other work on the machine disturbs little. One-time work (start, first memory) is
taken out: a program runs with few and with many repetitions, and the difference counts. Prints medians over the rounds, their
spread, and the ratio, which is the median of the rounds' own ratios; --json FILE writes every number.
"""
import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import ROOT, flags, machine, say, spread

PROGRAMS = ["toccata", "toccata-bench"]
TRAIN = ["--batch", "4", "--steps", "64", "--time-units", "200,200", "--note-units", "100,100"]


def build(source, folder):
    """Builds a revision's programs for measuring; the options are those of every revision, and unknown ones do no harm."""
    log = folder.with_suffix(".log")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as out:
        for command in (["cmake", "-S", source, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DTOCCATA_TESTS=OFF",
                         "-DTOCCATA_BENCH=ON", "-DTOCCATA_TRAINING=ON"],
                        ["cmake", "--build", folder, "--target", *PROGRAMS]):
            if subprocess.run([str(word) for word in command], stdout=out, stderr=subprocess.STDOUT).returncode:
                raise SystemExit(f"{source} could not be built; {log} says why")
    return folder


def checked_out(revision):
    """The revision's commit, and a working tree of it below build/against."""
    found = subprocess.run(["git", "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"], cwd=ROOT, capture_output=True, text=True)
    if found.returncode:
        raise SystemExit(f"--against {revision}: expected a commit, tag or branch of this project, found none of that name")
    commit = found.stdout.strip()
    folder = ROOT / "build/against" / commit[:12]
    if not (folder / "source/CMakeLists.txt").exists():
        subprocess.run(["git", "worktree", "prune"], cwd=ROOT, check=True)
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", "--force", folder / "source", commit], cwd=ROOT, check=True)
    return commit[:12], folder


def processor_seconds(command):
    """What a program and its children take of the processor, as user and as system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)  # in microseconds, where os.times() counts in hundredths of a second
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"failed: {' '.join(map(str, command))}\n{done.stderr[-600:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def repeated(few, many, command):
    """Processor seconds of one repetition."""
    return (processor_seconds([*command, "--repeats", many]) - processor_seconds([*command, "--repeats", few])) / (many - few)


def train(precision):
    def measure(folder):  # the same windows in both revisions, some of them short
        return 1000 * repeated(1, 9, [folder / "toccata-bench", "train", "--threads", 1, "--precision", precision, *TRAIN])
    return measure


def compose(batch):
    def measure(folder):  # toccata-bench composes 8 steps a repetition
        few, many = (20, 320) if batch == 1 else (4, 44) if batch == 10 else (1, 8)
        return 1000 * repeated(few, many, [folder / "toccata-bench", "generate", "--threads", 1, "--batch", batch]) / 8
    return measure


def start(folder):
    with tempfile.TemporaryDirectory() as out:
        return 1000 * processor_seconds([folder / "toccata", "generate", "chorales", "--steps", 1, "--batch", 1, "--out", out])


# name: unit, how it is measured; less is better
MEASURES = {
    "training, f32": ("ms per update of 4 x 64 steps", train("f32")),
    "training, bf16": ("ms per update of 4 x 64 steps", train("bf16")),
    "composing, batch 1": ("ms per step", compose(1)),
    "composing, batch 10": ("ms per step", compose(10)),
    "composing, batch 64": ("ms per step", compose(64)),
    "start to first note": ("ms", start),
}


def main():
    parser = argparse.ArgumentParser(prog="./dev bench --against")
    parser.add_argument("revision")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", help="measure only names with one of these words in them (train,compos,start)")
    parser.add_argument("--json", help="write every number to this file")
    args = parser.parse_args()
    commit, folder = checked_out(args.revision)
    here = subprocess.run(["git", "describe", "--always", "--dirty", "--abbrev=12"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    say(f"Building {commit} below {folder}, and this tree in build/bench")
    folders = {"before": build(folder / "source", folder / "source/build/release"), "now": build(ROOT, ROOT / "build/bench")}
    measures = {name: m for name, m in MEASURES.items()
                if (not args.only or any(word in name for word in args.only.split(",")))
                and ("bf16" not in name or "avx512_bf16" in flags())}
    values = {name: {"before": [], "now": []} for name in measures}
    for turn in range(args.rounds):
        for name, (_, measure) in measures.items():
            for which in ("before", "now") if turn % 2 == 0 else ("now", "before"):
                values[name][which].append(measure(folders[which]))
            say(f"round {turn + 1} of {args.rounds}: {name}: {values[name]['before'][-1]:,.4g} before, {values[name]['now'][-1]:,.4g} now")
    print(f"{machine()}, {time.strftime('%Y-%m-%d')}, {args.rounds} rounds, one core, processor time; load {os.getloadavg()[0]:.1f}")
    print(f"\n| what | unit | {commit} | spread | {here} | spread | speed, now / before |\n|---|---|---|---|---|---|---|")
    for name, (unit, _) in measures.items():
        before, now = values[name]["before"], values[name]["now"]
        ratios = [b / n for b, n in zip(before, now)]
        cells = [f"{middle:,.4g} | {100 * wide:.0f} %" for middle, wide in (spread(before), spread(now))]
        print(f"| {name} | {unit} | {cells[0]} | {cells[1]} | {spread(ratios)[0]:.3f} |")
    if args.json:
        Path(args.json).write_text(json.dumps({"machine": machine(), "date": time.strftime("%Y-%m-%d"), "before": commit, "now": here,
                                               "values": values}, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
