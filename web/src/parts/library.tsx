// The pieces that are kept in this browser.
import { forgetPiece, pieces, type Piece } from "../keep";
import { SmallRoll } from "./roll_view";
import { say } from "../says";

const when = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const kinds: Record<Piece["from"], string> = {
  composed: "composed",
  file: "from a file",
  reworked: "reworked",
  sample: "a training sample",
};

export function Library(props: { current?: string; onOpen: (piece: Piece) => void; verb: string }) {
  const all = pieces.value;
  if (all.length === 0) return null;
  return (
    <section class="library" aria-labelledby="library-title">
      <h2 id="library-title">Kept in this browser</h2>
      <ul>
        {all.slice(0, 40).map((piece) => (
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
              aria-label={`Forget ${piece.title}`}
              title="Forget"
              onClick={() => {
                void forgetPiece(piece.id);
                say(`${piece.title} is forgotten.`);
              }}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
