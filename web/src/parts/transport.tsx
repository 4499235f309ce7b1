// Play, stop, tempo, loop: of what sounds, or else of what is shown.
import { useEffect, useId, useState } from "preact/hooks";
import { player } from "../player";
import { barAt, clock, lastBar, secondsOf, type Music } from "../music";

interface Props {
  music: Music;
  start: number;
  tempo: number;
  onPlay: () => void;
  onTempo: (tempo: number) => void;
}

export const slowest = 20;
export const fastest = 400;

export function Transport(props: Props) {
  const id = useId();
  const state = player.state.value;
  const sounds = state !== "silent";
  const music = player.now.value?.music ?? props.music;
  const [bar, setBar] = useState(1);
  useEffect(() => {
    if (!sounds) return;
    const look = () => setBar(barAt(music, player.position()));
    look();
    const timer = setInterval(look, 100);
    return () => clearInterval(timer);
  }, [sounds, music]);
  const label = sounds ? "Stop playing" : `Play from bar ${barAt(music, props.start)}`;
  const tempo = sounds ? player.tempo.value : props.tempo;
  return (
    <div class="transport" role="group" aria-label="Playing">
      <button
        type="button"
        class="play"
        disabled={music.steps === 0}
        aria-label={label}
        title={`${label} (Space)`}
        onClick={() => (sounds ? player.stop() : props.onPlay())}
      >
        <svg viewBox="0 0 24 24" aria-hidden="true">
          {sounds ? <rect x="6" y="6" width="12" height="12" rx="2" /> : <path d="M7 4.5v15l13-7.5z" />}
        </svg>
      </button>
      <span class="where">
        {state === "loading" ? "fetching the sounds…" : state === "waiting" ? "waiting for more notes…" : `bar ${sounds ? bar : barAt(music, props.start)}`}
        <span class="unit"> of {lastBar(music)}, {clock(secondsOf(music, music.steps, tempo))}</span>
      </span>
      <span class="tempo">
        <label for={id}>Tempo</label>
        <input
          id={id}
          type="number"
          min={slowest}
          max={fastest}
          value={Math.round(tempo)}
          onChange={(event) => {
            const input = event.target as HTMLInputElement;
            const value = input.valueAsNumber;
            if (value >= slowest && value <= fastest) props.onTempo(value);
            else input.value = `${Math.round(tempo)}`;
          }}
        />
      </span>
      <button
        type="button"
        class="quiet"
        aria-pressed={player.loop.value}
        title="Loop the selection, or the whole piece (L)"
        onClick={() => (player.loop.value = !player.loop.value)}
      >
        Loop
      </button>
    </div>
  );
}
