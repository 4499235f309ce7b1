// The fields of control.ts: limits in a fold of their own, taste in another.
import { modes, tonics, type Controls } from "../control";
import { pitchName } from "../music";
import { CheckField, NumberField, SelectField, SliderField, TextField } from "./fields";

const any = { value: "", text: "Any" };
const options = (values: string[]) => values.map((value) => ({ value, text: value }));
const shown = (name: string) => name.replace("b", "♭").replace("#", "♯");

const endings = (tonic: boolean) => [
  { value: "", text: "Open" },
  { value: "tonic", text: tonic ? "On the key's chord" : "On the key's chord (choose a key)", disabled: !tonic },
  ...options(["C", "Cm", "D", "Dm", "Eb", "E", "Em", "F", "Fm", "G", "Gm", "A", "Am", "Bb", "Bm"]).map(({ value }) => ({ value, text: `On ${shown(value)}` })),
];

export function LimitFields(props: { controls: Controls }) {
  const { controls } = props;
  const { tonic, mode, ending } = controls;
  const keyed = !!tonic.value && (mode.value === "major" || mode.value === "minor");
  return (
    <details>
      <summary>Limits{controls.count > 0 && `: ${controls.count} set`}</summary>
      <p class="hint">No composed note breaks these. Notes that are given stay even where they would.</p>
      <div class="pair">
        <SelectField
          label="Key or scale"
          value={tonic.value}
          options={[any, ...tonics.map((value) => ({ value, text: shown(value) }))]}
          onChange={(value) => {
            tonic.value = value;
            if (!value && ending.value === "tonic") ending.value = "";
          }}
        />
        <SelectField
          label="Mode"
          value={mode.value}
          options={options(modes)}
          onChange={(value) => {
            mode.value = value;
            if (value !== "major" && value !== "minor" && ending.value === "tonic") ending.value = "";
          }}
        />
      </div>
      <div class="pair">
        <NumberField label="Lowest note" unit={pitchName(controls.low.value)} value={controls.low} min={0} max={127} />
        <NumberField label="Highest note" unit={pitchName(controls.high.value)} value={controls.high} min={0} max={127} />
      </div>
      <div class="pair">
        <NumberField label="Most voices" unit="0: any" value={controls.most} min={0} max={20} />
        <NumberField label="Fewest voices" unit="at all times" value={controls.fewest} min={0} max={20} />
      </div>
      <div class="pair">
        <SelectField label="Longest silence" value={controls.silence.value} options={[any, ...options(["1/8", "1/4", "1/2", "1", "2"])]} onChange={(value) => (controls.silence.value = value)} />
        <SelectField label="Same note again after" value={controls.gap.value} options={[any, ...options(["1/8", "1/4", "1/2", "1"])]} onChange={(value) => (controls.gap.value = value)} />
      </div>
      <TextField label="Chords" value={controls.chords} hint="Bars between lines, over and over: C | Am F | G7 | C" />
      {controls.chords.value.trim() && <CheckField label="Only as beats begin" value={controls.chordsOnBeats} />}
      <SelectField label="Ending" value={ending.value} options={endings(keyed)} onChange={(value) => (ending.value = value)} />
      {controls.count > 0 && <button type="button" class="quiet" onClick={() => controls.clear()}>No limits</button>}
    </details>
  );
}

export function TasteFields(props: { controls: Controls }) {
  const { controls } = props;
  const fixed = (value: number) => value.toFixed(2);
  return (
    <>
      <SliderField label="Density" value={controls.density} min={0.25} max={4} step={0.05} say={fixed} ends={["fewer notes", "more notes"]} />
      <CheckField label="A temperature of its own for striking notes again" value={controls.ownArticulate} />
      {controls.ownArticulate.value && (
        <SliderField label="Temperature of repeats" value={controls.articulate} min={0.5} max={1.6} step={0.01} say={fixed} ends={["safer", "freer"]} />
      )}
      <CheckField label="Wake up after silence" value={controls.adaptive} hint="After steps with hardly a note, more notes become likely." />
    </>
  );
}

const depths = [
  { value: "1", text: "Not at all: limits only mask" },
  { value: "8", text: "A little (8 versions at once)" },
  { value: "32", text: "Well (32)" },
  { value: "128", text: "Very well, and slowly (128)" },
];

export function ForesightField(props: { controls: Controls }) {
  const { particles } = props.controls;
  return (
    <SelectField
      label="Foresight"
      value={`${particles.value}`}
      options={depths}
      onChange={(value) => (particles.value = Number(value))}
      hint="How well what is given and asked for shapes the notes before it."
    />
  );
}
