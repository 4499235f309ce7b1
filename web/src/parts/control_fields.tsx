// The fields of control.ts, a loop over what the server names.
import { useEffect, useId, useState } from "preact/hooks";
import type { Control } from "../api";
import { inWords, type Controls } from "../control";
import { pieces } from "../keep";

/** "most notes", as a label. */
const label = (control: Control) => inWords[control.key]?.name ?? control.name[0].toUpperCase() + control.name.slice(1);

function Input(props: { id: string; control: Control; controls: Controls }) {
  const { id, control, controls } = props;
  const value = controls.get(control.key);
  const usual = control.otherwise ?? (control.default !== undefined ? `${control.default}` : "any");
  const wrong = controls.problem.value?.key === control.key;
  const common = { id, "aria-describedby": `${id}h`, "aria-invalid": wrong || undefined };
  const choose = (options: { value: string; text: string }[], set: (text: string) => void, now: string) => (
    <select {...common} value={now} onChange={(event) => set((event.target as HTMLSelectElement).value)}>
      {options.map((option) => <option key={option.value} value={option.value}>{option.text}</option>)}
    </select>
  );
  const spoken = inWords[control.key];
  if (spoken) {
    // A number that was set elsewhere stands as it is.
    const known = spoken.choices.some((choice) => choice.value === value);
    const choices = known ? spoken.choices : [...spoken.choices, { value: value as number, text: `${value} versions` }];
    const options = choices.map((choice) => ({ value: `${choice.value ?? ""}`, text: choice.text }));
    return choose(options, (text) => controls.set(control.key, text === "" ? undefined : Number(text)), `${value ?? ""}`);
  }
  if (control.kind === "words") {
    const set = (word: string) => controls.set(control.key, word === control.default ? undefined : word);
    return choose(control.words!.map((word) => ({ value: word, text: word })), set, `${value ?? control.default}`);
  }
  if (control.kind === "file") {
    const set = (id: string) => {
      const piece = pieces.value.find((each) => each.id === id);
      controls.set(control.key, piece && { music: piece.music, name: piece.title });
    };
    const options = [{ value: "", text: "None" }, ...pieces.value.map((piece) => ({ value: piece.id, text: piece.title }))];
    const name = (value as { name: string } | undefined)?.name;
    return choose(options, set, pieces.value.find((piece) => piece.title === name)?.id ?? "");
  }
  if (control.slider) {
    const [least, most] = control.slider;
    const now = typeof value === "number" ? value : ((control.default as number | undefined) ?? 1);
    const set = (event: Event) => {
      const found = (event.target as HTMLInputElement).valueAsNumber;
      controls.set(control.key, found === control.default ? undefined : found);
    };
    return <input {...common} type="range" min={least} max={most} step={0.01} value={now} aria-valuetext={now.toFixed(2)} onInput={set} />;
  }
  const numeric = control.kind === "whole" || control.kind === "number";
  const set = (event: Event) => {
    const text = (event.target as HTMLInputElement).value.trim();
    const number = Number(text);
    controls.set(control.key, text !== "" && control.kind !== "text" && Number.isFinite(number) ? number : text);
  };
  return (
    <>
      <input
        {...common}
        type={numeric ? "number" : "text"}
        min={control.least}
        max={control.most}
        step={control.kind === "whole" ? 1 : "any"}
        placeholder={usual}
        list={control.examples && `${id}e`}
        value={value === undefined ? "" : `${value}`}
        onChange={set}
      />
      {control.examples && (
        <datalist id={`${id}e`}>
          {control.examples.map((example) => <option key={example} value={example} />)}
        </datalist>
      )}
    </>
  );
}

export function ControlField(props: { control: Control; controls: Controls }) {
  const id = useId();
  const { control, controls } = props;
  const value = controls.get(control.key);
  const problem = controls.problem.value;
  const wrong = problem?.key === control.key ? problem.text : "";
  useEffect(() => {
    if (!wrong) return;
    const element = document.getElementById(id);
    element?.focus();
    element?.scrollIntoView({ block: "center" });
  }, [problem]);
  const meaning = inWords[control.key]?.meaning ?? control.meaning;
  if (control.kind === "flag") {
    return (
      <div class="field check">
        <input id={id} type="checkbox" checked={value === true} onChange={(event) => controls.set(control.key, (event.target as HTMLInputElement).checked || undefined)} />
        <label for={id}>{label(control)}</label>
        <p class="hint">{meaning}</p>
      </div>
    );
  }
  const said = control.slider && (typeof value === "number" ? value.toFixed(2) : (control.otherwise ?? `${control.default}`));
  return (
    <div class={control.slider ? "field slider" : "field"}>
      <label for={id}>
        {label(control)} {said && <output class="unit">{said}</output>}
      </label>
      <Input id={id} control={control} controls={controls} />
      <p class={wrong ? "hint wrong" : "hint"} id={`${id}h`}>{wrong || meaning}</p>
    </div>
  );
}

/** The fields of a group, or the one of a key, without a fold. */
export function ControlFields(props: { controls: Controls; name: string }) {
  return <>{props.controls.of(props.name).map((control) => <ControlField key={control.key} control={control} controls={props.controls} />)}</>;
}

/** A group in a fold of its own. */
export function ControlGroup(props: { controls: Controls; group: string; hint?: string }) {
  const { controls, group } = props;
  const count = controls.count(group);
  const [open, setOpen] = useState(false);
  const problem = controls.problem.value;
  const wrong = !!problem && controls.of(group).some((control) => control.key === problem.key);
  return (
    <details open={open || wrong} onToggle={(event) => setOpen((event.target as HTMLDetailsElement).open)}>
      <summary>
        {group}
        {count > 0 && `: ${count} set`}
      </summary>
      {props.hint && <p class="hint">{props.hint}</p>}
      <ControlFields controls={controls} name={group} />
      {count > 0 && <button type="button" class="quiet" onClick={() => controls.clear(group)}>None of them</button>}
    </details>
  );
}
