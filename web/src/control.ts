// What a composer may ask for beside the music: the server names each control (GET /api/controls,
// from composing/order.h), and each room keeps what is set there.
import { signal, type Signal } from "@preact/signals";
import { api, type Control, type Order } from "./api";
import { kept } from "./keep";
import { attempt } from "./says";

export const controlList = signal<Control[]>([]);

export async function loadControls() {
  await attempt(async () => {
    controlList.value = await api.controls();
  });
}

/** What the page offers in words of its own: a number of particles says nothing to a musician. */
export const inWords: Record<string, { name: string; meaning: string; choices: { value: number | undefined; text: string }[] }> = {
  particles: {
    name: "Foresight",
    meaning: "How far what you ask for shapes what comes before it: so many versions are weighed against each other, and it takes so much longer.",
    choices: [
      { value: undefined, text: "as it suits" },
      { value: 1, text: "not at all: one version" },
      { value: 8, text: "a little: 8 versions" },
      { value: 32, text: "far: 32 versions" },
      { value: 128, text: "very far: 128 versions" },
    ],
  },
};

export class Controls {
  /** What the server found wrong with one of them. */
  readonly problem = signal<{ key: string; text: string } | null>(null);
  private readonly values: Signal<Record<string, unknown>>;

  /** `shown`: the groups and single keys that the room has fields for; it may set others itself. */
  constructor(
    room: string,
    private readonly shown: string[],
  ) {
    this.values = kept<Record<string, unknown>>(`${room}.controls`, {});
  }

  get(key: string): unknown {
    return this.values.value[key];
  }

  /** Undefined and "" are nothing asked for. */
  set(key: string, value: unknown) {
    const { [key]: _, ...others } = this.values.value;
    if (this.problem.value?.key === key) this.problem.value = null;
    this.values.value = value === undefined || value === "" ? others : { ...others, [key]: value };
  }

  /** Those of a group that the room shows, or the one of this key. */
  of(name: string): Control[] {
    return controlList.value.filter((control) => control.key === name || (control.group === name && !this.shown.includes(control.key)));
  }

  /** How many of a group are set, for the fold's title. */
  count(group: string): number {
    return this.of(group).filter((control) => this.get(control.key) !== undefined).length;
  }

  /** Takes up a refusal that names one of them, "most notes: expected…", "chords, bar 2: …"; false where it does not. */
  refused(text: string): boolean {
    const name = text.match(/^[a-z ]+(?=[:,])/)?.[0];
    const control = this.shown.flatMap((shown) => this.of(shown)).find((each) => each.name === name || each.key === name);
    this.problem.value = control ? { key: control.key, text } : null;
    return !!control;
  }

  clear(group: string) {
    for (const control of this.of(group)) this.set(control.key, undefined);
  }

  /** Only what is asked for: a plain order stays plain. */
  order(): Partial<Order> {
    const asked = this.shown.flatMap((name) => this.of(name)).filter((control) => this.get(control.key) !== undefined);
    return Object.fromEntries(asked.map((control) => [control.key, this.get(control.key)]));
  }
}
