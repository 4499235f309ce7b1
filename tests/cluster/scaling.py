"""What training on several machines costs, measured, and what that says about many: docs/scaling.md.

Processes in network namespaces with links shaped by tc train a model of the original's sizes. Measured for each: seconds and bytes that a
process sends a step, and how long it waited. From the gradient's bytes and the link's rate follows what the model of a step expects:

    time of a step = computing + 2 (K-1)/K x bytes / rate + latency       (a ring: Patarasuk & Yuan 2009)

    sudo python3 tests/cluster/scaling.py build/release/toccata [--rates 1000,100] [--updates 15]
    python3 tests/cluster/scaling.py --predict          # what follows from it for many machines; measures nothing
"""
import argparse
import json
import pathlib
import sys
import tempfile

from machines import Namespaces, Processes, corpus

UNITS = ["--time-units", "200,200", "--note-units", "100,100"]


def measured(program, folder, count, rate, updates, work, words):
    music = folder / "music.json"
    if not music.exists():
        corpus(music, pieces=40)
    name = f"run-{count}-{rate}-{'-'.join(words)}".replace(",", "_").replace("--", "")
    machines = Namespaces(count, rate)
    try:
        command = [program, str(music), "--name", name, "--output", str(folder), *UNITS, "--batches", str(updates), "--batch-size", str(work[0] * count),
                   "--time-steps", str(work[1]), "--validate-every", "100000", "--save-every", "100000", "--validation-pieces", "1", "--sample-steps", "0",
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


def per_step(program, folder, count, rate, updates, work, words):
    """The difference of a longer and a shorter run: what begins and ends a run falls out."""
    few, many = updates // 3, updates
    first, first_sent = measured(program, folder, count, rate, few, work, words)
    second, second_sent = measured(program, folder, count, rate, many, work, [*words, "--seed", "2"])
    steps = many - few
    return {"seconds": (second["seconds"] - first["seconds"]) / steps,
            "waited": (second.get("waited_seconds", 0) - first.get("waited_seconds", 0)) / steps, "bytes": (second_sent - first_sent) / steps}


def predict(parameters=749_802, computing=1.31, latency=1e-4, buckets=3, threads=2, message=2e-5):
    """Efficiency, computing / step, where each machine works on 10 windows of 128 steps: its `computing` is docs/performance.md's 76,200
    note-steps per second. latency: of a message in a switched network, assumed, as what a further message of an exchange costs. Nothing is
    taken off for what travels while the gradient is still being computed."""
    def ring(count, size, rate):  # Gloo's: 2 (K-1) messages one after the other, buckets on two threads
        return 2 * (count - 1) / count * size / rate + 2 * (count - 1) * latency * -(-buckets // threads)

    def small(count):  # two sums of a few numbers in each step: the loss, and the agreement
        return 2 * 2 * (count - 1) * latency

    def step(form, count, rate):
        if form == "f32":
            return computing + ring(count, 4 * parameters, rate) + small(count)
        if form == "bf16":
            return computing + 2 * (count - 1) / count * 2 * parameters / rate + 2 * (latency + (count - 1) * message) * buckets + small(count)
        updates = 16  # weights and Adam's two means, once in so many updates
        return computing + (3 * ring(count, 4 * parameters, rate) + small(count)) / updates

    print(f"{'Mbit/s':>7} {'form':>18}" + "".join(f"{count:>8}" for count in (2, 8, 64, 1024)))
    for rate in (10_000, 1_000, 100, 20):
        for form in ("f32", "bf16", "16 local updates"):
            shares = (computing / step(form, count, rate * 1e6 / 8) for count in (2, 8, 64, 1024))
            print(f"{rate:>7} {form:>18}" + "".join(f"{share:>7.0%} " for share in shares))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", nargs="?")
    parser.add_argument("--predict", action="store_true")
    parser.add_argument("--rates", default="0,1000,100", help="of each link, Mbit/s; 0: not shaped")
    parser.add_argument("--counts", default="2,4")
    parser.add_argument("--updates", type=int, default=18)
    parser.add_argument("--batch-size", type=int, default=2, help="windows of a process in a step")
    parser.add_argument("--time-steps", type=int, default=8)
    parser.add_argument("--json", help="write the figures to this file, too")
    options = parser.parse_args()
    if options.predict or not options.program:
        predict()
        return 0
    program = str(pathlib.Path(options.program).resolve().parent / "toccata-train")
    rows = []
    print(f"{'processes':>9} {'Mbit/s':>7} {'':>22} {'s a step':>9} {'waited':>7} {'MB sent':>8} {'expected on the link':>21}")
    with tempfile.TemporaryDirectory() as temporary:
        for count in map(int, options.counts.split(",")):
            for rate in map(int, options.rates.split(",")):
                for words in ([], ["--reduce", "bf16"], ["--local-updates", "6"]) if count > 1 else ([],):
                    with tempfile.TemporaryDirectory(dir=temporary) as folder:
                        row = per_step(program, pathlib.Path(folder), count, rate, options.updates, (options.batch_size, options.time_steps), words)
                    link = row["bytes"] * 8 / (rate * 1e6) if rate else 0
                    rows.append({"processes": count, "rate": rate, "words": words, **row, "link": link})
                    print(f"{count:>9} {rate or 'free':>7} {' '.join(words):>22} {row['seconds']:>9.3f} {row['waited']:>7.3f} "
                          f"{row['bytes'] / 1e6:>8.2f} {link:>21.3f}", flush=True)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(rows, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
