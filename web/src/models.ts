// The models there are, and the one chosen.
import { computed, signal } from "@preact/signals";
import { api, type Model } from "./api";
import { kept } from "./keep";
import { attempt } from "./says";

export const models = signal<Model[] | null>(null);
const chosen = kept("model.chosen", "");

/** Those that are there to compose with. */
export const offered = computed(() => (models.value ?? []).filter((known) => known.kind !== "benchmark"));

/** What was chosen, while it is there, or else the server's default. */
export const model = computed(
  () =>
    offered.value.find((known) => known.complete && known.name === chosen.value) ??
    offered.value.find((known) => known.default) ??
    null,
);
export const modelName = computed(() => model.value?.name ?? "");

export function chooseModel(name: string) {
  chosen.value = name;
}

export async function loadModels() {
  await attempt(async () => {
    models.value = await api.models();
  });
}

export function modelOptions() {
  return offered.value.map((known) => ({
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
  return "";
}
