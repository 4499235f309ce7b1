// The studio's frame: its three rooms, what it says, light and dark.
import { useEffect, useRef } from "preact/hooks";
import { loadControls } from "./control";
import { kept, loadPieces, type Piece } from "./keep";
import { loadModels } from "./models";
import { player } from "./player";
import { say, saying } from "./says";
import { shortcutsOn, useShortcuts } from "./shortcuts";
import { theme } from "./theme";
import { DropTarget, type Dropped } from "./parts/drop";
import { TokenDialog } from "./parts/token";
import { ComposeView, composer as composing, composeWith } from "./views/compose";
import { ReworkView, composer as reworking, loadDesk, openFiles, openPiece } from "./views/rework";
import { learnFrom, TrainView } from "./views/train";

type Room = "compose" | "rework" | "train";
const rooms: { name: Room; text: string; drop: string }[] = [
  { name: "compose", text: "Compose", drop: "Let go: it is put on the Rework desk" },
  { name: "rework", text: "Rework", drop: "Let go: it is put on the desk" },
  { name: "train", text: "Train", drop: "Let go: it is music to learn from" },
];
const room = kept<Room>("room", "compose");

function enter(name: Room) {
  if (room.value === name) return;
  player.stop();
  player.loop.value = false;
  room.value = name;
  if (saying.value.kind !== "doing") say("Ready.");
}

const themes = { system: "Auto", light: "Light", dark: "Dark" } as const;

function Help(props: { dialog: { current: HTMLDialogElement | null } }) {
  const rows: [string, string][] = [
    ["1, 2, 3", "Compose, Rework, Train"],
    ["C", "Compose, or recompose the region"],
    ["Space", "Play from the mark, or stop"],
    ["Esc", "Stop composing or playing"],
    ["L", "Loop"],
    ["S", "Colour notes by surprise (Rework)"],
    ["Ctrl Z, Ctrl Shift Z", "Undo, redo (Rework)"],
    ["← → Home End", "On the roll: move the mark by bars"],
    ["+ − 0", "On the roll: zoom, whole piece"],
    ["?", "This list"],
  ];
  return (
    <dialog ref={(element) => void (props.dialog.current = element)} aria-labelledby="help-title">
      <h2 id="help-title">Keys</h2>
      <dl>
        {rows.map(([keys, text]) => (
          <div key={keys}>
            <dt>{keys.split(", ").map((each) => <kbd key={each}>{each}</kbd>)}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <div class="field check">
        <input id="single-keys" type="checkbox" checked={shortcutsOn.value} onChange={(event) => (shortcutsOn.value = (event.target as HTMLInputElement).checked)} />
        <label for="single-keys">Single keys act as shortcuts</label>
      </div>
      <form method="dialog">
        <button type="submit" class="strong">Close</button>
      </form>
    </dialog>
  );
}

export function App() {
  const help = useRef<HTMLDialogElement | null>(null);
  useEffect(() => {
    void loadModels();
    void loadControls();
    void loadPieces().catch(() => say("This browser keeps nothing (its storage is off): download what you want to keep.", "wrong"));
    void loadDesk();
    void player.warm();
    composing.resume();
    reworking.resume();
  }, []);
  useShortcuts({
    "1": () => enter("compose"),
    "2": () => enter("rework"),
    "3": () => enter("train"),
    "?": () => help.current?.showModal(),
  });
  const rework = (piece: Piece) => {
    enter("rework");
    openPiece(piece);
  };
  const take = (dropped: Dropped) => {
    if (room.value === "train") return void learnFrom(dropped);
    enter("rework");
    void openFiles(dropped.files);
  };
  const compose = (name: string) => {
    enter("compose");
    composeWith(name);
  };
  const said = saying.value;
  const next = { system: "light", light: "dark", dark: "system" } as const;
  return (
    <>
      <a class="skip" href="#main">Skip to the room</a>
      <header class="top">
        <p class="mark" aria-label="Toccata studio">
          <svg viewBox="0 0 32 24" aria-hidden="true">
            <rect x="0" y="16" width="11" height="5" rx="2.5" />
            <rect x="8" y="9" width="10" height="5" rx="2.5" />
            <rect class="third" x="16" y="2" width="14" height="5" rx="2.5" />
          </svg>
          Toccata
        </p>
        <nav aria-label="Rooms">
          {rooms.map((each) => (
            <button key={each.name} type="button" class="room" aria-current={room.value === each.name ? "page" : undefined} onClick={() => enter(each.name)}>
              {each.text}
            </button>
          ))}
        </nav>
        <div class="top-right">
          <button type="button" class="quiet" onClick={() => (theme.value = next[theme.value])} aria-label={`${themes[theme.value]} colours: change`}>
            {themes[theme.value]}
          </button>
          <button type="button" class="quiet" aria-label="Keys" title="Keys (?)" onClick={() => help.current?.showModal()}>?</button>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {room.value === "compose" && <ComposeView onRework={rework} />}
        {room.value === "rework" && <ReworkView />}
        {room.value === "train" && <TrainView onRework={rework} onCompose={compose} />}
      </main>
      <footer class={`says ${said.kind}`}>
        <p role="status" aria-live="polite">{said.kind === "wrong" ? "" : said.text}</p>
        <p role="alert">{said.kind === "wrong" ? said.text : ""}</p>
      </footer>
      <Help dialog={help} />
      <DropTarget text={rooms.find((each) => each.name === room.value)!.drop} onFiles={take} />
      <TokenDialog />
    </>
  );
}
