// A key to press for what takes time. While it goes on, how far it is, the time left and Stop stand
// in the key itself.
import type { ComponentChildren } from "preact";
import { clock } from "../music";

export interface Work {
  what: string; // "composing"
  done: number; // 0 to 1
  secondsLeft?: number;
  stopping?: boolean;
  onStop: () => void;
}

export function timeLeft(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds)) return "";
  return seconds < 1 ? "almost done" : `${clock(Math.ceil(seconds))} left`;
}

export function Key(props: {
  text: string;
  hint?: string;
  disabled?: boolean;
  work: Work | null;
  /** Without it the key submits its form. */
  onPress?: () => void;
  class?: string;
  children?: ComponentChildren; // in place of text and hint
}) {
  const { work } = props;
  const left = timeLeft(work?.secondsLeft);
  const percent = work ? Math.round(100 * Math.min(1, Math.max(0, work.done))) : 0;
  return (
    <div class={`key-box ${props.class ?? ""}`}>
      <button
        type={work || props.onPress ? "button" : "submit"}
        class={work ? "key pressed" : "key"}
        disabled={work ? work.stopping : props.disabled}
        onClick={work ? work.onStop : props.onPress}
      >
        {work ? (
          <>
            <span>
              {work.stopping ? "Stopping" : "Stop"}
              <span class="visually-hidden"> {work.what},</span>
            </span>
            <small>{left || `${percent} %`}</small>
          </>
        ) : (
          (props.children ?? (
            <>
              <span>{props.text}</span>
              {props.hint && <small>{props.hint}</small>}
            </>
          ))
        )}
      </button>
      {work && (
        <progress max={100} value={percent} aria-label={work.what[0].toUpperCase() + work.what.slice(1)}>
          {percent} %
        </progress>
      )}
    </div>
  );
}
