// Compose: choose, press one key, listen.
import { computed, signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { Composer } from "../composing";
import { Controls } from "../control";
import { download } from "../files";
import { kept, pieces, type Piece } from "../keep";
import { chooseModel, model, modelHint, modelName, modelOptions } from "../models";
import { emptyMusic } from "../music";
import { Candidates } from "../parts/candidates";
import { ControlFields, ControlGroup } from "../parts/control_fields";
import { CheckField, NumberField, SelectField } from "../parts/fields";
import { Library } from "../parts/library";
import { RollView } from "../parts/roll_view";
import { Transport } from "../parts/transport";
import { player } from "../player";
import { say } from "../says";
import { useShortcuts } from "../shortcuts";

const bars = kept("compose.bars", 32);
const controls = new Controls("compose", ["temperature", "first", "Limits", "Sampling"]);
const meter = kept("compose.meter", "4/4");
const tempo = kept("compose.tempo", 120);
const velocity = kept("compose.velocity", 80);
const count = kept("compose.count", 1);
const seed = kept("compose.seed", 1);
const newSeed = kept("compose.newSeed", true);
const hear = kept("compose.hear", true);
const currentId = kept("compose.piece", "");
const primeId = kept("compose.prime", "");
const start = signal(0);
/** Those of the last order, where it had several pieces. */
const candidateIds = kept<string[]>("compose.candidates", []);

const current = computed(() => pieces.value.find((piece) => piece.id === currentId.value) ?? null);
const candidates = computed(() => candidateIds.value.flatMap((id) => pieces.value.find((piece) => piece.id === id) ?? []));
const prime = computed(() => pieces.value.find((piece) => piece.id === primeId.value) ?? null);

const meters = ["2/4", "3/4", "4/4", "5/4", "6/8", "7/8", "9/8", "12/8"];

export const composer = new Composer("compose", (made, composition) => {
  if (made.length === 0) {
    if (composition.state === "stopped") say("Stopped before the first note.");
    return;
  }
  currentId.value = made[0].id;
  candidateIds.value = made.length > 1 ? made.map((piece) => piece.id) : [];
  if (!player.id.value) start.value = made[0].newFrom;
  const lost = composition.warnings?.length ?? 0;
  say(
    composition.state === "stopped"
      ? "Stopped. What was composed is kept."
      : lost > 0
      ? `${made.length} of ${made.length + lost} pieces found a way within the limits; more particles find more.`
      : `Done: ${made.length === 1 ? `${made[0].music.notes.length} notes` : `${made.length} pieces`}, seed ${composition.seed}. Kept in this browser.`,
  );
});

async function press() {
  if (composer.busy || !model.value) return;
  player.stop();
  if (newSeed.value) seed.value = Math.floor(Math.random() * 2 ** 31);
  const past = prime.value?.music;
  const title = `${modelName.value} ${seed.value}`;
  await composer.start(
    {
      model: modelName.value,
      bars: bars.value,
      pieces: count.value,
      seed: seed.value,
      ...controls.order(),
      tempo: tempo.value,
      velocity: velocity.value,
      ...(past ? { prime: { music: past, name: prime.value!.title } } : { meter: meter.value }),
    },
    model.value,
    title,
    past,
  );
  const live = composer.live.value;
  if (!live) return;
  start.value = past?.steps ?? 0;
  if (hear.value && player.worklet) {
    const growing = live.pieces[0];
    void player.play(
      {
        id: "compose",
        music: growing.music,
        tempo: tempo.value,
        velocity: velocity.value,
        known: () => growing.known,
        complete: () => growing.known >= growing.music.steps || (composer.live.value?.pieces[0] !== growing),
      },
      past?.steps ?? 0,
    );
  }
}

export function ComposeView(props: { onRework: (piece: Piece) => void }) {
  const live = composer.live.value;
  const piece = current.value;
  const growing = live?.pieces[0];
  const music = growing?.music ?? piece?.music ?? emptyMusic;
  const loop = player.loop.value !== null;
  const shown = useMemo(
    () => ({
      music,
      newFrom: growing ? 0 : (piece?.newFrom ?? 0),
      known: growing?.known ?? music.steps,
      region: null,
      pinned: new Set<string>(),
      surprise: null,
      start: start.value,
    }),
    [music, growing?.known, start.value],
  );

  const play = () => {
    if (growing) {
      return void player.play(
        { id: "compose", music: growing.music, tempo: tempo.value, velocity: velocity.value, known: () => growing.known, complete: () => growing.known >= growing.music.steps },
        Math.min(start.value, growing.known),
      );
    }
    if (!piece) return;
    const from = start.value >= piece.music.steps ? 0 : start.value;
    void player.play(
      { id: "compose", music: piece.music, tempo: piece.tempo, velocity: piece.velocity, known: () => piece.music.steps, complete: () => true },
      from,
    );
  };
  const setLoop = (on: boolean) => (player.loop.value = on ? { from: 0, to: music.steps } : null);

  useShortcuts({
    " ": () => (player.id.value === "compose" ? player.stop() : play()),
    c: () => void press(),
    Escape: () => (live ? void composer.stop() : player.stop()),
    l: () => setLoop(!loop),
  });

  const percent = live ? Math.round((100 * live.doneSteps) / Math.max(1, live.allSteps)) : 0;
  return (
    <div class="view compose">
      <form
        class="controls"
        aria-label="What to compose"
        onSubmit={(event) => {
          event.preventDefault();
          void press();
        }}
      >
        <SelectField label="Model" value={modelName.value} options={modelOptions()} onChange={chooseModel} hint={modelHint()} />
        {prime.value && (
          <p class="going-on">
            Goes on from <strong>{prime.value.title}</strong>{" "}
            <button type="button" class="quiet" onClick={() => (primeId.value = "")}>From silence instead</button>
          </p>
        )}
        <div class="pair">
          <NumberField label="Length" unit="bars" value={bars} min={1} max={512} />
          <SelectField label="Meter" value={meter.value} options={meters.map((text) => ({ value: text, text }))} onChange={(text) => (meter.value = text)} />
        </div>
        <ControlFields controls={controls} name="temperature" />
        <div class="pair">
          <NumberField label="Tempo" unit="♩ per minute" value={tempo} min={20} max={400} />
          <NumberField label="Pieces" value={count} min={1} max={8} />
        </div>
        <ControlGroup controls={controls} group="Limits" hint="No composed note breaks these. Notes that are given stay even where they would." />
        <ControlGroup controls={controls} group="Sampling" />
        <details>
          <summary>Seed and more</summary>
          <div class="pair">
            <NumberField label="Seed" value={seed} min={0} max={2 ** 31} disabled={newSeed.value} />
            <NumberField label="Loudness" unit="1 to 127" value={velocity} min={1} max={127} />
          </div>
          <CheckField label="A new seed for each piece" value={newSeed} hint="The same model, seed and controls compose the same piece again, here and with toccata generate." />
          <ControlFields controls={controls} name="first" />
        </details>
        <CheckField label="Play while it composes" value={hear} />
        {live ? (
          <button type="button" class="key pressed" onClick={() => void composer.stop()}>
            <span>Stop</span>
            <small>Esc</small>
          </button>
        ) : (
          <button type="submit" class="key" disabled={!model.value}>
            <span>Compose</span>
            <small>C</small>
          </button>
        )}
        {live && (
          <progress class="progress" max={100} value={percent} aria-label="Composed">
            {percent} %
          </progress>
        )}
      </form>
      <section class="stage" aria-label="The piece">
        <header class="stage-head">
          <h1>{live ? "Composing" : (piece?.title ?? "A blank roll")}</h1>
          {piece && !live && (
            <p class="facts">
              {piece.music.notes.length} notes in {piece.music.bars.length} bars
              {piece.natsPerStep !== undefined && <>, {piece.natsPerStep.toFixed(2)} nats per step</>}
            </p>
          )}
        </header>
        <RollView
          id="compose"
          label={piece?.title ?? "Piano roll"}
          shown={shown}
          version={composer.version.value}
          onSeek={(step) => {
            start.value = step;
            if (player.id.value === "compose") play();
          }}
        />
        {!live && !piece && <p class="invitation">Choose a model and press the key. Notes appear here while they are composed.</p>}
        <div class="under">
          <Transport
            id="compose"
            music={music}
            start={start.value}
            tempo={player.id.value === "compose" ? player.tempo.value : (live ? tempo.value : (piece?.tempo ?? tempo.value))}
            loop={loop}
            onPlay={play}
            onTempo={(value) => {
              tempo.value = value;
              if (player.id.value === "compose") player.setTempo(value);
            }}
            onLoop={setLoop}
          />
          {piece && !live && (
            <div class="actions" role="group" aria-label="What to do with it">
              <button type="button" onClick={() => props.onRework(piece)}>Rework</button>
              <button
                type="button"
                onClick={() => {
                  primeId.value = piece.id;
                  say(`The next piece goes on from ${piece.title}.`);
                }}
              >
                Go on from it
              </button>
              <button type="button" onClick={() => void download(piece, "mid")}>MIDI</button>
              <button type="button" onClick={() => void download(piece, "flac")}>FLAC</button>
              <button type="button" onClick={() => void download(piece, "svg")}>Picture</button>
            </div>
          )}
        </div>
        {candidates.value.length > 1 && !live && (
          <Candidates
            candidates={candidates.value}
            name={(_, index) => "ABCDEFGH"[index] ?? `${index + 1}`}
            region={null}
            current={currentId.value}
            verb="Show"
            onPlay={(which, id, from) =>
              void player.play({ id, music: which.music, tempo: which.tempo, velocity: which.velocity, known: () => which.music.steps, complete: () => true }, from ?? which.newFrom)
            }
            onTake={(chosen) => {
              player.stop();
              currentId.value = chosen.id;
              start.value = chosen.newFrom;
            }}
          />
        )}
        <Library
          current={currentId.value}
          verb="Show"
          onOpen={(opened) => {
            player.stop();
            currentId.value = opened.id;
            start.value = 0;
          }}
        />
      </section>
    </div>
  );
}
