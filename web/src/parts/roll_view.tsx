// The piano roll on the page: canvas, what it says to those who do not see it, and its keys.
import { useEffect, useRef, useState } from "preact/hooks";
import { barAt, barBegin, describe, firstBar, lastBar, type Note, type Region } from "../music";
import { player } from "../player";
import { Roll, drawSmall, type Shown } from "./roll";
import { dark } from "../theme";
import type { Music } from "../music";

interface Props {
  label: string;
  shown: Omit<Shown, "position">;
  version: number; // grows when the music itself was changed in place
  onSeek: (step: number) => void;
  onRegion?: (region: Region | null) => void;
  onNote?: (note: Note) => void;
}

export function RollView(props: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const roll = useRef<Roll>();
  const [view, setView] = useState<[number, number] | null>(null);
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    const made = new Roll(canvas.current!, !!props.onRegion);
    roll.current = made;
    made.onView = (first, last) => setView([first, last]);
    made.onSeek = (step) => latest.current.onSeek(step);
    if (props.onRegion) made.onRegion = (region) => latest.current.onRegion!(region);
    if (props.onNote) made.onNote = (note) => latest.current.onNote!(note);
  }, []);

  const show = () => {
    const sounds = player.now.peek()?.music === latest.current.shown.music && player.state.peek() !== "silent";
    roll.current?.show({ ...latest.current.shown, position: sounds ? player.position() : null });
  };
  useEffect(show, [props.shown, props.version]);
  useEffect(() => roll.current?.keepInView(props.shown.start), [props.shown.start]);
  useEffect(() => roll.current?.restyle(), [dark.value]);

  // While this music plays, the playhead moves with every picture of the screen.
  const plays = player.state.value !== "silent";
  useEffect(() => {
    if (!plays) return show();
    let frame = 0;
    const tick = () => {
      show();
      frame = requestAnimationFrame(tick);
    };
    tick();
    return () => cancelAnimationFrame(frame);
  }, [plays]);

  const keys = (event: KeyboardEvent) => {
    const { music, start } = latest.current.shown;
    const bar = barAt(music, start);
    const go: Record<string, () => void> = {
      ArrowRight: () => latest.current.onSeek(barBegin(music, bar + 1)),
      ArrowLeft: () => latest.current.onSeek(barBegin(music, start > barBegin(music, bar) ? bar : bar - 1)),
      Home: () => latest.current.onSeek(0),
      End: () => latest.current.onSeek(barBegin(music, lastBar(music))),
      "+": () => roll.current!.zoomBy(1.25),
      "=": () => roll.current!.zoomBy(1.25),
      "-": () => roll.current!.zoomBy(0.8),
      "0": () => roll.current!.zoomAll(),
    };
    const act = go[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
    roll.current!.follow = true;
  };

  const { music, start } = props.shown;
  return (
    <div class="roll">
      <div
        class="roll-frame"
        role="slider"
        tabIndex={0}
        aria-label={`${props.label}: bar to play from`}
        aria-valuemin={firstBar(music)}
        aria-valuemax={Math.max(1, lastBar(music))}
        aria-valuenow={barAt(music, start)}
        aria-valuetext={`bar ${barAt(music, start)}. ${describe(music)}`}
        onKeyDown={keys}
      >
        <canvas ref={canvas} />
      </div>
      <div class="roll-tools" role="group" aria-label="View of the roll">
        {view && music.steps > 0 && (
          <span class="in-view">
            {view[0] === firstBar(music) && view[1] === lastBar(music)
              ? lastBar(music) === 1 ? "one bar" : `all ${lastBar(music)} bars`
              : `bars ${view[0]} to ${view[1]} of ${lastBar(music)}`}
          </span>
        )}
        <button type="button" class="quiet" onClick={() => roll.current!.zoomBy(0.8)} aria-label="Zoom out">−</button>
        <button type="button" class="quiet" onClick={() => roll.current!.zoomBy(1.25)} aria-label="Zoom in">+</button>
        <button type="button" class="quiet" onClick={() => roll.current!.zoomAll()}>Whole piece</button>
      </div>
    </div>
  );
}

export function SmallRoll(props: { music: Music; region?: Region | null; version?: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const draw = () => drawSmall(canvas.current!, props.music, props.region ?? null);
    const sizes = new ResizeObserver(draw);
    sizes.observe(canvas.current!);
    draw();
    return () => sizes.disconnect();
  }, [props.music, props.region, props.version, dark.value]);
  return <canvas class="small-roll" ref={canvas} aria-hidden="true" />;
}
