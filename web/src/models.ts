// The models there are, and the one chosen.
import { computed, signal } from "@preact/signals";
import { api, type Model } from "./api";
import { kept } from "./keep";
import { attempt } from "./says";

export const models = signal<Model[] | null>(null);
export const modelName = kept("model", "");

export const model = computed(() => models.value?.find((known) => known.name === modelName.value) ?? null);

export async function loadModels() {
  await attempt(async () => {
    models.value = await api.models();
    const usable = models.value.filter((known) => known.complete);
    if (!usable.some((known) => known.name === modelName.value)) {
      const shipped = usable.find((known) => known.kind === "shipped");
      modelName.value = (shipped ?? usable[0])?.name ?? "";
    }
  });
}

export function modelOptions() {
  return (models.value ?? []).map((known) => ({
    value: known.name,
    text:
      known.name +
      (known.kind === "run" ? " (your run)" : "") +
      (known.complete ? "" : known.problem ? " (damaged)" : " (no model yet)"),
    disabled: !known.complete,
  }));
}

export function modelHint(): string {
  if (!models.value) return "Looking for models…";
  if (models.value.length === 0) return "There is no model yet: train one in the third room.";
  const known = model.value;
  if (!known) return "";
  const nats = known.valid_nats !== undefined ? `, ${known.valid_nats.toFixed(2)} nats a step on music it never saw` : "";
  return `${(known.parameters / 1e6).toFixed(2)} million weights, ${known.grid} steps a quarter note${nats}.`;
}
