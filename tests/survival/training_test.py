"""Training that survives: killed, asked to leave, asked to save, without room on the disk.

    training_test.py BUILD [--kills 150] [--save-kills 60] [--stops 100] [--save-requests 20] [--disk all|N] [--seed 1] [--minutes M]

Numbers of trials; the defaults are ./dev torture training's. Every run that was hurt is resumed to its end, and weights and
optimiser state are compared with those of the run that nobody touched."""
import argparse
import collections
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

from training_runs import BATCHES, SAVE_EVERY, Workshop

GRACE = 5.0  # seconds, beside one step


class Findings:
    def __init__(self, minutes):
        self.wrong = 0
        self.minutes = minutes

    def in_time(self, trials):
        """The trials, as many as the minutes of a part allow."""
        begun = time.monotonic()
        for trial in trials:
            if time.monotonic() - begun > 60 * self.minutes:
                print("stopped by --minutes", flush=True)
                return
            yield trial

    def add(self, what):
        self.wrong += 1
        print("WRONG:", what, flush=True)


def kills(shop, draw, trials, findings):
    """kill -9 at moments that are random in time."""
    moments = collections.Counter()
    for i in findings.in_time(range(trials)):
        name = f"kill-{i}"
        after = draw.uniform(0, shop.whole.seconds)
        process = shop.start(name)
        time.sleep(after)
        process.kill()
        process.communicate()
        judge(shop, name, f"kill -9 after {after:.3f} s", moments, findings)
    print(f"kill -9 at {sum(moments.values())} random moments: {dict(moments)}", flush=True)


def judge(shop, name, what, moments, findings):
    done, steps = shop.updates_done(name), shop.steps(name)
    lost = done - max(steps, default=0)
    moments["ended before it" if max(steps, default=0) == BATCHES else f"{lost} updates lost"] += 1
    if lost > SAVE_EVERY:
        findings.add(f"{what}: {done} updates done, the newest checkpoint of {max(steps, default=0)}")
    problem = shop.resume_to_the_end(name)
    if problem:
        findings.add(f"{what}: {problem}")
    shop.forget(name)


def save_kills(shop, draw, trials, findings):
    """kill -9 before, after and half-way through the system calls of the saves."""
    calls = shop.train("counted", fault={"IN": "/checkpoints/"}).calls
    shop.forget("counted")
    ways = [(number, way) for number, name, _ in calls for way in
            (["kill-before", "kill-after"] + (["kill-half"] if name == "write" else []))]
    moments, chosen = collections.Counter(), draw.sample(ways, min(trials, len(ways)))
    for number, way in findings.in_time(chosen):
        name = f"save-{number}-{way}"
        ended = shop.train(name, fault={"IN": "/checkpoints/", "AT": number, "DO": way})
        if ended.code != -signal.SIGKILL:
            findings.add(f"{name}: ended with {ended.code}: {ended.said[-200:]}")
        judge(shop, name, f"{way} of call {number} ({calls[number - 1][1]})", moments, findings)
    print(f"kill -9 at {sum(moments.values())} moments inside saves, of {len(ways)} there are: {dict(moments)}", flush=True)


def stops(shop, draw, trials, findings):
    """SIGTERM and SIGINT: half of them at random times, half at system calls of import, validation and save."""
    phases, slowest = collections.Counter(), 0.0
    calls = shop.train("counted", fault={"IN": "/counted/"}).calls
    shop.forget("counted")
    for i in findings.in_time(range(trials)):
        name, asked = f"stop-{i}", [signal.SIGTERM, signal.SIGINT][i % 2]
        if i % 4 < 2:
            process = shop.start(name)
            time.sleep(draw.uniform(0, shop.whole.seconds))
            begun = time.monotonic()
            process.send_signal(asked)
            said = process.communicate(timeout=60)[1]
            slowest = max(slowest, time.monotonic() - begun)
            code = process.returncode
            known = shop.output / name
            phase = "train or validate" if (known / "metrics.csv").exists() else "import" if "Stopped" not in said else "start"
        else:
            number, _, path = draw.choice(calls)
            phase = "save" if "/checkpoints/" in path else "curves and best model" if "metrics" in path or "model." in path else "other writing"
            ended = shop.train(name, fault={"IN": f"/{name}", "AT": number, "DO": "term" if asked == signal.SIGTERM else "int"})
            code, said = ended.code, ended.said
        phases[phase] += 1
        # Before the program's handlers stand the signal ends it by itself; where it had come to its end, it is late.
        if code not in (128 + asked, -asked, 0):
            findings.add(f"{name} in {phase}: exit code {code}: {said[-200:]}")
        done, steps = shop.updates_done(name), shop.steps(name)
        if code == 128 + asked and done > max(steps, default=0):
            findings.add(f"{name} in {phase}: {done} updates done, saved {steps}")
        problem = shop.resume_to_the_end(name)
        if problem:
            findings.add(f"{name} in {phase}: {problem}")
        shop.forget(name)
    if slowest > GRACE:
        findings.add(f"a stop took {slowest:.1f} s")
    print(f"SIGTERM and SIGINT at {sum(phases.values())} moments: {dict(phases)}; gone within {slowest:.2f} s", flush=True)


def save_requests(shop, draw, trials, findings):
    """SIGUSR1 between the saves that are due: a checkpoint more, and the same end."""
    extra = 0
    calls = [call for call in shop.train("counted", fault={"IN": "/counted/metrics"}).calls if call[1] == "write"]
    shop.forget("counted")
    for i in findings.in_time(range(trials)):
        name, number = f"usr1-{i}", draw.choice(calls)[0]
        ended = shop.train(name, words=["--keep-checkpoints", "0"], fault={"IN": f"/{name}/metrics", "AT": number, "DO": "usr1"})
        if ended.code != 0:
            findings.add(f"SIGUSR1: exit code {ended.code}: {ended.said[-200:]}")
        extra += any(step % SAVE_EVERY for step in shop.steps(name))
        for file in shop.differences(name):
            findings.add(f"SIGUSR1 at call {number}: {file} differs")
        shop.forget(name)
    if trials > 3 and extra == 0:
        findings.add("SIGUSR1 never made a checkpoint")
    print(f"SIGUSR1 at {trials} moments: {extra} made a checkpoint that was not due, the others one that was", flush=True)


def restored(shop, findings):
    """A run from a restored model, killed before it had a checkpoint of its own, goes on from that model."""
    words = ["--restore", "whole"]
    ended = shop.train("again", words=words)
    killed = shop.train("killed", words=words, fault={"IN": "/checkpoints", "AT": 1, "DO": "kill-before"})
    resumed = shop.train("killed", resume=True)
    if (ended.code, killed.code, resumed.code) != (0, -signal.SIGKILL, 0):
        findings.add(f"a restored run: {ended.said[-200:]} {killed.code} {resumed.said[-200:]}")
    for file in shop.differences("killed", "again"):
        findings.add(f"a restored run that was killed: {file} differs")
    for name in ("again", "killed"):
        shop.forget(name)
    print("a restored run that was killed before its first checkpoint: resumed to the same end", flush=True)


ERRORS = {"ENOSPC": "No space left", "EIO": "Input/output error", "EACCES": "Permission denied"}


def disk(shop, draw, which, findings):
    """Each error at each open, write, fsync, close, mkdir and rename of the second save, and short writes."""
    calls = shop.train("counted", fault={"IN": "/checkpoints/"}).calls
    shop.forget("counted")
    second = [call for call in calls if f"step-{2 * SAVE_EVERY}" in call[2]]
    trials = [(call, error) for call in second for error in ERRORS] + [(call, "short") for call in second if call[1] == "write"]
    if which != "all":
        trials = draw.sample(trials, min(int(which), len(trials)))
    done = 0
    for (number, call, path), error in findings.in_time(trials):
        done += 1
        for words in ([], ["--save-failure", "go-on"]):
            name = f"disk-{number}-{error}-{len(words)}"
            what = " ".join([f"{error} at {call} {number}", *words])
            ended = shop.train(name, words=words, fault={"IN": "/checkpoints/", "AT": number, "DO": error})
            stops = error != "short" and not words
            if ended.code != (1 if stops else 0):
                findings.add(f"{what}: exit code {ended.code}: {ended.said[-200:]}")
            if error != "short" and ERRORS[error] not in ended.said:
                findings.add(f"{what}: not a word of it: {ended.said[-200:]}")
            if stops and SAVE_EVERY not in shop.steps(name):
                findings.add(f"{what}: the older checkpoint is gone: {shop.steps(name)}")
            problem = shop.resume_to_the_end(name) if stops else ", ".join(shop.differences(name))
            if problem:
                findings.add(f"{what}: {problem}")
            shop.forget(name)
    print(f"{done} failures ({', '.join(ERRORS)}, short writes) at the {len(second)} calls of a save: "
          "loud; stopped with the older checkpoint whole and resumed, and going on, to the same end", flush=True)


def full_disk(shop, findings):
    """A tmpfs that holds one checkpoint and not three."""
    place = shop.folder / "small"
    place.mkdir()
    size = sum(file.stat().st_size for file in (shop.output / "whole").rglob("*") if file.is_file()) // 2 // 1024
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", place], capture_output=True).returncode:
        print("skipped: no tmpfs can be mounted here (needs root)", flush=True)
        return
    try:
        usual, shop.output = shop.output, place
        ended = shop.train("full")
        if ended.code != 1 or "No space left" not in ended.said:
            findings.add(f"a full disk: exit code {ended.code}: {ended.said[-200:]}")
        steps = shop.steps("full")
        shutil.copytree(place / "full", usual / "full")
        shop.output = usual
        problem = shop.resume_to_the_end("full")
        if problem:
            findings.add(f"a full disk: {problem}")
        print(f"a tmpfs of {size} KiB: full after the checkpoints {steps}, said so; resumed elsewhere to the same end", flush=True)
    finally:
        shop.output = usual
        subprocess.run(["umount", place], check=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--kills", type=int, default=150)
    parser.add_argument("--save-kills", type=int, default=60)
    parser.add_argument("--stops", type=int, default=100)
    parser.add_argument("--save-requests", type=int, default=20)
    parser.add_argument("--disk", default="all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=600, help="the most that a part may take")
    options = parser.parse_args()
    findings, draw = Findings(options.minutes), random.Random(options.seed)
    with Workshop(options.build.resolve()) as shop:
        print(f"a run of {BATCHES} updates takes {shop.whole.seconds:.1f} s", flush=True)
        if options.kills:
            kills(shop, draw, options.kills, findings)
        if options.save_kills:
            save_kills(shop, draw, options.save_kills, findings)
        if options.stops:
            stops(shop, draw, options.stops, findings)
        if options.save_requests:
            save_requests(shop, draw, options.save_requests, findings)
            restored(shop, findings)
        if options.disk != "0":
            disk(shop, draw, options.disk, findings)
            full_disk(shop, findings)
    print(f"{findings.wrong} findings")
    return 1 if findings.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
