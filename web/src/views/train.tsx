// Train: start a run on a folder that the studio's owner named, and watch it.
import { computed, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, listen, type Metrics, type Run } from "../api";
import { kept, keepPiece, newId, type Piece } from "../keep";
import { loadModels, offered } from "../models";
import { clock } from "../music";
import { Curves } from "../parts/curves";
import { CheckField, NumberField, SelectField, SliderField, TextField } from "../parts/fields";
import { player } from "../player";
import { attempt, say } from "../says";

const folders = signal<{ name: string; path: string }[] | null>(null);
const runs = signal<Run[] | null>(null);
const opened = kept("train.run", "");
const run = signal<Run | null>(null);

const name = kept("train.name", "my-first");
const folder = kept("train.folder", "");
const minutes = kept("train.minutes", 20);
const units = kept("train.size", "medium");
const transpose = kept("train.transpose", 5);
const keepProb = kept("train.keepProb", 0.75);
const restore = kept("train.restore", "");
const often = kept("train.often", false);

const sizes: Record<string, { text: string; time: number[]; note: number[] }> = {
  small: { text: "small: 64, 64 and 32 units, quick to learn", time: [64, 64], note: [32] },
  medium: { text: "medium: 128, 128 and 64, 64 units", time: [128, 128], note: [64, 64] },
  full: { text: "full: 200, 200 and 100, 100 units, as the original", time: [200, 200], note: [100, 100] },
};

const stateTexts: Record<Run["state"], string> = {
  idle: "at rest",
  running: "training",
  stopping: "saving, then stopping",
  stopped: "stopped",
  finished: "finished",
  failed: "failed",
};

const anyRunning = computed(() => (runs.value ?? []).some((each) => each.state === "running" || each.state === "stopping"));

async function refresh() {
  await attempt(async () => {
    folders.value = await api.folders();
    runs.value = await api.runs();
    if (!folders.value.some((each) => each.name === folder.value)) folder.value = folders.value[0]?.name ?? "";
    if (!runs.value.some((each) => each.name === opened.value)) opened.value = runs.value[0]?.name ?? "";
  });
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
      ...(restore.value ? { restore: restore.value } : { time_units: size.time, note_units: size.note }),
      ...(often.value ? { validate_every: 5, save_every: 10 } : {}),
    });
    opened.value = started.name;
    run.value = started;
    await refresh();
    say(`${started.name} is training. It goes on when this page is closed.`);
  });
}

async function stopOrResume(now: Run) {
  await attempt(async () => {
    if (now.state === "running") {
      run.value = await api.stopRun(now.name);
      say(`${now.name} saves its state and stops…`, "doing");
    } else {
      run.value = await api.resumeRun(now.name);
      say(`${now.name} goes on where it stopped.`);
    }
    await refresh();
  });
}

async function hear(now: Run, sample: string) {
  if (player.id.value === `sample ${sample}`) return player.stop();
  await attempt(async () => {
    const bytes = await api.sample(now.name, sample);
    const read = await api.read(bytes, sample, now.has_model ? now.name : "");
    await player.play(
      { id: `sample ${sample}`, music: read.music, tempo: read.tempo, velocity: 80, known: () => read.music.steps, complete: () => true },
      0,
    );
  });
}

async function keepSample(now: Run, sample: string, then: (piece: Piece) => void) {
  await attempt(async () => {
    const bytes = await api.sample(now.name, sample);
    const read = await api.read(bytes, sample, now.has_model ? now.name : "");
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
      midi: bytes,
    };
    await keepPiece(piece);
    then(piece);
  });
}

function RunView(props: { onRework: (piece: Piece) => void }) {
  const now = run.value;
  const wanted = opened.value;

  useEffect(() => {
    if (!wanted) return;
    run.value = null;
    let quit: (() => void) | undefined;
    let left = false;
    void attempt(async () => {
      run.value = await api.run(wanted);
      if (left) return;
      const update = (part: Partial<Run>) => {
        if (run.value?.name === wanted) run.value = { ...run.value, ...part };
      };
      quit = listen(`/api/runs/${encodeURIComponent(wanted)}/events`, {
        metrics: (row: Metrics) => {
          const rows = (run.value?.metrics ?? []).filter((each) => each.batch < row.batch);
          update({ metrics: [...rows, row], last: row, seconds_left: row.seconds_left });
        },
        samples: (samples: string[]) => update({ samples }),
        log: (log: string[]) => update({ log }),
        state: ({ state }: { state: Run["state"] }) => {
          update({ state });
          say(`${wanted} is ${stateTexts[state]}.`, state === "failed" ? "wrong" : "done");
          void refresh();
          void loadModels();
          void attempt(async () => update(await api.run(wanted)));
        },
      });
    });
    return () => {
      left = true;
      quit?.();
    };
  }, [wanted]);

  if (!now) return <p class="invitation">{wanted ? "Looking at the run…" : "No run yet. Name one and start it: its curves appear here."}</p>;
  const active = now.state === "running" || now.state === "stopping";
  const rows = now.metrics ?? [];
  const left = active && now.seconds_left !== undefined ? `, about ${clock(now.seconds_left)} left` : "";
  return (
    <>
      <header class="stage-head">
        <h1>{now.name}</h1>
        <p class="facts">
          <span class={`state ${now.state}`}>{stateTexts[now.state]}</span>
          {now.last && `: ${now.last.batch} batches, ${clock(now.last.seconds)} of training`}
          {left}
          {now.best_valid_nats !== undefined && `; best on held-out music ${now.best_valid_nats.toFixed(3)} nats per step`}
        </p>
        <div class="actions">
          <button type="button" class={active ? "" : "strong"} disabled={now.state === "stopping" || (!active && anyRunning.value)} onClick={() => void stopOrResume(now)}>
            {now.state === "running" ? "Save and stop" : now.state === "stopping" ? "Stopping…" : "Resume"}
          </button>
        </div>
      </header>
      {rows.length > 0 ? (
        <Curves rows={rows} name={now.name} />
      ) : (
        <p class="invitation">{active ? "The first point comes with the first validation." : "Nothing was measured yet."}</p>
      )}
      {(now.samples ?? []).length > 0 && (
        <section class="samples" aria-labelledby="samples-title">
          <h2 id="samples-title">Samples it composed</h2>
          <ul>
            {now.samples!.slice(0, 24).map((sample) => (
              <li key={sample}>
                <span>{sample.replace(/\.mid$/, "")}</span>
                <span class="row">
                  <button type="button" aria-label={`${player.id.value === `sample ${sample}` ? "Stop" : "Play"} ${sample}`} onClick={() => void hear(now, sample)}>
                    {player.id.value === `sample ${sample}` ? "Stop" : "Play"}
                  </button>
                  <button type="button" aria-label={`Rework ${sample}`} onClick={() => void keepSample(now, sample, props.onRework)}>Rework</button>
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {(now.log ?? []).length > 0 && (
        <details class="log" open={now.state === "failed"}>
          <summary>What toccata train says</summary>
          <pre tabIndex={0} aria-label="Messages of toccata train">{now.log!.slice(-60).join("\n")}</pre>
        </details>
      )}
    </>
  );
}

export function TrainView(props: { onRework: (piece: Piece) => void }) {
  useEffect(() => void refresh(), []);
  const taken = (runs.value ?? []).some((each) => each.name === name.value);
  const none = folders.value?.length === 0;
  return (
    <div class="view train">
      <div class="controls">
        <form
          aria-label="A new run"
          onSubmit={(event) => {
            event.preventDefault();
            void start();
          }}
        >
          <h2>A new run</h2>
          {none ? (
            <p class="hint boxed">
              The page may train only on folders that the studio's owner named. Start the studio with <code>toccata studio --folder FOLDER</code>.
            </p>
          ) : (
            <SelectField
              label="Folder of music"
              value={folder.value}
              options={(folders.value ?? []).map((each) => ({ value: each.name, text: each.name }))}
              onChange={(value) => (folder.value = value)}
              hint={folders.value?.find((each) => each.name === folder.value)?.path}
            />
          )}
          <TextField label="Name of the run" value={name} required wrong={taken ? "There is a run of this name already." : undefined} />
          <div class="pair">
            <NumberField label="Time" unit="minutes" value={minutes} min={0.1} max={10080} step={0.1} />
            <NumberField label="Transpose" unit="± steps" value={transpose} min={0} max={24} />
          </div>
          <SelectField
            label="Begin with"
            value={restore.value}
            options={[{ value: "", text: "a new model" }, ...offered.value.filter((each) => each.complete).map((each) => ({ value: each.name, text: `the weights of ${each.name}` }))]}
            onChange={(value) => (restore.value = value)}
          />
          {!restore.value && (
            <SelectField label="Size" value={units.value} options={Object.entries(sizes).map(([value, size]) => ({ value, text: size.text }))} onChange={(value) => (units.value = value)} />
          )}
          <details>
            <summary>More</summary>
            <SliderField label="Keep (dropout)" value={keepProb} min={0.3} max={1} step={0.05} say={(value) => value.toFixed(2)} />
            <CheckField label="Measure often" value={often} hint="Validation every 5 batches, a sample every 10: for small folders and for watching." />
          </details>
          <button type="submit" class="key" disabled={none || taken || anyRunning.value || !folder.value}>
            <span>Train</span>
            <small>{anyRunning.value ? "one run at a time" : "↵"}</small>
          </button>
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
                    <span class={`state ${each.state}`}>{stateTexts[each.state]}</span>
                    {each.best_valid_nats !== undefined && `, ${each.best_valid_nats.toFixed(2)} nats per step`}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </nav>
      </div>
      <section class="stage" aria-label="The run">
        <RunView onRework={props.onRework} />
      </section>
    </div>
  );
}
