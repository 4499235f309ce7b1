// Form fields: a label, a control, a hint. The label names the control for readers of screens too.
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import type { Signal } from "@preact/signals";

export function NumberField(props: {
  label: string;
  value: Signal<number>;
  min: number;
  max: number;
  step?: number;
  unit?: string;
  hint?: string;
  disabled?: boolean;
}) {
  const id = useId();
  const [wrong, setWrong] = useState("");
  const set = (event: Event) => {
    const input = event.target as HTMLInputElement;
    if (input.valueAsNumber >= props.min && input.valueAsNumber <= props.max) {
      props.value.value = input.valueAsNumber;
      return setWrong("");
    }
    setWrong(`${input.value || "That"} is not a number from ${props.min} to ${props.max}; it stays ${props.value.value}.`);
    input.value = `${props.value.value}`;
  };
  return (
    <div class="field">
      <label for={id}>
        {props.label}
        {props.unit && <span class="unit"> {props.unit}</span>}
      </label>
      <input
        id={id}
        type="number"
        inputMode="decimal"
        min={props.min}
        max={props.max}
        step={props.step ?? 1}
        value={props.value.value}
        disabled={props.disabled}
        aria-describedby={wrong || props.hint ? `${id}h` : undefined}
        onChange={set}
      />
      {(wrong || props.hint) && (
        <p class={wrong ? "hint wrong" : "hint"} id={`${id}h`} role={wrong ? "alert" : undefined}>{wrong || props.hint}</p>
      )}
    </div>
  );
}

/** A form's answer to a field that is out of its bounds: a fold that hides it opens, and the
 * browser can show what it wants. */
export function unfold(event: Event) {
  let fold = (event.target as HTMLElement).closest("details");
  for (; fold; fold = fold.parentElement?.closest("details") ?? null) fold.open = true;
}

export function SliderField(props: {
  label: string;
  value: Signal<number>;
  min: number;
  max: number;
  step: number;
  say?: (value: number) => string;
  ends?: [string, string];
}) {
  const id = useId();
  const say = props.say ?? ((value: number) => `${value}`);
  return (
    <div class="field slider">
      <label for={id}>
        {props.label} <output class="unit">{say(props.value.value)}</output>
      </label>
      <input
        id={id}
        type="range"
        min={props.min}
        max={props.max}
        step={props.step}
        value={props.value.value}
        aria-valuetext={say(props.value.value)}
        onInput={(event) => (props.value.value = (event.target as HTMLInputElement).valueAsNumber)}
      />
      {props.ends && (
        <div class="ends" aria-hidden="true">
          <span>{props.ends[0]}</span>
          <span>{props.ends[1]}</span>
        </div>
      )}
    </div>
  );
}

export function SelectField(props: {
  label: string;
  value: string;
  options: { value: string; text: string; disabled?: boolean }[];
  onChange: (value: string) => void;
  hint?: ComponentChildren;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <select id={id} value={props.value} onChange={(event) => props.onChange((event.target as HTMLSelectElement).value)}>
        {props.options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.text}
          </option>
        ))}
      </select>
      {props.hint && <p class="hint">{props.hint}</p>}
    </div>
  );
}

export function CheckField(props: { label: string; value: Signal<boolean>; hint?: string }) {
  const id = useId();
  return (
    <div class="field check">
      <input
        id={id}
        type="checkbox"
        checked={props.value.value}
        onChange={(event) => (props.value.value = (event.target as HTMLInputElement).checked)}
      />
      <label for={id}>{props.label}</label>
      {props.hint && <p class="hint">{props.hint}</p>}
    </div>
  );
}

export function TextField(props: { label: string; value: Signal<string>; hint?: string; required?: boolean; wrong?: string }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        type="text"
        value={props.value.value}
        required={props.required}
        aria-invalid={!!props.wrong}
        aria-describedby={props.hint || props.wrong ? `${id}h` : undefined}
        onInput={(event) => (props.value.value = (event.target as HTMLInputElement).value)}
      />
      {(props.wrong || props.hint) && (
        <p class={props.wrong ? "hint wrong" : "hint"} id={`${id}h`}>{props.wrong ?? props.hint}</p>
      )}
    </div>
  );
}
