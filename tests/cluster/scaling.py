"""What training on several machines costs, measured, and what that says about many: docs/scaling.md.

Processes in network namespaces with links shaped by tc train a model of the original's sizes. Measured for each: seconds and bytes that a
process sends a step, and how long it waited. From the gradient's bytes and the link's rate follows what the model of a step expects:

    time of a step = computing + 2 (K-1)/K x bytes / rate + latency       (a ring: Patarasuk & Yuan 2009)

    sudo python3 tests/cluster/scaling.py build/release/toccata [--rates 1000,100] [--updates 12]
"""
import argparse
import json
import pathlib
import sys
import tempfile

from machines import Namespaces, Processes, corpus

UNITS = ["--time-units", "200,200", "--note-units", "100,100"]


def measured(program, folder, count, rate, updates, words):
    music = folder / "music.json"
    if not music.exists():
        corpus(music, pieces=40)
    name = f"run-{count}-{rate}-{'-'.join(words)}".replace(",", "_").replace("--", "")
    machines = Namespaces(count, rate)
    try:
        command = [program, str(music), "--name", name, "--output", str(folder), *UNITS, "--batches", str(updates), "--batch-size", str(2 * count),
                   "--time-steps", "8", "--validate-every", "100000", "--save-every", "100000", "--validation-pieces", "1", "--sample-steps", "0",
                   "--threads", "1", "--json", *words]
        processes = Processes(command, count, folder, machines)
        codes = processes.wait(900)
        if any(codes):
            raise SystemExit(f"exit statuses {codes}:\n" + "\n".join(processes.words_of(rank) for rank in range(count)))
        report = json.loads(processes.outs[0].read_text())
        sent = machines.sent_bytes(0)
        processes.close()
        return report, sent
    finally:
        machines.close()


def per_step(program, folder, count, rate, updates, words):
    """The difference of a longer and a shorter run: what begins and ends a run falls out."""
    few, many = updates // 3, updates
    first, first_sent = measured(program, folder, count, rate, few, words)
    second, second_sent = measured(program, folder, count, rate, many, [*words, "--seed", "2"])
    steps = many - few
    return {"seconds": (second["seconds"] - first["seconds"]) / steps,
            "waited": (second.get("waited_seconds", 0) - first.get("waited_seconds", 0)) / steps, "bytes": (second_sent - first_sent) / steps}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--rates", default="0,1000,100", help="of each link, Mbit/s; 0: not shaped")
    parser.add_argument("--counts", default="2,4")
    parser.add_argument("--updates", type=int, default=18)
    parser.add_argument("--json", help="write the figures to this file, too")
    options = parser.parse_args()
    program = str(pathlib.Path(options.program).resolve().parent / "toccata-train")
    rows = []
    print(f"{'processes':>9} {'Mbit/s':>7} {'':>22} {'s a step':>9} {'waited':>7} {'MB sent':>8} {'expected on the link':>21}")
    with tempfile.TemporaryDirectory() as temporary:
        for count in map(int, options.counts.split(",")):
            for rate in map(int, options.rates.split(",")):
                for words in ([], ["--reduce", "bf16"], ["--local-updates", "6"]):
                    with tempfile.TemporaryDirectory(dir=temporary) as folder:
                        row = per_step(program, pathlib.Path(folder), count, rate, options.updates, words)
                    link = row["bytes"] * 8 / (rate * 1e6) if rate else 0
                    rows.append({"processes": count, "rate": rate, "words": words, **row, "link": link})
                    print(f"{count:>9} {rate or 'free':>7} {' '.join(words):>22} {row['seconds']:>9.3f} {row['waited']:>7.3f} "
                          f"{row['bytes'] / 1e6:>8.2f} {link:>21.3f}", flush=True)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(rows, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
