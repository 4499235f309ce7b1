"""Tiny training runs of the real program, with and without the fault library (fault.cc): what the tests of survival share."""
import dataclasses
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

SAVE_EVERY = 4
BATCHES = 16
TINY = ["--time-units", "8", "--note-units", "6", "--low", "55", "--high", "72", "--window", "5", "--batch-size", "2",
        "--time-steps", "8", "--batches", str(BATCHES), "--save-every", str(SAVE_EVERY), "--validate-every", "1",
        "--sample-steps", "4", "--threads", "1", "--precision", "f32", "--validation-pieces", "2"]


@dataclasses.dataclass
class Ended:
    code: int
    said: str
    calls: list  # (number, name, path) of what the fault library watched
    seconds: float


class Workshop:
    """with Workshop(build) as shop: a folder with music and a run that nobody touched, named "whole"."""

    def __init__(self, build, pieces=12):
        self.build, self.pieces = build, pieces

    def __enter__(self):
        # In memory where that can be had: nothing here depends on a disk, and hundreds of runs need not wait for one.
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="toccata-survival-", dir=memory))
        self.music, self.output = self.folder / "music", self.folder / "runs"
        subprocess.run([self.build / "tests/toccata-hostile", "valid", self.music, str(self.pieces), "3"], check=True)
        ended = self.train("whole")
        assert ended.code == 0, ended.said
        self.whole = ended
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self, name, resume=False, words=()):
        start = ["--resume"] if resume else [self.music, *TINY]
        return [self.build / "toccata", "train", *start, "--output", self.output, "--name", name, *words]

    def environment(self, fault):
        """`fault`: {"IN": part of a path, "AT": n, "DO": what, "FOR": k}"""
        made = {key: value for key, value in os.environ.items() if not key.startswith("TOCCATA_")}
        if fault:
            made |= {"LD_PRELOAD": str(self.build / "tests/toccata-fault.so"), "TOCCATA_FAULT_LOG": str(self.folder / "calls")}
            made |= {f"TOCCATA_FAULT_{key}": str(value) for key, value in fault.items()}
        return made

    def start(self, name, resume=False, words=(), fault=None):
        (self.folder / "calls").unlink(missing_ok=True)
        command = [str(word) for word in self.command(name, resume, words)]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=self.environment(fault))

    def train(self, name, resume=False, words=(), fault=None):
        begun = time.monotonic()
        process = self.start(name, resume, words, fault)
        said = process.communicate(timeout=600)[1]
        return Ended(process.returncode, said, self.calls(), time.monotonic() - begun)

    def calls(self):
        log = self.folder / "calls"
        if not log.exists():
            return []
        return [(int(number), name, path) for number, name, path in (line.split(" ", 2) for line in log.read_text().splitlines())]

    def steps(self, name):
        """The checkpoints that stand there, by their names alone."""
        folder = self.output / name / "checkpoints"
        return sorted(int(entry.name[5:]) for entry in folder.glob("step-*") if entry.name[5:].isdigit())

    def updates_done(self, name):
        """By the curves, which have a row for each update."""
        rows = self.output / name / "metrics.csv"
        lines = rows.read_text().splitlines() if rows.exists() else []
        return int(lines[-1].split(",")[0]) if len(lines) > 1 else 0

    def differences(self, name, whole="whole"):
        """Files of the run's end that are not, byte for byte, those of the run that nobody touched."""
        last = f"checkpoints/step-{BATCHES}"
        files = ["model.safetensors", "config.json", f"{last}/learner.safetensors", f"{last}/model.safetensors"]
        return [file for file in files if not self.same(file, name, whole)]

    def same(self, file, name, whole):
        one, other = self.output / whole / file, self.output / name / file
        return other.exists() and one.read_bytes() == other.read_bytes()

    def resume_to_the_end(self, name):
        """What is wrong with the run after it was resumed, or ""."""
        resumable = (self.output / name / "options.toml").exists()
        ended = self.train(name, resume=resumable)
        if ended.code != 0:
            return f"could not be {'resumed' if resumable else 'begun again'}: {ended.said.strip()[-300:]}"
        return ", ".join(self.differences(name)) and f"differs in {', '.join(self.differences(name))}"

    def forget(self, name):
        shutil.rmtree(self.output / name, ignore_errors=True)
