// Rework: a piece from a file or from this browser; a region of it composed anew; candidates side
// by side; what surprises the model as colour.
import { computed, effect, signal } from "@preact/signals";
import { useId, useMemo, useRef } from "preact/hooks";
import { api, key, notesOf, type Order } from "../api";
import { Composer } from "../composing";
import { Controls } from "../control";
import { download, givenOf, midiOf, retimed } from "../files";
import { fromDesk, kept, keepPiece, newId, pieces, putOnDesk, tidyDesks, type Piece } from "../keep";
import { loadModels, model, modelName, models } from "../models";
import { type Music, barAt, barBegin, emptyMusic, firstBar, inRegion, lastBar, pitchName, type Region } from "../music";
import { Candidates, idOf, letters, type Candidate, type Group } from "../parts/candidates";
import { Choices } from "../parts/choices";
import { ControlFields, ControlGroup } from "../parts/control_fields";
import { Details, nats } from "../parts/details";
import { CheckField, NumberField, SelectField, unfold } from "../parts/fields";
import { Key, type Work } from "../parts/key";
import { Library } from "../parts/library";
import { ModelField } from "../parts/model_field";
import { surpriseColour } from "../parts/roll";
import { RollView } from "../parts/roll_view";
import { Transport } from "../parts/transport";
import { player, whole } from "../player";
import { attempt, say } from "../says";
import { useShortcuts } from "../shortcuts";

/** A candidate on the desk: of which order, and what it was made of. */
interface Made extends Candidate {
  order: string;
  title: string; // of its order: "mine, bars 3 to 4"
  base: string; // the piece's title
}

interface Desk {
  history: Piece[]; // what was undone lies behind `at`
  at: number;
  region: Region | null;
  pinned: string[]; // notes' names
  made: Made[]; // the last order's first; they stay until they are thrown away
  named: number; // letters given to them so far
}

const mostHistory = 60;
const empty: Desk = { history: [], at: -1, region: null, pinned: [], made: [], named: 0 };

const desk = signal<Desk>(empty);
const loaded = signal(false);
const count = kept("rework.count", 3);
const controls = new Controls("rework", ["temperature", "Limits", "Sampling"]);
/** What is composed: "region", or what goes with a voice: "top", "bottom", "track 2". */
const task = kept("rework.task", "region");
const colours = kept("rework.colours", false);
const start = signal(0);
const surprise = signal<{ of: string; model: string; nats: Map<string, number>; perStep: number } | null>(null);

const piece = computed(() => desk.value.history[desk.value.at] ?? null);
const harmonises = computed(() => tasks(piece.value).some((each) => each.value === task.value) && task.value !== "region");

function tasks(now: Piece | null) {
  return [
    { value: "region", text: "The region" },
    { value: "top", text: "What goes with the top voice" },
    { value: "bottom", text: "What goes with the lowest voice" },
    ...(now?.file?.tracks ?? []).map((name, index) => ({ value: `track ${index + 1}`, text: `What goes with track ${index + 1}${name ? `, ${name}` : ""}` })),
  ];
}

export async function loadDesk() {
  const found = await fromDesk<Desk>("rework").catch(() => undefined);
  if (found && Array.isArray(found.history)) desk.value = { ...empty, ...found };
  loaded.value = true;
  await tidyDesks().catch(() => undefined);
}

let writing = 0;
effect(() => {
  const value = desk.value;
  if (!loaded.value) return;
  clearTimeout(writing);
  writing = window.setTimeout(() => void putOnDesk("rework", value).catch(() => undefined), 150);
});

function change(next: Partial<Desk>) {
  desk.value = { ...desk.value, ...next };
}

function takeUp(next: Piece, fresh: boolean) {
  const before = fresh ? [] : desk.value.history.slice(0, desk.value.at + 1);
  const history = [...before, next].slice(-mostHistory);
  change({ history, at: history.length - 1, ...(fresh ? { region: null, pinned: [] } : {}) });
  if (fresh) start.value = 0;
}

/** Puts a piece on the desk; it replaces what was there, which stays in the library. */
export function openPiece(next: Piece) {
  player.stop();
  takeUp(next, true);
  say(`${next.title} is on the desk.`);
}

const most = 20; // files that are opened at a time

/** The first goes on the desk, and the others where pieces are kept. */
export async function openFiles(files: File[]) {
  const music = files.filter((file) => /\.(midi?|kar)$/i.test(file.name));
  if (music.length === 0) return say("Drop MIDI files: their names end in .mid, .midi or .kar.", "wrong");
  for (const file of music.slice(0, most).reverse()) await openFile(file);
  if (music.length > 1) say(`${Math.min(most, music.length)} files are kept; ${music[0].name} is on the desk.${music.length > most ? ` Of ${music.length} these are the first.` : ""}`);
}

async function openFile(file: File) {
  if (file.size > 16 * 1024 * 1024) return say(`${file.name}: larger than 16 MB, which is more than the studio reads.`, "wrong");
  if (!models.value) await loadModels();
  await attempt(async () => {
    say(`Reading ${file.name}…`, "doing");
    const bytes = await file.arrayBuffer();
    const read = await api.read(bytes, file.name, modelName.value, true);
    const opened: Piece = {
      id: newId(),
      title: file.name.replace(/\.(midi?|kar)$/i, ""),
      made: Date.now(),
      from: "file",
      model: modelName.value,
      music: read.music,
      tempo: Math.round(read.tempo * 100) / 100,
      velocity: 80,
      newFrom: 0,
      midi: bytes,
      ...(read.tracks.length > 1 ? { file: { tracks: read.tracks.map((track) => track.name) } } : {}),
    };
    openPiece(opened);
    await keepPiece(opened);
    const { repair_count, folded, merged, drums } = read.report;
    const remarks = [
      repair_count > 0 && `${repair_count} faults of the file mended`,
      folded > 0 && `${folded} notes moved by octaves into the model's range`,
      merged > 0 && `${merged} notes merged with others of their step`,
      drums > 0 && `${drums} drum notes left out`,
    ].filter(Boolean);
    const heard = remarks.length ? `; the model hears it with ${remarks.join(", ")}, and the file stays as it is` : "";
    say(`${opened.title}: ${read.music.notes.length} notes in ${lastBar(read.music)} bars${heard}.`);
  });
}

const baseOf = (title: string) => title.replace(/ \(reworked\)$/, "");

/** What an order was for: "bars 3 to 4", "the top voice". */
function wordsFor(order: Order, music: Music): string {
  if (order.melody) return order.melody.voice.startsWith("track") ? `around ${order.melody.voice}` : `around the ${order.melody.voice === "top" ? "top" : "lowest"} voice`;
  const { from, to } = order.infill!;
  const [first, last] = [barAt(music, from), barAt(music, to - 1)];
  return first === last ? `bar ${first}` : `bars ${first} to ${last}`;
}

// Each is shown as soon as it is there.
function show(piece: Piece, order: Order) {
  const { made, named } = desk.value;
  if (made.some((each) => each.piece.id === piece.id)) return;
  const number = piece.id.split(" ")[0];
  const base = baseOf(order.infill?.name ?? order.melody?.name ?? "");
  const { infill } = order;
  const region = infill ? { from: infill.from, to: infill.to, low: infill.low, high: infill.high } : null;
  const first = made.length === 0 ? 0 : named;
  const fresh: Made = { piece, name: letters(first), region, order: number, title: `${base}, ${wordsFor(order, piece.music)}`, base };
  const same = made.filter((each) => each.order === number);
  change({ made: [...same, fresh, ...made.filter((each) => each.order !== number)], named: first + 1 });
}

const groups = computed((): Group[] => {
  const orders = [...new Set(desk.value.made.map((each) => each.order))];
  return orders.map((order) => {
    const candidates = desk.value.made.filter((each) => each.order === order);
    return { title: candidates[0].title, candidates };
  });
});

export const composer = new Composer("rework", (made, composition, order) => {
  for (const piece of made) show(piece, order);
  const lost = composition.warnings?.length ?? 0;
  if (made.length > 0 && lost > 0) say(`${made.length} of ${made.length + lost} candidates found a way within the limits; more foresight finds more.`);
  else if (made.length > 0) say(`${made.length === 1 ? "One candidate" : `${made.length} candidates`} to choose from. They stay until you throw them away.`);
  else if (composition.state === "stopped") say("Stopped; nothing was changed.");
}, show);

async function infill(now: Piece, region: Region): Promise<Partial<Order>> {
  const there = new Set(now.music.notes.map(key));
  const pinned = desk.value.pinned.filter((name) => there.has(name)).map((name) => name.split(":").map(Number) as [number, number]);
  return { infill: { ...(await givenOf(now)), ...region, pinned } };
}

async function melody(now: Piece): Promise<Partial<Order>> {
  return { melody: { ...(await givenOf(now)), voice: task.value } };
}

async function recompose() {
  const now = piece.value;
  const region = desk.value.region;
  if (!now || !model.value || composer.busy || (!region && !harmonises.value)) return;
  player.stop();
  controls.problem.value = null;
  try {
    const given = harmonises.value ? await melody(now) : await infill(now, region!);
    const seed = Math.floor(Math.random() * 2 ** 31);
    await composer.start({ model: modelName.value, pieces: count.value, seed, ...controls.order(), ...given }, model.value, {
      title: now.title,
      whole: now.music,
      tempo: now.tempo,
    });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    controls.refused(text);
    say(text, "wrong");
  }
}

function accept({ piece: candidate, name, base }: Made) {
  const now = piece.value;
  const same = now !== null && baseOf(now.title) === base;
  const timed = same && now.tempo !== candidate.tempo ? retimed(candidate, now.tempo) : candidate;
  const next: Piece = { ...timed, id: newId(), title: `${base} (reworked)`, made: Date.now(), file: same ? now.file : undefined };
  player.stop();
  takeUp(next, !same);
  void attempt(() => keepPiece(next));
  say(`Candidate ${name} is in the piece. The others stay until you throw them away.`);
}

function throwAway(thrown: Candidate[]) {
  const gone = new Set(thrown.map((each) => each.piece.id));
  if (thrown.some((each) => player.id.value === idOf(each.piece))) player.stop();
  change({ made: desk.value.made.filter((each) => !gone.has(each.piece.id)) });
  say(thrown.length === 1 ? `Candidate ${thrown[0].name} is thrown away.` : `${thrown.length} candidates are thrown away.`);
}

function step(by: number) {
  const at = desk.value.at + by;
  if (at < 0 || at >= desk.value.history.length) return say(by < 0 ? "There is nothing to undo." : "There is nothing to redo.");
  player.stop();
  change({ at });
  say(by < 0 ? "Undone." : "Done again.");
}

// The model may be changed under an open file: its notes are shown as that one hears them.
let fitting = "";
effect(() => {
  const now = piece.value;
  const known = model.value;
  if (!loaded.value || !now || !known) return;
  const { grid, low, high, articulation } = now.music;
  if (grid === known.grid && low === known.low && high === known.high && articulation === known.articulation) return;
  const mark = `${now.id} ${known.name}`;
  if (fitting === mark) return;
  fitting = mark;
  void attempt(async () => {
    const { music } = await api.read(await midiOf(now), now.title, known.name, true);
    const { history, at, region, pinned } = desk.value;
    if (piece.value?.id !== now.id || modelName.value !== known.name) return;
    const step = (old: number) => Math.min(music.steps, Math.round((old * music.grid) / grid));
    change({
      history: history.map((each, index) => (index === at ? { ...each, music } : each)),
      region: region && { from: step(region.from), to: step(region.to), low: Math.max(music.low, Math.min(music.high, region.low)), high: Math.min(music.high, Math.max(music.low, region.high)) },
      pinned: grid === music.grid ? pinned : [],
    });
  }).finally(() => (fitting = ""));
});

// Surprise is asked for anew whenever the piece or the model changes.
let asking = "";
effect(() => {
  const now = piece.value;
  const by = modelName.value;
  if (!colours.value || !now || !model.value) return;
  if (now.music.grid !== model.value.grid || now.music.low !== model.value.low || now.music.high !== model.value.high) return; // see above
  if (surprise.value?.of === now.id && surprise.value.model === by) return;
  const mark = `${now.id} ${by}`;
  if (asking === mark) return;
  asking = mark;
  say("Asking the model what surprises it…", "doing");
  void attempt(async () => {
    const found = await api.surprise(by, now.music);
    surprise.value = { of: now.id, model: by, nats: notesOf(found), perStep: found.nats_per_step };
    say(`Each note's colour shows how much it surprises ${by}.`);
  }).finally(() => (asking = ""));
});

function RegionFields() {
  const now = piece.value!;
  const music = now.music;
  const region = desk.value.region;
  const id = useId();
  const set = (next: Partial<Region>) => {
    const base = region ?? { from: 0, to: music.steps, low: music.low, high: music.high };
    const made = { ...base, ...next };
    if (made.from < made.to && made.low <= made.high) change({ region: made });
  };
  const [first, last] = [firstBar(music), lastBar(music)];
  const number = (label: string, value: number, min: number, max: number, act: (value: number) => void, shown?: string) => (
    <div class="field">
      <label for={`${id}${label}`}>
        {label} {shown && <span class="unit">{shown}</span>}
      </label>
      <input
        id={`${id}${label}`}
        type="number"
        min={min}
        max={max}
        value={value}
        onChange={(event) => {
          const typed = (event.target as HTMLInputElement).valueAsNumber;
          if (Number.isFinite(typed)) act(Math.min(max, Math.max(min, Math.round(typed))));
        }}
      />
    </div>
  );
  const low = region?.low ?? music.low;
  const high = region?.high ?? music.high;
  return (
    <fieldset class="region">
      <legend>Region</legend>
      <p class="hint">Draw it on the roll, or say it here. Click a note to pin it.</p>
      <div class="pair">
        {number("From bar", region ? barAt(music, region.from) : first, first, last, (bar) => set({ from: barBegin(music, bar), to: Math.max(region?.to ?? music.steps, barBegin(music, bar + 1)) }))}
        {number("To bar", region ? barAt(music, region.to - 1) : last, first, last, (bar) => set({ to: barBegin(music, bar + 1), from: Math.min(region?.from ?? 0, barBegin(music, bar)) }))}
      </div>
      <div class="pair">
        {number("Lowest", low, music.low, music.high, (pitch) => set({ low: pitch, high: Math.max(pitch, high) }), pitchName(low))}
        {number("Highest", high, music.low, music.high, (pitch) => set({ high: pitch, low: Math.min(pitch, low) }), pitchName(high))}
      </div>
      <div class="row">
        <button type="button" class="quiet" onClick={() => change({ region: { from: 0, to: music.steps, low: music.low, high: music.high } })}>Everything</button>
        <button type="button" class="quiet" disabled={!region} onClick={() => change({ region: null })}>Nothing</button>
        <button
          type="button"
          class="quiet"
          disabled={!region}
          onClick={() => {
            const names = music.notes.filter((note) => inRegion(note, region!)).map(key);
            const all = names.every((name) => desk.value.pinned.includes(name));
            change({ pinned: all ? desk.value.pinned.filter((name) => !names.includes(name)) : [...new Set([...desk.value.pinned, ...names])] });
            say(all ? "Those notes are free again." : `${names.length} notes are pinned.`);
          }}
        >
          Pin or free its notes
        </button>
      </div>
      {desk.value.pinned.length > 0 && <p class="hint">{desk.value.pinned.length} notes are pinned and stay.</p>}
    </fieldset>
  );
}

function Legend() {
  return (
    <div class="legend" role="img" aria-label="Colours: from blue, expected, to red, a surprise of six nats or more">
      <span>expected</span>
      {[0, 1.5, 3, 4.5, 6].map((nats) => (
        <svg key={nats} width="22" height="10" aria-hidden="true">
          <rect width="22" height="10" rx="2" fill={surpriseColour(nats)} />
        </svg>
      ))}
      <span>surprising</span>
    </div>
  );
}

export function ReworkView() {
  const file = useRef<HTMLInputElement>(null);
  const form = useRef<HTMLFormElement>(null);
  const now = piece.value;
  const live = composer.live.value;
  const growing = live?.pieces[0];
  const sounding = player.now.value;
  // While particles are weighed there is nothing to show yet: the piece as it is stays in view.
  const grows = !sounding && growing !== undefined && growing.known > growing.past;
  const music = sounding?.music ?? (grows ? growing.music : undefined) ?? now?.music ?? emptyMusic;
  const region = harmonises.value ? null : desk.value.region;
  const heard = desk.value.made.find((each) => sounding?.id === idOf(each.piece));
  const surprises = colours.value && music === now?.music && surprise.value?.of === now.id ? surprise.value : null;

  const shown = useMemo(
    () => ({
      music,
      newFrom: Infinity,
      known: music.steps,
      region,
      pinned: new Set(desk.value.pinned),
      surprise: surprises?.nats ?? null,
      start: start.value,
    }),
    [music, region, desk.value.pinned, surprises, start.value],
  );

  const part = () => (harmonises.value ? null : desk.value.region);
  const play = () => now && void player.play(whole("rework", now, part), start.value >= now.music.steps ? 0 : start.value);
  const submit = () => form.current?.requestSubmit();

  useShortcuts({
    " ": () => (sounding ? player.stop() : play()),
    c: () => !live && now && submit(),
    l: () => (player.loop.value = !player.loop.value),
    s: () => (colours.value = !colours.value),
    Escape: () => (live ? void composer.stop() : player.stop()),
    "Ctrl+z": () => step(-1),
    "Ctrl+Shift+z": () => step(1),
    "Ctrl+y": () => step(1),
  });

  const work: Work | null = live && { what: "composing", done: live.doneSteps / Math.max(1, live.allSteps), secondsLeft: live.secondsLeft, onStop: () => void composer.stop() };
  const opener = (
    <div class="opener">
      <input
        ref={file}
        type="file"
        accept=".mid,.midi,.kar,audio/midi"
        class="visually-hidden"
        aria-label="MIDI file"
        tabIndex={-1}
        onChange={(event) => {
          const input = event.target as HTMLInputElement;
          const first = input.files?.[0];
          if (first) void openFile(first);
          input.value = "";
        }}
      />
      <button type="button" onClick={() => file.current!.click()}>Open a MIDI file…</button>
    </div>
  );

  return (
    <div class="view rework">
      <form
        ref={form}
        class="controls"
        aria-label="What to rework"
        onInvalidCapture={unfold}
        onSubmit={(event) => {
          event.preventDefault();
          void recompose();
        }}
      >
        {opener}
        <Choices title="Region, candidates, limits">
          <ModelField />
          {now && <SelectField label="Compose anew" value={harmonises.value ? task.value : "region"} options={tasks(now)} onChange={(value) => (task.value = value)} />}
          {now && !harmonises.value && <RegionFields />}
          {now && harmonises.value && <p class="hint">Its notes stay as they are; everything else is composed around them.</p>}
          {now && (
            <>
              <div class="pair">
                <NumberField label="Candidates" value={count} min={1} max={8} />
              </div>
              <ControlFields controls={controls} name="temperature" />
              <ControlGroup controls={controls} group="Limits" hint="No composed note breaks these. Notes that are given stay even where they would." />
              <ControlGroup controls={controls} group="Sampling" />
              <CheckField label="Colour notes by surprise (S)" value={colours} />
              {colours.value && <Legend />}
            </>
          )}
        </Choices>
        {now && (
          <Key
            text={harmonises.value ? "Harmonise" : "Recompose"}
            hint={region || harmonises.value ? "C" : "select a region first"}
            disabled={!model.value || (!region && !harmonises.value)}
            work={work}
          />
        )}
      </form>
      <section class="stage" aria-label="The piece">
        <header class="stage-head">
          <h1>{heard ? `Candidate ${heard.name}` : (now?.title ?? "An empty desk")}</h1>
          {now && (
            <>
              <p class="facts">
                {music.notes.length} notes in {lastBar(music)} bars
              </p>
              <Details
                of="the piece"
                rows={[
                  ["Surprise", surprises ? `${nats(surprises.perStep)} to ${surprises.model}` : undefined],
                  ["Steps", music.steps],
                  ["Model", now.model],
                ]}
              />
            </>
          )}
        </header>
        {now ? (
          <RollView
            label={now.title}
            shown={shown}
            version={composer.version.value}
            onSeek={(to) => {
              start.value = to;
              if (sounding) void player.play(sounding, to);
            }}
            onRegion={(next) => change({ region: next })}
            onNote={(note) => {
              const name = key(note);
              const there = desk.value.pinned.includes(name);
              change({ pinned: there ? desk.value.pinned.filter((each) => each !== name) : [...desk.value.pinned, name] });
              say(`${pitchName(note[2])} in bar ${barAt(now.music, note[0])} is ${there ? "free again" : "pinned"}.`);
              void player.touch(note[2]).catch(() => undefined);
            }}
          />
        ) : (
          <div class="drop">
            <p>Drop a MIDI file here, open one, or take up a piece that is kept below.</p>
            <p class="hint">It is read on this machine, and stays there.</p>
          </div>
        )}
        {now && (
          <div class="under">
            <Transport
              music={music}
              start={start.value}
              tempo={now.tempo}
              onPlay={play}
              onTempo={(value) => {
                const timed = retimed(now, value);
                const history = [...desk.value.history];
                history[desk.value.at] = timed;
                change({ history });
                player.setTempo(value);
                if (pieces.value.some((each) => each.id === now.id)) void attempt(() => keepPiece(timed));
              }}
            />
            <div class="actions" role="group" aria-label="What to do with it">
              <button type="button" disabled={desk.value.at <= 0} title="Ctrl+Z" onClick={() => step(-1)}>Undo</button>
              <button type="button" disabled={desk.value.at >= desk.value.history.length - 1} title="Ctrl+Shift+Z" onClick={() => step(1)}>Redo</button>
              <button type="button" onClick={() => void download(now, "mid")}>MIDI</button>
              <button type="button" onClick={() => void download(now, "flac")}>FLAC</button>
              <button type="button" onClick={() => void download(now, "svg")}>Picture</button>
            </div>
          </div>
        )}
        {groups.value.length > 0 && (
          <Candidates
            groups={groups.value}
            verb="Take"
            onPlay={({ piece: each, region: at }, id, from) => {
              const before = at ? barBegin(each.music, Math.max(1, barAt(each.music, at.from) - 1)) : 0;
              void player.play(whole(id, { ...each, tempo: now?.tempo ?? each.tempo }, () => at), from ?? before);
            }}
            onTake={(each) => accept(each as Made)}
            onThrow={throwAway}
          />
        )}
        <Library current={now?.id} verb="Open" onOpen={openPiece} />
      </section>
    </div>
  );
}
