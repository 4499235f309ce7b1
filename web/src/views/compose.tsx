// Compose: press a card or the key, and listen.
import { computed, signal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { api, type Composition } from "../api";
import { Composer } from "../composing";
import { Controls } from "../control";
import { download, givenOf, midiOf, retimed } from "../files";
import { forgetPiece, kept, keepPiece, pieces, type Piece } from "../keep";
import { chooseModel, model, modelName } from "../models";
import { emptyMusic, lastBar, type Music } from "../music";
import { Candidates, letters, type Group } from "../parts/candidates";
import { Choices } from "../parts/choices";
import { ControlFields, ControlGroup } from "../parts/control_fields";
import { Details, nats } from "../parts/details";
import { CheckField, NumberField, SelectField, unfold } from "../parts/fields";
import { Key, type Work } from "../parts/key";
import { Library } from "../parts/library";
import { ModelField } from "../parts/model_field";
import { RollView } from "../parts/roll_view";
import { StartCards } from "../parts/start_cards";
import { fastest, slowest, Transport } from "../parts/transport";
import { player, whole } from "../player";
import { attempt, say } from "../says";
import { useShortcuts } from "../shortcuts";
import type { Start } from "../starts";

const bars = kept("compose.bars", 32);
const controls = new Controls("compose", ["temperature", "first", "Limits", "Sampling"]);
const meter = kept("compose.meter", "4/4");
const tempo = kept("compose.tempo", 120);
const usualVelocity = 80;
const velocity = kept("compose.velocity", usualVelocity);
const count = kept("compose.count", 1);
const seed = kept("compose.seed", 1);
const newSeed = kept("compose.newSeed", true);
const hear = kept("compose.hear", true);
const currentId = kept("compose.piece", "");
const primeId = kept("compose.prime", "");
/** The model whose card was pressed; empty: the key was. */
const pressed = kept("compose.pressed", "");
const start = signal(0);
/** Orders of several pieces, the last first: their pieces stay side by side until thrown away. */
const groups = kept<{ title: string; ids: string[] }[]>("compose.groups", []);

const pieceOf = (id: string) => pieces.value.find((piece) => piece.id === id) ?? null;
const current = computed(() => pieceOf(currentId.value));
const prime = computed(() => pieceOf(primeId.value));
const candidates = computed((): Group[] => {
  let index = 0;
  return groups.value
    .map(({ title, ids }) => ({
      title,
      candidates: ids.flatMap((id) => {
        const piece = pieceOf(id);
        return piece ? [{ piece, name: letters(index++), region: null }] : [];
      }),
    }))
    .filter((group) => group.candidates.length > 0);
});

const meters = ["2/4", "3/4", "4/4", "5/4", "6/8", "7/8", "9/8", "12/8"];

export const composer = new Composer("compose", (made, composition) => void done(made, composition));

function done(made: Piece[], composition: Composition) {
  if (made.length === 0) {
    if (composition.state === "stopped") say("Stopped before the first note.");
    return;
  }
  // What is heard while it grew is heard on as the piece that it became.
  currentId.value = made[0].id;
  if (made.length > 1) groups.value = [{ title: made[0].title.replace(/, \d+$/, ""), ids: made.map((piece) => piece.id) }, ...groups.value];
  if (!player.id.value) start.value = made[0].newFrom;
  const lost = composition.warnings?.length ?? 0;
  say(
    composition.state === "stopped"
      ? "Stopped. What was composed is kept."
      : lost > 0
      ? `${made.length} of ${made.length + lost} pieces found a way within the limits; more foresight finds more.`
      : `Done: ${made.length === 1 ? `${made[0].music.notes.length} notes` : `${made.length} pieces`}, kept in this browser.`,
  );
}

async function press() {
  const chosen = model.value;
  if (composer.busy || !chosen) return;
  player.stop();
  controls.problem.value = null;
  if (newSeed.value) seed.value = Math.floor(Math.random() * 2 ** 31);
  const title = `${modelName.value} ${seed.value}`;
  let past: Music | undefined;
  try {
    const before = prime.value;
    // As this model hears it, whichever composed it.
    if (before) past = (await api.read(await midiOf(before), before.title, chosen.name)).music;
    await composer.start(
      {
        model: modelName.value,
        bars: bars.value,
        pieces: count.value,
        seed: seed.value,
        ...controls.order(),
        tempo: tempo.value,
        // Unless another is asked for, what goes on from a piece is as loud as that.
        ...(velocity.value === usualVelocity ? {} : { velocity: velocity.value }),
        ...(before ? { prime: await givenOf(before) } : { meter: meter.value }),
      },
      chosen,
      { title, past },
    );
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    controls.refused(text);
    return say(text, "wrong");
  }
  const live = composer.live.value;
  if (!live) return;
  start.value = past?.steps ?? 0;
  if (hear.value && player.worklet) playGrowing(past?.steps ?? 0);
}

function begin(card: Start) {
  chooseModel(card.model);
  pressed.value = card.model;
  meter.value = card.meter;
  bars.value = card.bars;
  tempo.value = card.tempo;
  count.value = 1;
  primeId.value = "";
  // Without it there is no sound within the second, and with it the press was for nothing else.
  hear.value = true;
  void press();
}

/** Composes with a model at once. */
export function composeWith(name: string) {
  chooseModel(name);
  pressed.value = "";
  if (model.value?.name === name) void press();
}

function playGrowing(from: number) {
  const growing = composer.live.value?.pieces[0];
  if (!growing) return;
  void player.play(
    {
      id: "compose",
      music: growing.music,
      tempo: composer.tempo ?? tempo.value,
      velocity: velocity.value,
      known: () => growing.known,
      complete: () => growing.known >= growing.music.steps || composer.live.value?.pieces[0] !== growing,
    },
    from,
  );
}

/** The tempo is the piece's: it is kept with it, and stands in its files. */
function setTempo(piece: Piece | null, value: number) {
  player.setTempo(value);
  if (composer.live.value && ["", "compose"].includes(player.id.value)) return composer.setTempo(value);
  if (piece) void attempt(() => keepPiece(retimed(piece, value)));
}

export function ComposeView(props: { onRework: (piece: Piece) => void }) {
  const form = useRef<HTMLFormElement>(null);
  const live = composer.live.value;
  const piece = current.value;
  const growing = live?.pieces[0];
  const sounding = player.now.value;
  // What sounds is shown; else what is being composed; else the piece that was chosen.
  const heard = candidates.value.flatMap((group) => group.candidates).find((each) => sounding?.id === `candidate ${each.piece.id}`)?.piece;
  const music = sounding?.music ?? growing?.music ?? piece?.music ?? emptyMusic;
  const grows = growing !== undefined && music === growing.music;
  const shownPiece = grows ? null : (heard ?? piece);
  const known = grows ? growing.known : music.steps;
  const newFrom = grows ? 0 : (shownPiece?.newFrom ?? 0);
  const shown = useMemo(
    () => ({ music, newFrom, known, region: null, pinned: new Set<string>(), surprise: null, start: start.value }),
    [music, newFrom, known, start.value],
  );

  const play = () => {
    if (growing) return playGrowing(Math.min(start.value, growing.known));
    if (piece) void player.play(whole("piece", piece), start.value >= piece.music.steps ? 0 : start.value);
  };
  const submit = () => form.current?.requestSubmit();

  useShortcuts({
    " ": () => (sounding ? player.stop() : play()),
    c: () => !live && submit(),
    Escape: () => (live ? void composer.stop() : player.stop()),
    l: () => (player.loop.value = !player.loop.value),
  });

  const work: Work | null = live && { what: "composing", done: live.doneSteps / Math.max(1, live.allSteps), secondsLeft: live.secondsLeft, onStop: () => void composer.stop() };
  const opening = !live && !piece && !sounding;
  return (
    <div class="view compose">
      <StartCards large={opening} pressed={pressed.value} work={work} onPress={begin} />
      <form
        ref={form}
        class="controls"
        aria-label="What to compose"
        onInvalidCapture={unfold}
        onSubmit={(event) => {
          event.preventDefault();
          pressed.value = "";
          void press();
        }}
      >
        <Choices title="Model, length, limits">
          <ModelField />
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
            <NumberField label="Tempo" unit="♩ per minute" value={tempo} min={slowest} max={fastest} />
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
        </Choices>
        <Key text="Compose" hint="C" disabled={!model.value || live !== null} work={pressed.value ? null : work} />
      </form>
      <section class="stage" aria-label="The piece">
        {!opening && (
          <>
            <header class="stage-head">
              <h1>{grows ? "Composing" : (shownPiece?.title ?? "A piece")}</h1>
              {shownPiece && (
                <>
                  <p class="facts">
                    {shownPiece.music.notes.length} notes in {lastBar(shownPiece.music)} bars
                  </p>
                  <Details
                    of="the piece"
                    rows={[
                      ["Model", shownPiece.model],
                      ["Seed", shownPiece.seed],
                      ["Likelihood", nats(shownPiece.natsPerStep)],
                      ["Steps", shownPiece.music.steps],
                    ]}
                  />
                </>
              )}
            </header>
            <RollView
              label={shownPiece?.title ?? "Piano roll"}
              shown={shown}
              version={composer.version.value}
              onSeek={(step) => {
                start.value = step;
                if (sounding) void player.play(sounding, step);
              }}
            />
            <div class="under">
              <Transport music={music} start={start.value} tempo={(growing ? composer.tempo : piece?.tempo) ?? tempo.value} onPlay={play} onTempo={(value) => setTempo(heard ?? piece, value)} />
              {shownPiece && !live && (
                <div class="actions" role="group" aria-label="What to do with it">
                  <button type="button" onClick={() => props.onRework(shownPiece)}>Rework</button>
                  <button
                    type="button"
                    onClick={() => {
                      primeId.value = shownPiece.id;
                      say(`The next piece goes on from ${shownPiece.title}.`);
                    }}
                  >
                    Go on from it
                  </button>
                  <button type="button" onClick={() => void download(shownPiece, "mid")}>MIDI</button>
                  <button type="button" onClick={() => void download(shownPiece, "flac")}>FLAC</button>
                  <button type="button" onClick={() => void download(shownPiece, "svg")}>Picture</button>
                </div>
              )}
            </div>
          </>
        )}
        {candidates.value.length > 0 && (
          <Candidates
            groups={candidates.value}
            current={currentId.value}
            verb="Show"
            onPlay={({ piece: which }, id, from) => void player.play(whole(id, which), from ?? which.newFrom)}
            onTake={({ piece: chosen }) => {
              player.stop();
              currentId.value = chosen.id;
              start.value = chosen.newFrom;
            }}
            onThrow={(thrown) => {
              const gone = new Set(thrown.map((each) => each.piece.id));
              if (sounding && thrown.some((each) => sounding.id === `candidate ${each.piece.id}`)) player.stop();
              void attempt(async () => {
                for (const id of gone) await forgetPiece(id);
              });
              groups.value = groups.value.map(({ title, ids }) => ({ title, ids: ids.filter((id) => !gone.has(id)) })).filter(({ ids }) => ids.length > 0);
              say(thrown.length === 1 ? `Candidate ${thrown[0].name} is thrown away.` : `${thrown.length} candidates are thrown away.`);
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
