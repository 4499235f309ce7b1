// Pieces to choose from, side by side: one plays on where another was, so they are compared bar by
// bar. They stay until they are thrown away, also when one was taken.
import type { Piece } from "../keep";
import { player } from "../player";
import type { Region } from "../music";
import { Details, nats } from "./details";
import { SmallRoll } from "./roll_view";

export interface Candidate {
  piece: Piece;
  name: string; // "A"
  region: Region | null;
}

export interface Group {
  title: string;
  candidates: Candidate[];
}

/** A to Z, then AA. */
export function letters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}

interface Props {
  groups: Group[];
  /** Plays a candidate, from the step where another is playing, if one is. */
  onPlay: (candidate: Candidate, id: string, from?: number) => void;
  verb: string;
  onTake: (candidate: Candidate) => void;
  onThrow: (candidates: Candidate[]) => void;
  current?: string;
}

export const idOf = (piece: Piece) => `candidate ${piece.id}`;

function Card(props: Props & { each: Candidate }) {
  const { each } = props;
  const { piece, name } = each;
  const plays = player.id.value === idOf(piece);
  const another = player.id.value.startsWith("candidate ");
  return (
    <li class={plays || props.current === piece.id ? "current" : ""}>
      <SmallRoll music={piece.music} region={each.region} />
      <p>
        <strong>{name}</strong> <span class="unit">{piece.music.notes.length} notes</span>
      </p>
      <div class="row">
        <button
          type="button"
          aria-label={plays ? `Stop candidate ${name}` : `Play candidate ${name}`}
          onClick={() => (plays ? player.stop() : props.onPlay(each, idOf(piece), another ? player.position() : undefined))}
        >
          {plays ? "Stop" : "Play"}
        </button>
        <button type="button" class="strong" aria-label={`${props.verb} candidate ${name}`} onClick={() => props.onTake(each)}>{props.verb}</button>
        <button type="button" class="quiet push" aria-label={`Throw candidate ${name} away`} title="Throw away" onClick={() => props.onThrow([each])}>×</button>
      </div>
      <Details of={`candidate ${name}`} rows={[["Likelihood", nats(piece.natsPerStep)], ["Model", piece.model], ["Seed", piece.seed]]} />
    </li>
  );
}

export function Candidates(props: Props) {
  return (
    <section class="candidates" aria-labelledby="candidates-title">
      <h2 id="candidates-title">Candidates</h2>
      {props.groups.map((group) => (
        <div class="group" key={group.candidates[0].piece.id}>
          <header class="list-head">
            <h3>{group.title}</h3>
            <button type="button" class="quiet" aria-label={`Throw these away: ${group.title}`} onClick={() => props.onThrow(group.candidates)}>Throw these away</button>
          </header>
          <ul>
            {group.candidates.map((each) => <Card key={each.piece.id} {...props} each={each} />)}
          </ul>
        </div>
      ))}
    </section>
  );
}
