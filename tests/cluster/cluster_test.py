"""Training by several processes, from outside: the real program, real sockets, the real launchers. What must hold:

    equal      2 and 4 processes come to what one alone comes to, at every validation, with augmentation and dropout
    launchers  mpirun, torchrun and srun, as far as they are there, come to the same bits
    stop       one process that is asked to stop stops all, and the run goes on afterwards
    elastic    torchrun starts again what was killed, and the run ends as if nothing had been
    failures   one run killed again and again (a process killed, a process that hangs, a cable cut): the others say who is missing and
               leave within the time-out, nothing half is left, and the run comes to the same bits as the one that nobody touched

    python3 tests/cluster/cluster_test.py build/release/toccata [--processes 4] [--only equal,…] [--failures 3 | --long]
"""
import argparse
import csv
import json
import os
import pathlib
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

from machines import Namespaces, OneMachine, Processes, corpus, free_port

TIMEOUT = 5  # seconds of silence after which the others leave
PATIENCE = 40  # seconds more, on a machine that is busy with other work
WORDS = ["--batch-size", "8", "--time-steps", "16", "--time-units", "12", "--note-units", "8", "--low", "48", "--high", "84", "--window", "9",
         "--validate-every", "20", "--sample-steps", "0", "--threads", "1", "--seed", "3", "--keep-prob", "0.7", "--transpose", "2", "--unheard",
         "0.1", "--precision", "f32", "--schedule", "constant", "--peer-timeout", str(TIMEOUT), "--json"]


# Debian 12's torchrun fails with Python 3.11 where it is not told what to do with its children's output.
TORCHRUN = ["torchrun", "--no_python", "-r", "1", "-t", "1"]


class Bench:
    def __init__(self, program, folder, seed):
        self.program = str(pathlib.Path(program).resolve().parent / "toccata-train")
        self.folder = folder
        self.draw = random.Random(seed)
        self.music = folder / "music.json"
        corpus(self.music)

    def words(self, name, batches, *more):
        return [self.program, str(self.music), "--name", name, "--output", str(self.folder), "--batches", str(batches), *WORDS, *more]

    def run(self, name, count, batches, *more, machines=OneMachine()):
        processes = Processes(self.words(name, batches, *more), count, self.folder, machines)
        codes = processes.wait(600)
        if codes != [0] * count:
            fail(f"{name}: exit statuses {codes}:\n" + "\n".join(processes.words_of(rank) for rank in range(count)))
        processes.close()
        return json.loads(processes.outs[0].read_text())

    def weights(self, name):
        return (self.folder / name / "model.safetensors").read_bytes()

    def floats(self, name):
        data = self.weights(name)
        size, = struct.unpack("<Q", data[:8])
        body = data[8 + size:]
        return struct.unpack(f"<{len(body) // 4}f", body)

    def metrics(self, name):
        with open(self.folder / name / "metrics.csv", newline="") as file:
            return list(csv.DictReader(file))

    def checkpoints(self, name):
        folder = self.folder / name / "checkpoints"
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def fail(what):
    raise SystemExit(f"FAILED: {what}")


def say(text):
    print(text, flush=True)


def equal(bench, options):
    more = ["--save-every", "1000", "--optimizer", "sgd", "--learning-rate", "0.2"]
    bench.run("alone", 1, 60, *more)
    for count in (2, 4):
        name = f"equal-{count}"
        bench.run(name, count, 60, *more)
        rows, wanted = bench.metrics(name), bench.metrics("alone")
        if len(rows) != len(wanted) or not rows:
            fail(f"{len(rows)} rows of metrics with {count} processes, {len(wanted)} with one")
        columns = [key for key in wanted[0] if "nats" in key and wanted[0][key]]
        apart = max(abs(float(row[key]) - float(want[key])) for row, want in zip(rows, wanted) for key in columns)
        weights = max(abs(a - b) for a, b in zip(bench.floats(name), bench.floats("alone")))
        say(f"equal: {count} processes and one: {len(rows)} validations within {apart:.1e} nats per step, weights within {weights:.1e}")
        if apart > 2e-3 or weights > 1e-3:
            fail(f"{count} processes do not come to what one comes to")


def launchers(bench, options):
    bench.run("by-hand", 2, 30, "--save-every", "1000")
    wanted = bench.weights("by-hand")
    found = {"mpirun": ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n", "2"],
             "torchrun": [*TORCHRUN, "--log_dir", str(bench.folder / "torchrun-logs"), "--nproc_per_node=2", f"--master_port={free_port()}"],
             "srun": ["srun", "-n", "2"]}
    for name, words in found.items():
        if shutil.which(name) is None or (name == "srun" and subprocess.run(["sinfo"], capture_output=True, check=False).returncode):
            say(f"launchers: {name} is not there: not tested")
            continue
        if name == "torchrun" and subprocess.run(["/usr/bin/python3", "-c", "import torch"], capture_output=True, check=False).returncode:
            say("launchers: torchrun's PyTorch is not there: not tested")
            continue
        done = subprocess.run([*words, *bench.words(name, 30, "--save-every", "1000")], capture_output=True, text=True, timeout=600, check=False)
        if done.returncode:
            fail(f"{name}: exit status {done.returncode}:\n{done.stderr}")
        if bench.weights(name) != wanted:
            fail(f"{name}: other weights than by hand")
        say(f"launchers: {name}: the same bits as by hand")


def stop(bench, options):
    count = 2
    processes = Processes(bench.words("stop", 100000, "--save-every", "1000"), count, bench.folder)
    wait_until(lambda: len(bench.metrics("stop")) > 1 if (bench.folder / "stop" / "metrics.csv").exists() else False, processes)
    victim = bench.draw.randrange(count)
    asked = time.monotonic()
    processes.signal(victim, signal.SIGTERM)
    codes = processes.wait(PATIENCE)
    taken = time.monotonic() - asked
    words = [processes.words_of(rank) for rank in range(count)]
    processes.close()
    if codes[victim] != 143 or codes[1 - victim] != 0:
        fail(f"stop: exit statuses {codes}:\n" + "\n".join(words))
    saved = bench.checkpoints("stop")
    if len(saved) != 1:
        fail(f"stop: checkpoints {saved}")
    update = int(saved[0].split("-")[1])
    bench.run("stop", count, update + 10, "--save-every", "1000", "--resume")
    say(f"stop: asked process {victim}: all gone after {taken:.1f} s, {saved[0]} saved, and the run went on from it")


def wait_until(condition, processes, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        codes = processes.wait(0)
        if time.monotonic() > end or any(code is not None for code in codes):
            fail(f"waiting in vain; exit statuses {codes}:\n" + "\n".join(processes.words_of(r) for r in range(len(codes))))
        time.sleep(0.05)


def elastic(bench, options):
    if shutil.which("torchrun") is None or subprocess.run(["/usr/bin/python3", "-c", "import torch"], capture_output=True, check=False).returncode:
        say("elastic: torchrun is not there: not tested")
        return
    bench.run("elastic-whole", 2, 400, "--save-every", "20")
    words = [*TORCHRUN, "--log_dir", str(bench.folder / "torchrun-logs"), "--nproc_per_node=2", "--max_restarts=2", f"--master_port={free_port()}",
             *bench.words("elastic", 400, "--save-every", "20")]
    with open(bench.folder / "elastic.log", "wb") as log:
        launcher = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=log)
    end = time.monotonic() + 120
    while len(bench.checkpoints("elastic")) < 2 and time.monotonic() < end and launcher.poll() is None:
        time.sleep(0.02)
    children = subprocess.run(["pgrep", "-P", str(launcher.pid)], capture_output=True, text=True, check=False).stdout.split()
    if not children:
        fail("elastic: torchrun has no children:\n" + (bench.folder / "elastic.log").read_text())
    os.kill(int(bench.draw.choice(children)), signal.SIGKILL)
    code = launcher.wait(300)
    log = (bench.folder / "elastic.log").read_text(errors="replace")
    if code:
        fail(f"elastic: exit status {code}:\n{log}")
    if bench.weights("elastic") != bench.weights("elastic-whole"):
        fail("elastic: other weights than the run that nobody touched")
    say("elastic: torchrun started again what was killed; the run came to the same bits as the one that nobody touched")


def failures(bench, options):
    count, batches = options.processes, options.batches
    namespaces = Namespaces.allowed()
    machines = OneMachine()
    if namespaces:
        try:
            machines = Namespaces(count)
        except subprocess.CalledProcessError as error:
            say(f"failures: no network namespaces here ({error.stderr.strip()}): cables are not cut")
    try:
        fail_often(bench, options, count, batches, machines)
    finally:
        machines.close()


def fail_often(bench, options, count, batches, machines):
    kinds = ["kill", "hang"] + (["cut"] if isinstance(machines, Namespaces) else [])
    more = ["--save-every", "20"]
    begun = time.monotonic()
    bench.run("whole", count, batches, *more, machines=machines)
    length = time.monotonic() - begun
    tally = {kind: 0 for kind in kinds}
    slowest, named, round_ = 0.0, 0, 0
    while round_ < options.failures:
        kind = kinds[round_ % len(kinds)]
        victim = bench.draw.randrange(count)
        resume = ["--resume"] if (bench.folder / "broken" / "options.toml").exists() else []
        processes = Processes(bench.words("broken", batches, *more, *resume), count, bench.folder, machines)
        processes.wait(bench.draw.uniform(0.2, 1.0) * min(length, 12))
        if processes.children[victim].poll() is not None:  # it was done before: begin anew
            codes = processes.wait(PATIENCE)
            processes.close()
            if any(codes):
                fail(f"a run that nobody touched: {codes}:\n" + "\n".join(processes.words_of(r) for r in range(count)))
            check_whole(bench)
            shutil.rmtree(bench.folder / "broken")
            continue
        hit = time.monotonic()
        if kind == "cut":
            machines.cut(victim)
        else:
            processes.signal(victim, signal.SIGKILL if kind == "kill" else signal.SIGSTOP)
        codes = processes.wait(TIMEOUT + PATIENCE) if kind == "cut" else processes.wait_for_others(victim, TIMEOUT + PATIENCE)
        taken = time.monotonic() - hit
        words = [processes.words_of(rank) for rank in range(count)]
        processes.close()
        if kind == "cut":
            machines.mend()
        report = f"round {round_}: {kind} of process {victim}: {codes} after {taken:.1f} s:\n" + "\n".join(words)
        if None in codes:
            fail(f"deadlock: {report}")
        if all(code == 0 for code in codes):  # it came to its end at that very moment
            continue
        others = [words[rank] for rank in range(count) if rank != victim]
        if not any(f"process {victim} " in text or f"did not come: {victim}" in text for text in others):
            # Before they have met there is nobody to miss whom one could name but where one waits.
            if not any("cannot reach process 0" in text or "did not come" in text for text in others):
                fail(f"nobody says who is missing: {report}")
        else:
            named += 1
        # A killed process leaves what it was writing under a name of its own, which nobody takes for a checkpoint.
        for name in bench.checkpoints("broken"):
            if not (bench.folder / "broken" / "checkpoints" / name / "learner.safetensors").exists() and ".toccata-tmp-" not in name:
                fail(f"half a checkpoint, {name}: {report}")
        slowest = max(slowest, taken)
        tally[kind] += 1
        round_ += 1
    bench.run("broken", count, batches, *more, *(["--resume"] if (bench.folder / "broken" / "options.toml").exists() else []), machines=machines)
    check_whole(bench)
    say(f"failures: {count} processes in {machines.name}, {sum(tally.values())} failures ({', '.join(f'{n} x {kind}' for kind, n in tally.items())}): "
        f"the others left within {slowest:.1f} s (time-out {TIMEOUT} s), {named} times the missing one was named, no deadlock; the run then "
        "came to the same bits as the one that nobody touched")


def check_whole(bench):
    if bench.weights("broken") != bench.weights("whole"):
        fail("the run that was broken came to other weights than the one that nobody touched")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", default="equal,launchers,stop,elastic,failures")
    parser.add_argument("--failures", type=int, default=3)
    parser.add_argument("--batches", type=int, default=300, help="of the run that is broken")
    parser.add_argument("--long", action="store_true", help="50 failures")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.long:
        options.failures = 50
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options.program, pathlib.Path(folder), options.seed)
        for name in options.only.split(","):
            {"equal": equal, "launchers": launchers, "stop": stop, "elastic": elastic, "failures": failures}[name](bench, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
