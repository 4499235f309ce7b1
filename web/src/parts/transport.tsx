// Play, stop, tempo, loop.
import { useEffect, useId, useState } from "preact/hooks";
import { player } from "../player";
import { barAt, clock, secondsOf, type Music } from "../music";

interface Props {
  id: string;
  music: Music;
  start: number;
  tempo: number;
  loop: boolean;
  onPlay: () => void;
  onTempo: (tempo: number) => void;
  onLoop: (loop: boolean) => void;
}

export function Transport(props: Props) {
  const id = useId();
  const mine = player.id.value === props.id && player.state.value !== "silent";
  const state = mine ? player.state.value : "silent";
  const empty = props.music.steps === 0;
  const [bar, setBar] = useState(1);
  useEffect(() => {
    if (!mine) return;
    const timer = setInterval(() => setBar(barAt(props.music, player.position())), 100);
    return () => clearInterval(timer);
  }, [mine, props.music]);
  const label = mine ? "Stop playing" : `Play from bar ${barAt(props.music, props.start)}`;
  return (
    <div class="transport" role="group" aria-label="Playing">
      <button
        type="button"
        class="play"
        disabled={empty}
        aria-label={label}
        title={`${label} (Space)`}
        onClick={() => (mine ? player.stop() : props.onPlay())}
      >
        <svg viewBox="0 0 24 24" aria-hidden="true">
          {mine ? <rect x="6" y="6" width="12" height="12" rx="2" /> : <path d="M7 4.5v15l13-7.5z" />}
        </svg>
      </button>
      <span class="where">
        {state === "loading" ? "fetching the sounds…" : state === "waiting" ? "waiting for more notes…" : `bar ${mine ? bar : barAt(props.music, props.start)}`}
        <span class="unit"> of {props.music.bars.length}, {clock(secondsOf(props.music, props.music.steps, props.tempo))}</span>
      </span>
      <span class="tempo">
        <label for={id}>Tempo</label>
        <input
          id={id}
          type="number"
          min={20}
          max={400}
          value={Math.round(props.tempo)}
          onChange={(event) => {
            const value = (event.target as HTMLInputElement).valueAsNumber;
            if (value >= 20 && value <= 400) props.onTempo(value);
          }}
        />
      </span>
      <button
        type="button"
        class="quiet"
        aria-pressed={props.loop}
        title="Loop the selection, or the whole piece (L)"
        onClick={() => props.onLoop(!props.loop)}
      >
        Loop
      </button>
    </div>
  );
}
