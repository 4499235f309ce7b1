// The choice of a model, and what the curious ask of it.
import { chooseModel, model, modelHint, modelName, modelOptions } from "../models";
import { pitchName } from "../music";
import { Details, nats } from "./details";
import { SelectField } from "./fields";

export function ModelField() {
  const known = model.value;
  return (
    <div>
      <SelectField label="Model" value={modelName.value} options={modelOptions()} onChange={chooseModel} hint={modelHint()} />
      {known && (
        <Details
          of="the model"
          rows={[
            ["Weights", `${(known.parameters / 1e6).toFixed(2)} million`],
            ["Layers", `${known.time_units.join(", ")} along time, ${known.note_units.join(", ")} along the notes`],
            ["Grid", `${known.grid} steps per quarter note`],
            ["Range", `${pitchName(known.low)} to ${pitchName(known.high)}`],
            ["Music it never saw", nats(known.valid_nats)],
          ]}
        />
      )}
    </div>
  );
}
