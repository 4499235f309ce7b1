// Pieces to choose from, side by side. One plays on where another was: so they are compared bar by bar.
import type { Piece } from "../keep";
import { player } from "../player";
import type { Region } from "../music";
import { SmallRoll } from "./roll_view";

interface Props {
  candidates: Piece[];
  name: (candidate: Piece, index: number) => string;
  region: Region | null;
  /** Plays a candidate, from the step where another is playing, if one is. */
  onPlay: (candidate: Piece, id: string, from?: number) => void;
  verb: string;
  onTake: (candidate: Piece) => void;
  current?: string;
}

const idOf = (candidate: Piece) => `candidate ${candidate.id}`;

export function Candidates(props: Props) {
  const { candidates } = props;
  const playing = candidates.find((each) => player.id.value === idOf(each));
  return (
    <section class="candidates" aria-labelledby="candidates-title">
      <h2 id="candidates-title">Candidates</h2>
      <ul>
        {candidates.map((each, index) => {
          const name = props.name(each, index);
          const plays = playing === each;
          return (
            <li key={each.id} class={plays || props.current === each.id ? "current" : ""}>
              <SmallRoll music={each.music} region={props.region} />
              <p>
                <strong>{name}</strong>{" "}
                <span class="unit">
                  {each.music.notes.length} notes
                  {each.natsPerStep !== undefined && <>, {each.natsPerStep.toFixed(2)} nats per step</>}
                </span>
              </p>
              <div class="row">
                <button
                  type="button"
                  aria-label={plays ? `Stop candidate ${name}` : `Play candidate ${name}`}
                  onClick={() => (plays ? player.stop() : props.onPlay(each, idOf(each), playing ? player.position() : undefined))}
                >
                  {plays ? "Stop" : "Play"}
                </button>
                <button type="button" class="strong" aria-label={`${props.verb} candidate ${name}`} onClick={() => props.onTake(each)}>{props.verb}</button>
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
