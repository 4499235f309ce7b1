// What a composer asks for beside the music: limits that no note breaks, and taste. Each room has its own.
import type { Signal } from "@preact/signals";
import type { Order } from "./api";
import { kept } from "./keep";

export const tonics = ["C", "C#", "Db", "D", "Eb", "E", "F", "F#", "Gb", "G", "Ab", "A", "Bb", "B"];
export const modes = ["major", "minor", "dorian", "phrygian", "lydian", "mixolydian", "pentatonic", "minor pentatonic", "blues", "harmonic minor", "whole tone"];

export class Controls {
  readonly tonic: Signal<string>; // "": any note
  readonly mode: Signal<string>;
  readonly low: Signal<number>;
  readonly high: Signal<number>;
  readonly most: Signal<number>;
  readonly fewest: Signal<number>;
  readonly silence: Signal<string>;
  readonly gap: Signal<string>;
  readonly chords: Signal<string>;
  readonly chordsOnBeats: Signal<boolean>;
  readonly ending: Signal<string>; // "", "tonic" or a chord
  readonly temperature: Signal<number>;
  readonly ownArticulate: Signal<boolean>;
  readonly articulate: Signal<number>;
  readonly density: Signal<number>;
  readonly adaptive: Signal<boolean>;
  readonly particles: Signal<number>;

  constructor(room: string, particles: number) {
    const own = <T>(name: string, otherwise: T) => kept(`${room}.${name}`, otherwise);
    this.tonic = own("tonic", "");
    this.mode = own("mode", "major");
    this.low = own("low", 0);
    this.high = own("high", 127);
    this.most = own("most", 0);
    this.fewest = own("fewest", 0);
    this.silence = own("silence", "");
    this.gap = own("gap", "");
    this.chords = own("chords", "");
    this.chordsOnBeats = own("chordsOnBeats", false);
    this.ending = own("ending", "");
    this.temperature = own("temperature", 1);
    this.ownArticulate = own("ownArticulate", false);
    this.articulate = own("articulate", 1);
    this.density = own("density", 1);
    this.adaptive = own("adaptive", false);
    this.particles = own("particles", particles);
  }

  /** How many limits are set, for the fold's title. */
  get count(): number {
    const { tonic, low, high, most, fewest, silence, gap, chords, ending } = this;
    return [tonic.value, low.value > 0 || high.value < 127, most.value, fewest.value, silence.value, gap.value, chords.value.trim(), ending.value].filter(Boolean).length;
  }

  /** Only what is asked for: a plain order stays plain. */
  order(): Partial<Order> {
    const order: Partial<Order> = { temperature: this.temperature.value };
    if (this.tonic.value) {
      const name = `${this.tonic.value} ${this.mode.value}`;
      if (this.mode.value === "major" || this.mode.value === "minor") order.key = name;
      else order.scale = name;
    }
    if (this.low.value > 0 || this.high.value < 127) order.range = `${this.low.value}-${this.high.value}`;
    if (this.most.value) order.most_notes = this.most.value;
    if (this.fewest.value) order.fewest_notes = this.fewest.value;
    if (this.silence.value) order.longest_silence = this.silence.value;
    if (this.gap.value) order.repeat_gap = this.gap.value;
    if (this.chords.value.trim()) {
      order.chords = this.chords.value.trim();
      if (this.chordsOnBeats.value) order.chord_tones = "beats";
    }
    if (this.ending.value) order.ending = this.ending.value;
    if (this.ownArticulate.value) order.articulate_temperature = this.articulate.value;
    if (this.density.value !== 1) order.density = this.density.value;
    if (this.adaptive.value) order.conservativity = "adaptive";
    if (this.particles.value > 1) order.particles = this.particles.value;
    return order;
  }

  clear() {
    this.tonic.value = this.silence.value = this.gap.value = this.chords.value = this.ending.value = "";
    this.low.value = this.most.value = this.fewest.value = 0;
    this.high.value = 127;
  }
}
