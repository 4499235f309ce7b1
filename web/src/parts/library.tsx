// The pieces that are kept in this browser: all of them.
import { useId, useState } from "preact/hooks";
import { forgetPiece, pieces, type Piece } from "../keep";
import { SmallRoll } from "./roll_view";
import { attempt, say } from "../says";

const when = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const kinds: Record<Piece["from"], string> = {
  composed: "composed",
  file: "from a file",
  reworked: "reworked",
  sample: "a training sample",
};
const page = 24; // pieces that are shown at once, and with each "More"

export function Library(props: { current?: string; onOpen: (piece: Piece) => void; verb: string }) {
  const id = useId();
  const [most, setMost] = useState(page);
  const [wanted, setWanted] = useState("");
  const all = pieces.value;
  if (all.length === 0) return null;
  const word = wanted.trim().toLowerCase();
  const found = word ? all.filter((piece) => piece.title.toLowerCase().includes(word)) : all;
  return (
    <section class="library" aria-labelledby="library-title">
      <header class="list-head">
        <h2 id="library-title">Kept in this browser</h2>
        <span class="unit">{all.length === 1 ? "one piece" : `${all.length} pieces`}</span>
        {all.length > page && (
          <span class="find">
            <label for={id}>Find</label>
            <input id={id} type="search" value={wanted} onInput={(event) => setWanted((event.target as HTMLInputElement).value)} />
          </span>
        )}
      </header>
      {found.length === 0 && <p class="hint">No piece has that in its title.</p>}
      <ul>
        {found.slice(0, most).map((piece) => (
          <li key={piece.id} class={piece.id === props.current ? "current" : ""}>
            <button type="button" class="card" aria-current={piece.id === props.current} onClick={() => props.onOpen(piece)}>
              <SmallRoll music={piece.music} />
              <span class="visually-hidden">{props.verb} </span>
              <span class="card-title">{piece.title}</span>
              <span class="card-note">{kinds[piece.from]}, {when.format(piece.made)}</span>
            </button>
            <button
              type="button"
              class="quiet forget"
              aria-label={`Throw ${piece.title} away`}
              title="Throw away"
              onClick={() => {
                void attempt(() => forgetPiece(piece.id));
                say(`${piece.title} is thrown away.`);
              }}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      {found.length > most && (
        <button type="button" class="more" onClick={() => setMost(most + page)}>
          Show {Math.min(page, found.length - most)} more of {found.length}
        </button>
      )}
    </section>
  );
}
