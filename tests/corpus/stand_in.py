"""A folder of MIDI files as large as one likes, to stand in for collections such as Lakh (176,581 files of about 30 KB): type 1, five tracks,
80 to 200 bars, put together from bars that are drawn beforehand.

    python3 tests/corpus/stand_in.py FOLDER COUNT
"""
import pathlib
import random
import struct
import sys

TICKS = 480
BARS = 250  # drawn beforehand, for each kind of track


def variable(value):
    text = bytes([value & 0x7f])
    while value := value >> 7:
        text = bytes([0x80 | value & 0x7f]) + text
    return text


def bar(draw, channel, low, high, notes):
    """A bar of 4/4: `notes` chords or tones at sixteenths, each ending before the bar does."""
    events = []
    for _ in range(notes):
        begin = draw.randrange(16)
        end = min(16, begin + draw.choice((1, 2, 2, 4)))
        pitch = draw.randrange(low, high)
        events += [(begin * 120, 1, pitch), (end * 120 - 1, 0, pitch)]
    text, last = b"", 0
    for tick, on, pitch in sorted(events):
        text += variable(tick - last) + bytes([0x90 | channel, pitch, 80 * on])
        last = tick
    return text + variable(16 * 120 - last) + bytes([0xb0 | channel, 7, 100])


def main():
    folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    draw = random.Random(7)
    kinds = [(0, 60, 84, 6), (1, 48, 72, 5), (2, 36, 52, 4), (3, 55, 79, 3), (9, 35, 50, 6)]
    bars = [[bar(draw, *kind) for _ in range(BARS)] for kind in kinds]
    tempo = b"\x00\xff\x51\x03\x07\xa1\x20\x00\xff\x2f\x00"
    for number in range(count):
        tracks = [tempo]
        length = draw.randrange(80, 200)
        for choices in bars:
            tracks.append(b"\x00" + b"\xff\x01\x00" + b"".join(draw.choices(choices, k=length)) + b"\x00\xff\x2f\x00")
        data = b"MThd" + struct.pack(">IHHH", 6, 1, len(tracks), TICKS)
        data += b"".join(b"MTrk" + struct.pack(">I", len(track)) + track for track in tracks)
        path = folder / f"{number // 1000:03}" / f"{number:06}.mid"
        if number % 1000 == 0:
            path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
