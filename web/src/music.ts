// Music as the server speaks of it (docs/api.md), and what the page does with it.

/** [onset, length, pitch]: onset and length in steps, pitch as MIDI numbers it. */
export type Note = [onset: number, length: number, pitch: number];

export interface Music {
  grid: number; // steps per quarter note
  low: number;
  high: number;
  articulation: boolean;
  steps: number;
  meters: [step: number, numerator: number, denominator: number][];
  bars: number[]; // the steps at which bars begin
  first_bar?: number; // the number of the first: 0, a pickup, or 1
  notes: Note[]; // by onset, then pitch
}

export const emptyMusic: Music = {
  grid: 4,
  low: 21,
  high: 108,
  articulation: true,
  steps: 0,
  meters: [[0, 4, 4]],
  bars: [0],
  notes: [],
};

const names = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];

export function pitchName(pitch: number): string {
  return `${names[pitch % 12]}${Math.floor(pitch / 12) - 1}`;
}

export const firstBar = (music: Music) => music.first_bar ?? 1;

/** As many as are counted: a pickup is not. */
export const lastBar = (music: Music) => firstBar(music) + music.bars.length - 1;

/** The number of the bar that holds `step`. */
export function barAt(music: Music, step: number): number {
  let low = 0;
  let high = music.bars.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (music.bars[middle] <= step) low = middle + 1;
    else high = middle;
  }
  return firstBar(music) + Math.max(0, low - 1);
}

/** The step at which bar `bar` begins; the end of the piece for those after the last. */
export function barBegin(music: Music, bar: number): number {
  return bar > lastBar(music) ? music.steps : music.bars[Math.max(0, bar - firstBar(music))];
}

export function secondsOf(music: Music, steps: number, tempo: number): number {
  return (steps / music.grid) * (60 / tempo);
}

export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const rest = `${Math.floor(whole / 60) % 60}`.padStart(whole >= 3600 ? 2 : 1, "0");
  const text = `${rest}:${`${whole % 60}`.padStart(2, "0")}`;
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${text}` : text;
}

/** In words, for those who do not see the roll. */
export function describe(music: Music): string {
  if (music.notes.length === 0) return music.steps > 0 ? "Silence so far." : "Nothing here yet.";
  const pitches = music.notes.map((note) => note[2]);
  const low = pitches.reduce((a, b) => Math.min(a, b));
  const high = pitches.reduce((a, b) => Math.max(a, b));
  return `${music.notes.length} notes in ${lastBar(music)} bars, from ${pitchName(low)} to ${pitchName(high)}.`;
}

/** Bar lines of one meter, for a piece that is only being composed. */
export function barsOf(steps: number, grid: number, meter: string): number[] {
  const [numerator, denominator] = meter.split("/").map(Number);
  const length = (grid * 4 * numerator) / denominator;
  const bars: number[] = [];
  for (let at = 0; at < steps; at += length) bars.push(Math.ceil(at - 1e-6));
  return bars;
}

/** Takes up frames as they are composed: each a step with the pitches struck and held. */
export class Growing {
  readonly music: Music;
  private sounding = new Map<number, Note>();
  /** Steps whose frames are known. */
  known: number;
  /** Steps that were there before anything was composed. */
  past = 0;

  constructor(start: Music) {
    this.music = { ...start, notes: start.notes.map((note) => [...note] as Note) };
    this.known = 0;
  }

  /** The first `from` steps are there already. */
  begin(from: number) {
    this.known = this.past = from;
    this.music.notes = this.music.notes.filter((note) => note[0] < from);
    for (const note of this.music.notes) {
      if (note[0] + note[1] >= from) this.sounding.set(note[2], note);
    }
  }

  add(step: number, struck: number[], held: number[]) {
    const still = new Map<number, Note>();
    for (const pitch of held) {
      const note = this.sounding.get(pitch);
      if (note) {
        note[1] = step + 1 - note[0];
        still.set(pitch, note);
      }
    }
    for (const pitch of struck) {
      // Without articulation every frame strikes: what sounded before sounds on.
      const before = this.sounding.get(pitch);
      if (!this.music.articulation && before && before[0] + before[1] === step) {
        before[1] += 1;
        still.set(pitch, before);
        continue;
      }
      const note: Note = [step, 1, pitch];
      this.music.notes.push(note);
      still.set(pitch, note);
    }
    this.sounding = still;
    this.known = step + 1;
  }
}

export interface Region {
  from: number;
  to: number; // steps, not included
  low: number;
  high: number; // pitches, included
}

export function inRegion(note: Note, region: Region): boolean {
  return note[0] < region.to && note[0] + note[1] > region.from && note[2] >= region.low && note[2] <= region.high;
}
