"""MIDI files read note for note as mido reads them: generated ones, and those of ../shared/corpora where they are.

    agreement_test.py BUILD [--files 10000] [--seed 1] [--every 1]

--every K: each Kth file of the corpora. Needs mido (Debian's python3-mido), else it skips aloud."""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

try:
    import mido
except ImportError:
    debian = "/usr/bin/python3"
    if os.path.exists(debian) and os.path.realpath(sys.executable) != os.path.realpath(debian):
        os.execv(debian, [debian, *sys.argv])
    print("skipped: needs mido (apt-get install python3-mido)")
    sys.exit(0)


def notes_of(path):
    """[onset, end, channel, pitch, velocity, off velocity] of every note, paired first in, first out, by track, in ticks."""
    notes = []
    for track in mido.MidiFile(path, clip=True).tracks:
        tick, opened, found = 0, collections.defaultdict(collections.deque), []
        for message in track:
            tick += message.time
            if message.type == "note_on" and message.velocity > 0:
                note = [tick, None, message.channel, message.note, message.velocity, 64]
                opened[message.channel, message.note].append(note)
                found.append(note)
            elif message.type in ("note_on", "note_off") and opened[message.channel, message.note]:
                note = opened[message.channel, message.note].popleft()
                note[1] = tick
                note[5] = message.velocity if message.type == "note_off" else 64
        for note in found:
            if note[1] is None:
                note[1] = tick
        notes += found
    return sorted(notes)


def compare(program, paths):
    """(files that agree, notes in them, files that mido cannot read, damaged ones read otherwise); names each that differs."""
    told = subprocess.run([program, "notes"], input="\n".join(map(str, paths)), capture_output=True, text=True, check=True)
    agree = notes = mended = 0
    unread = []
    for path, line in zip(paths, told.stdout.splitlines(), strict=True):
        ours = json.loads(line)
        try:
            theirs = notes_of(path)
        except Exception as error:  # mido raises whatever its parsing meets
            unread.append((path, f"{type(error).__name__}: {error}", "error" not in ours))
            continue
        if sorted(ours.get("notes", [])) == theirs:
            agree += 1
            notes += len(theirs)
        elif ours.get("repairs"):
            mended += 1
            print(f"{path.name}: ours after {ours['repairs']} repairs: {len(ours['notes'])} notes, mido's: {len(theirs)}")
        else:
            print(f"{path}: differs: {ours.get('error', '')} {len(ours.get('notes', []))} notes, mido {len(theirs)}")
    return agree, notes, unread, mended


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--files", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    program = options.build / "tests/toccata-hostile"
    bad = False
    with tempfile.TemporaryDirectory(prefix="toccata-agreement-") as folder:
        subprocess.run([program, "valid", folder, str(options.files), str(options.seed)], check=True)
        paths = sorted(pathlib.Path(folder).iterdir())
        agree, notes, unread, mended = compare(program, paths)
        bad |= agree != len(paths)
        for path, why, _ in unread[:5]:
            print(f"{path.name}: mido: {why}")
        print(f"generated: {agree} of {len(paths)} files agree with mido {mido.version_info}, {notes} notes")
    shared = pathlib.Path(os.environ.get("TOCCATA_SHARED", ROOT / "../shared")) / "corpora"
    if shared.exists():
        paths = sorted(p for p in shared.rglob("*") if p.suffix.lower() in (".mid", ".midi") and p.is_file())[::options.every]
        agree, notes, unread, mended = compare(program, paths)
        bad |= agree + len(unread) + mended != len(paths)
        read_by_us = sum(read for _, _, read in unread)
        print(f"corpora: {agree} of {len(paths)} files agree, {notes} notes; {mended} damaged ones are read otherwise; mido cannot read {len(unread)}, of which we read {read_by_us}")
    else:
        print(f"the corpora are absent ({shared}): generated files only")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
