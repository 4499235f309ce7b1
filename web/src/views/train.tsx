// Train: drop music, say how long, press the key; then watch and hear what it learns.
import { computed, signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { api, listen, type Metrics, type Run } from "../api";
import { kept, keepPiece, newId, type Piece } from "../keep";
import { loadModels, offered } from "../models";
import { clock } from "../music";
import { Curves } from "../parts/curves";
import { Details, nats } from "../parts/details";
import type { Dropped } from "../parts/drop";
import { CheckField, NumberField, SelectField, SliderField, TextField, unfold } from "../parts/fields";
import { Key, type Work } from "../parts/key";
import { folder, loadFolders, MusicToLearn, takeMusic } from "../parts/music_to_learn";
import { readSample, Samples } from "../parts/samples";
import { attempt, say } from "../says";

const runs = signal<Run[] | null>(null);
const opened = kept("train.run", "");
const run = signal<Run | null>(null);
/** When the last measurement came: time goes on between them. */
const measured = signal(0);
/** The key that started what trains now: the form's, or the run's own. */
const pressed = kept<"form" | "run">("train.pressed", "run");

const name = kept("train.name", "my-first");
const minutes = kept("train.minutes", 20);
const units = kept("train.size", "medium");
const transpose = kept("train.transpose", 5);
const keepProb = kept("train.keepProb", 0.75);
/** A model to learn on from; "": the one that knows the music best, "none": none. */
const from = kept("train.from", "");
const often = kept("train.often", false);
const more = 10; // minutes

const sizes: Record<string, { text: string; time: number[]; note: number[] }> = {
  small: { text: "small: quick to learn", time: [64, 64], note: [32] },
  medium: { text: "medium: for most music", time: [128, 128], note: [64, 64] },
  full: { text: "full: as large as the original", time: [200, 200], note: [100, 100] },
};

const stateTexts: Record<Run["state"], string> = {
  idle: "at rest",
  running: "training",
  stopping: "saving, then stopping",
  stopped: "stopped",
  finished: "finished",
  failed: "failed",
};

const active = (each: Run) => each.state === "running" || each.state === "stopping";
const running = computed(() => (runs.value ?? []).find(active) ?? null);
/** It got as far as it should: also in an earlier life of the studio. */
const ended = (each: Run) => each.state === "finished" || (each.state === "idle" && each.seconds_left === 0);

async function refresh() {
  await attempt(async () => {
    await loadFolders();
    runs.value = await api.runs();
    if (!runs.value.some((each) => each.name === opened.value)) opened.value = runs.value[0]?.name ?? "";
  });
}

/** Music that was dropped; a run that has no name of its own yet is called after it. */
export async function learnFrom(dropped: Dropped) {
  const taken = await takeMusic(dropped);
  if (taken && /^my-first$/.test(name.value) && !runs.value?.some((each) => each.name === taken)) name.value = taken;
}

async function start() {
  await attempt(async () => {
    say(`Starting ${name.value}…`, "doing");
    const size = sizes[units.value] ?? sizes.medium;
    const started = await api.train({
      name: name.value,
      folder: folder.value,
      minutes: minutes.value,
      transpose: transpose.value,
      keep_prob: keepProb.value,
      ...(from.value ? { from: from.value } : {}),
      ...(from.value === "none" ? { time_units: size.time, note_units: size.note } : {}),
      ...(often.value ? { validate_every: 5, save_every: 10 } : {}),
    });
    pressed.value = "form";
    opened.value = started.name;
    show(started);
    await refresh();
    say(`${started.name} is training. It goes on when this page is closed.`);
  });
}

function show(found: Run) {
  measured.value = performance.now();
  run.value = found;
}

async function stop(now: Run) {
  await attempt(async () => {
    const stopping = await api.stopRun(now.name);
    if (run.value?.name === now.name) show(stopping);
    say(`${now.name} saves its state and stops…`, "doing");
    await refresh();
  });
}

async function goOn(now: Run) {
  await attempt(async () => {
    const again = ended(now);
    show(await api.resumeRun(now.name, again ? more : undefined));
    pressed.value = "run";
    say(again ? `${now.name} learns for ${more} more minutes.` : `${now.name} goes on where it stopped.`);
    await refresh();
  });
}

async function keepSample(now: Run, sample: string, then: (piece: Piece) => void) {
  await attempt(async () => {
    const found = await readSample(now.name, sample);
    const read = now.has_model ? await api.read(found.bytes, sample, now.name) : found;
    const piece: Piece = {
      id: newId(),
      title: `${now.name} ${sample.replace(/\.mid$/, "")}`,
      made: Date.now(),
      from: "sample",
      model: now.name,
      music: read.music,
      tempo: read.tempo,
      velocity: 80,
      newFrom: 0,
      midi: found.bytes,
    };
    await keepPiece(piece);
    then(piece);
  });
}

/** What goes on in a run, for its key; time passes between measurements. */
function workOf(now: Run, since: number): Work | null {
  if (!active(now)) return null;
  const left = now.seconds_left === undefined ? undefined : Math.max(0, now.seconds_left - (performance.now() - since) / 1000);
  const { minutes: goal, batches, epochs } = now.goal;
  const done = goal
    ? 1 - (left ?? goal * 60) / (goal * 60)
    : batches
      ? (now.last?.batch ?? 0) / batches
      : epochs
        ? (now.last?.epoch ?? 0) / epochs
        : 0;
  return { what: "training", done, secondsLeft: left, stopping: now.state === "stopping", onStop: () => void stop(now) };
}

function useSeconds(on: boolean) {
  const [, setNow] = useState(0);
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => setNow((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, [on]);
}

function Verdict(props: { verdict: NonNullable<Run["verdict"]> }) {
  const { found = [], warnings = [], advice = [] } = props.verdict;
  const list = (title: string, lines: string[], kind = "") =>
    lines.length > 0 && (
      <div class={kind}>
        <h3>{title}</h3>
        <ul>{lines.map((line) => <li key={line}>{line}</li>)}</ul>
      </div>
    );
  return (
    <section class="verdict" aria-label="How it came out">
      {list("How it came out", [...warnings, ...found])}
      {list("What would help", advice)}
    </section>
  );
}

function RunView(props: { onRework: (piece: Piece) => void; onCompose: (model: string) => void }) {
  const now = run.value;
  const wanted = opened.value;
  useSeconds(!!now && active(now));

  useEffect(() => {
    if (!wanted) return;
    run.value = null;
    let quit: (() => void) | undefined;
    let left = false;
    void attempt(async () => {
      show(await api.run(wanted));
      if (left) return;
      const update = (part: Partial<Run>) => {
        if (run.value?.name === wanted) run.value = { ...run.value, ...part };
      };
      quit = listen(`/api/runs/${encodeURIComponent(wanted)}/events`, {
        metrics: (row: Metrics) => {
          const rows = (run.value?.metrics ?? []).filter((each) => each.batch < row.batch);
          measured.value = performance.now();
          update({ metrics: [...rows, row], last: row, seconds_left: row.seconds_left });
        },
        samples: (samples: string[]) => update({ samples }),
        log: (log: string[]) => update({ log }),
        state: ({ state }: { state: Run["state"] }) => {
          update({ state });
          say(`${wanted} is ${stateTexts[state]}.`, state === "failed" ? "wrong" : "done");
          void refresh();
          void loadModels();
          void attempt(async () => {
            const found = await api.run(wanted);
            measured.value = performance.now();
            update(found);
          });
        },
      });
    });
    return () => {
      left = true;
      quit?.();
    };
  }, [wanted]);

  if (!now) return <p class="invitation">{wanted ? "Looking at the run…" : "Drop some music, say how long, and press Train. Its curve and its first pieces appear here."}</p>;
  const rows = now.metrics ?? [];
  const busy = active(now);
  return (
    <>
      <header class="stage-head">
        <h1>{now.name}</h1>
        <p class="facts">
          <span class={`state ${now.state}`}>{ended(now) ? "finished" : stateTexts[now.state]}</span>
          {now.last && `, ${clock(now.last.seconds)} of training`}
        </p>
        <Details
          of="the run"
          rows={[
            ["Batches", now.last?.batch],
            ["Passes over the music", now.last?.epoch.toFixed(1)],
            ["Best on music held out", nats(now.best_valid_nats)],
            ["Last on music held out", nats(now.last?.valid_nats)],
            ["Last in training", nats(now.last?.train_nats)],
          ]}
        />
      </header>
      <div class="run-keys">
        {now.has_model && (
          <button
            type="button"
            class="strong"
            onClick={() =>
              void attempt(async () => {
                await loadModels();
                props.onCompose(now.name);
              })
            }
          >
            Compose with it
          </button>
        )}
        <Key
          class="small"
          text={ended(now) ? `${more} more minutes` : "Resume"}
          disabled={!busy && running.value !== null}
          work={workOf(now, measured.value)}
          onPress={() => void goOn(now)}
        />
      </div>
      {now.verdict && !busy && <Verdict verdict={now.verdict} />}
      {rows.length > 0 ? <Curves rows={rows} name={now.name} /> : <p class="invitation">{busy ? "The first point comes with the first validation." : "Nothing was measured yet."}</p>}
      {(now.samples ?? []).length > 0 && <Samples run={now.name} samples={now.samples!} onRework={(sample) => void keepSample(now, sample, props.onRework)} />}
      {(now.log ?? []).length > 0 && (
        <details class="log" open={now.state === "failed"}>
          <summary>What toccata train says</summary>
          <pre tabIndex={0} aria-label="Messages of toccata train">{now.log!.slice(-60).join("\n")}</pre>
        </details>
      )}
    </>
  );
}

export function TrainView(props: { onRework: (piece: Piece) => void; onCompose: (model: string) => void }) {
  useEffect(() => void refresh(), []);
  const taken = (runs.value ?? []).some((each) => each.name === name.value);
  const now = running.value;
  // The run that is shown is told of as it happens, the list only now and then.
  const told = now && run.value?.name === now.name ? run.value : now;
  useSeconds(!!told);
  return (
    <div class="view train">
      <div class="controls">
        <form
          aria-label="A new run"
          onInvalidCapture={unfold}
          onSubmit={(event) => {
            event.preventDefault();
            void start();
          }}
        >
          <MusicToLearn onTake={(dropped) => void learnFrom(dropped)} />
          <TextField label="Name of the run" value={name} required wrong={taken && !now ? "There is a run of this name already." : undefined} />
          <NumberField label="Time" unit="minutes" value={minutes} min={0.1} max={10080} step={0.1} />
          <SelectField
            label="Begin with"
            value={from.value}
            options={[{ value: "", text: "the model that knows the music best" }, { value: "none", text: "nothing" }, ...offered.value.filter((each) => each.complete).map((each) => ({ value: each.name, text: `what ${each.name} knows` }))]}
            onChange={(value) => (from.value = value)}
          />
          <details>
            <summary>More</summary>
            {from.value === "none" && (
              <SelectField
                label="Size"
                value={units.value}
                options={Object.entries(sizes).map(([value, size]) => ({ value, text: size.text }))}
                onChange={(value) => (units.value = value)}
                hint={`${sizes[units.value]?.time.join(" and ")} units along time, ${sizes[units.value]?.note.join(" and ")} along the notes.`}
              />
            )}
            <NumberField label="Transpose" unit="± semitones" value={transpose} min={0} max={24} hint="Each piece is also learned in other keys, up to so far away." />
            <SliderField label="Keep (dropout)" value={keepProb} min={0.3} max={1} step={0.05} say={(value) => value.toFixed(2)} />
            <CheckField label="Measure often" value={often} hint="Validation every 5 batches, a sample every 10: for small folders and for watching." />
          </details>
          <Key
            text="Train"
            hint={now ? "one run at a time" : folder.value ? "↵" : "drop some music first"}
            disabled={taken || now !== null || !folder.value}
            work={told && pressed.value === "form" ? workOf(told, measured.value) : null}
          />
        </form>
        <nav class="runs" aria-label="Runs">
          <h2>Runs</h2>
          {runs.value?.length === 0 && <p class="hint">None yet.</p>}
          <ul>
            {(runs.value ?? []).map((each) => (
              <li key={each.name}>
                <button type="button" class="card" aria-current={each.name === opened.value} onClick={() => (opened.value = each.name)}>
                  <span class="card-title">{each.name}</span>
                  <span class="card-note">
                    <span class={`state ${each.state}`}>{ended(each) ? "finished" : stateTexts[each.state]}</span>
                    {each.last && `, ${clock(each.last.seconds)} of training`}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </nav>
      </div>
      <section class="stage" aria-label="The run">
        <RunView onRework={props.onRework} onCompose={props.onCompose} />
      </section>
    </div>
  );
}
