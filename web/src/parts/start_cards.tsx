// Three cards to begin with, for those who have read nothing: a press, and it sounds.
import { offered } from "../models";
import { starts, type Start } from "../starts";
import { Key, type Work } from "./key";

function Picture(props: { start: Start }) {
  return (
    <svg viewBox="0 0 160 64" preserveAspectRatio="none" aria-hidden="true">
      {props.start.picture.map(([onset, length, height], index) => (
        <rect key={index} x={onset * 10 + 0.5} y={56 - height * 7.6} width={length * 10 - 1.5} height="5.5" rx="1.5" />
      ))}
    </svg>
  );
}

/** `large`: there is nothing else to look at yet. `pressed`: the model whose card's music is being
 * composed, with the work it is. */
export function StartCards(props: { large: boolean; pressed: string; work: Work | null; onPress: (start: Start) => void }) {
  const there = starts.filter((start) => offered.value.some((model) => model.name === start.model && model.complete));
  if (there.length === 0) return null;
  return (
    <section class={props.large ? "starts large" : "starts"} aria-label="Begin with">
      {props.large && <h1>Press one, and listen</h1>}
      {there.map((start) => (
        <Key
          key={start.model}
          class="start"
          text={start.name}
          disabled={props.work !== null}
          work={props.pressed === start.model ? props.work : null}
          onPress={() => props.onPress(start)}
        >
          {props.large && <Picture start={start} />}
          <strong>{start.name}</strong>
          {props.large && <span>{start.words}</span>}
        </Key>
      ))}
    </section>
  );
}
