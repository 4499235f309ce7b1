// The piano roll: a canvas that draws music, scrolls with it and lets a region be chosen on it.
import { barAt, barBegin, firstBar, pitchName, type Music, type Note, type Region } from "../music";

export interface Look {
  paper: string;
  row: string; // black keys' rows
  line: string;
  bar: string;
  ink: string;
  faint: string;
  note: string;
  noteNew: string;
  sounding: string;
  pin: string;
  accent: string;
  selection: string;
}

export interface Shown {
  music: Music;
  newFrom: number; // notes from this step on are drawn as new
  known: number; // steps that are composed; the rest is yet to come
  position: number | null; // where it plays
  region: Region | null;
  pinned: Set<string>;
  surprise: Map<string, number> | null; // nats by note
  start: number; // where playing will begin
}

const keys = 44; // pixels of the keyboard at the left
const ruler = 22; // pixels of bar numbers at the top
const black = new Set([1, 3, 6, 8, 10]);

// Of one lightness, on which sounding notes and pins stand out, on light paper and on dark.
const surprises = [[0x3f, 0x86, 0xc9], [0x9a, 0x6c, 0xc0], [0xd6, 0x50, 0x3a]];

/** From sure (blue) to surprised (red), six nats and more. */
export function surpriseColour(nats: number): string {
  const at = Math.min(1, Math.max(0, nats / 6)) * (surprises.length - 1);
  const below = Math.min(surprises.length - 2, Math.floor(at));
  const mixed = surprises[below].map((value, i) => Math.round(value + (surprises[below + 1][i] - value) * (at - below)));
  return `rgb(${mixed.join(" ")})`;
}

export class Roll {
  zoom = 10; // pixels a step
  scroll = 0; // steps
  follow = true;
  private low = 48;
  private high = 84;
  private width = 0;
  private height = 0;
  private pen: CanvasRenderingContext2D;
  private look!: Look;
  private shown: Shown | null = null;
  private dirty = 0;
  private drag: { step: number; pitch: number; moved: boolean; x: number; y: number } | null = null;

  onSeek?: (step: number) => void;
  onRegion?: (region: Region | null) => void;
  onNote?: (note: Note) => void;
  /** Told which bars are in view, when that changes. */
  onView?: (first: number, last: number) => void;
  private view = "";

  constructor(
    private canvas: HTMLCanvasElement,
    private selectable: boolean,
  ) {
    this.pen = canvas.getContext("2d")!;
    this.restyle();
    const sizes = new ResizeObserver(() => this.resize());
    sizes.observe(canvas);
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.moveTo(event));
    canvas.addEventListener("pointerup", (event) => this.release(event));
    canvas.addEventListener("pointercancel", () => (this.drag = null));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.resize();
  }

  restyle() {
    const style = getComputedStyle(this.canvas);
    const get = (name: string) => style.getPropertyValue(`--roll-${name}`).trim() || "#888";
    this.look = {
      paper: get("paper"),
      row: get("row"),
      line: get("line"),
      bar: get("bar"),
      ink: get("ink"),
      faint: get("faint"),
      note: get("note"),
      noteNew: get("new"),
      sounding: get("sounding"),
      pin: get("pin"),
      accent: get("accent"),
      selection: get("selection"),
    };
    this.redraw();
  }

  private resize() {
    const ratio = window.devicePixelRatio || 1;
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.redraw();
  }

  show(shown: Shown) {
    const other = this.shown?.music !== shown.music;
    this.shown = shown;
    if (other) {
      this.fit();
      // Another piece is looked at from its beginning; a version of the same one from where it was.
      if (!this.selectable && shown.position === null) this.scroll = 0;
    } else this.widen();
    if (shown.position !== null && this.follow) this.keepInView(shown.position);
    else if (shown.known < shown.music.steps && this.follow) this.keepInView(shown.known);
    this.redraw();
  }

  /** Rows for the pitches that sound, and a little room. */
  private fit() {
    const notes = this.shown!.music.notes;
    this.low = 127;
    this.high = 0;
    for (const note of notes) {
      this.low = Math.min(this.low, note[2] - 2);
      this.high = Math.max(this.high, note[2] + 2);
    }
    if (this.low > this.high) [this.low, this.high] = [48, 84];
    while (this.high - this.low < 30) {
      this.low -= 1;
      this.high += 1;
    }
    this.low = Math.max(0, this.low);
    this.high = Math.min(127, this.high);
    this.scroll = Math.min(this.scroll, Math.max(0, this.shown!.music.steps - 8));
  }

  private widen() {
    const notes = this.shown!.music.notes;
    for (let i = Math.max(0, notes.length - 200); i < notes.length; ++i) {
      this.low = Math.max(0, Math.min(this.low, notes[i][2] - 2));
      this.high = Math.min(127, Math.max(this.high, notes[i][2] + 2));
    }
  }

  /** Scrolls to `step` where it is out of view. */
  keepInView(step: number) {
    const steps = (this.width - keys) / this.zoom;
    if (step > this.scroll + steps * 0.85 || step < this.scroll) this.scrollTo(step - steps * 0.25);
  }

  scrollTo(step: number) {
    const steps = (this.width - keys) / this.zoom;
    const most = Math.max(0, (this.shown?.music.steps ?? 0) - steps + 8 / this.zoom);
    this.scroll = Math.min(most, Math.max(0, step));
    this.redraw();
  }

  zoomBy(factor: number) {
    const middle = this.scroll + (this.width - keys) / this.zoom / 2;
    this.zoom = Math.min(48, Math.max(this.wholeZoom(), this.zoom * factor));
    this.scrollTo(middle - (this.width - keys) / this.zoom / 2);
  }

  /** The whole piece in view. */
  zoomAll() {
    this.zoom = this.wholeZoom();
    this.scrollTo(0);
  }

  /** However long it is, a piece fits: a step may be less than a pixel wide. */
  private wholeZoom(): number {
    const steps = Math.max(16, this.shown?.music.steps ?? 0);
    return Math.min(48, (this.width - keys - 8) / steps);
  }

  private x(step: number): number {
    return keys + (step - this.scroll) * this.zoom;
  }

  private rowHeight(): number {
    return (this.height - ruler) / (this.high - this.low + 1);
  }

  private y(pitch: number): number {
    return ruler + (this.high - pitch) * this.rowHeight();
  }

  private stepAt(x: number): number {
    return this.scroll + (x - keys) / this.zoom;
  }

  private pitchAt(y: number): number {
    return Math.round(this.high - (y - ruler) / this.rowHeight() + 0.5 - 1e-6);
  }

  redraw() {
    if (!this.dirty) {
      this.dirty = requestAnimationFrame(() => {
        this.dirty = 0;
        this.draw();
      });
    }
  }

  private draw() {
    const { pen, look } = this;
    pen.clearRect(0, 0, this.width, this.height);
    pen.fillStyle = look.paper;
    pen.fillRect(0, 0, this.width, this.height);
    this.drawRows();
    if (this.shown) {
      pen.save();
      pen.beginPath();
      pen.rect(keys, 0, this.width - keys, this.height);
      pen.clip();
      this.drawBars();
      this.drawRegion();
      this.drawNotes();
      this.drawHead();
      pen.restore();
    }
    this.drawKeys();
    this.tellView();
  }

  private tellView() {
    const music = this.shown?.music;
    if (!music || !this.onView) return;
    const first = barAt(music, Math.max(0, this.scroll));
    const last = barAt(music, Math.max(0, Math.min(music.steps - 1, this.stepAt(this.width - 1))));
    if (this.view === `${first} ${last}`) return;
    this.view = `${first} ${last}`;
    this.onView(first, last);
  }

  private drawRows() {
    const { pen, look } = this;
    const height = this.rowHeight();
    for (let pitch = this.low; pitch <= this.high; ++pitch) {
      if (!black.has(pitch % 12)) continue;
      pen.fillStyle = look.row;
      pen.fillRect(keys, this.y(pitch), this.width - keys, height);
    }
    pen.fillStyle = look.line;
    for (let pitch = this.low; pitch <= this.high; ++pitch) {
      if (pitch % 12 === 0) pen.fillRect(keys, this.y(pitch) + height - 0.5, this.width - keys, 1);
    }
  }

  private drawBars() {
    const { pen, look } = this;
    const { music } = this.shown!;
    const end = this.stepAt(this.width);
    const room = Math.max(1, Math.ceil(34 / (this.zoom * (barBegin(music, 2) - barBegin(music, 1)))));
    pen.font = "11px system-ui, sans-serif";
    pen.textBaseline = "middle";
    music.bars.forEach((step, index) => {
      if (step < this.scroll - 64 || step > end) return;
      const next = music.bars[index + 1] ?? music.steps;
      const number = firstBar(music) + index;
      if (this.zoom >= 5) {
        pen.fillStyle = look.line;
        for (let beat = step + music.grid; beat < next; beat += music.grid) {
          pen.fillRect(Math.round(this.x(beat)), ruler, 1, this.height);
        }
      }
      if (this.zoom * (next - step) > 6 || (number - 1) % room === 0) {
        pen.fillStyle = look.bar;
        pen.fillRect(Math.round(this.x(step)), ruler - 6, 1, this.height);
      }
      if ((number - 1) % room === 0) {
        pen.fillStyle = look.ink;
        pen.fillText(`${number}`, this.x(step) + 4, ruler / 2);
      }
    });
    pen.fillStyle = look.bar;
    if (music.steps > 0) pen.fillRect(Math.round(this.x(music.steps)), ruler, 2, this.height);
  }

  private drawRegion() {
    const region = this.shown!.region;
    if (!region) return;
    const { pen, look } = this;
    const top = this.y(region.high);
    const height = this.y(region.low) + this.rowHeight() - top;
    pen.fillStyle = look.selection;
    pen.fillRect(this.x(region.from), top, (region.to - region.from) * this.zoom, height);
    pen.strokeStyle = look.accent;
    pen.lineWidth = 1.5;
    pen.setLineDash([5, 4]);
    pen.strokeRect(this.x(region.from), top, (region.to - region.from) * this.zoom, height);
    pen.setLineDash([]);
  }

  private drawNotes() {
    const { pen, look } = this;
    const { music, newFrom, position, surprise, pinned } = this.shown!;
    const end = this.stepAt(this.width);
    const height = Math.max(2, this.rowHeight() - 1);
    for (const note of music.notes) {
      const [onset, length, pitch] = note;
      if (onset > end || onset + length < this.scroll) continue;
      const key = `${onset}:${pitch}`;
      const sounding = position !== null && position >= onset && position < onset + length;
      pen.fillStyle = surprise
        ? surpriseColour(surprise.get(key) ?? 0)
        : onset >= newFrom
          ? look.noteNew
          : look.note;
      if (sounding) pen.fillStyle = look.sounding;
      const x = this.x(onset);
      const y = this.y(pitch) + 0.5;
      const wide = Math.max(2, length * this.zoom - 1);
      pen.beginPath();
      pen.roundRect(x + 0.5, y, wide, height, Math.min(3, height / 2, wide / 2));
      pen.fill();
      if (pinned.has(key)) this.drawPin(x, y, wide, height);
    }
  }

  // A ring with a gap: seen on notes of every colour, those that sound too.
  private drawPin(x: number, y: number, wide: number, height: number) {
    const { pen, look } = this;
    for (const [out, line, colour] of [[1, 2, look.paper], [3, 2, look.pin]] as const) {
      pen.strokeStyle = colour;
      pen.lineWidth = line;
      pen.beginPath();
      pen.roundRect(x + 0.5 - out, y - out, wide + 2 * out, height + 2 * out, 4);
      pen.stroke();
    }
  }

  private drawHead() {
    const { pen, look } = this;
    const { position, start, known, music } = this.shown!;
    if (known < music.steps) {
      pen.fillStyle = look.accent;
      pen.globalAlpha = 0.5;
      pen.fillRect(this.x(known), ruler, 2, this.height);
      pen.globalAlpha = 1;
    }
    if (music.steps > 0) {
      const x = this.x(start);
      pen.fillStyle = look.accent;
      pen.beginPath();
      pen.moveTo(x - 5, ruler - 8);
      pen.lineTo(x + 5, ruler - 8);
      pen.lineTo(x, ruler - 1);
      pen.fill();
    }
    if (position === null) return;
    pen.fillStyle = look.accent;
    pen.fillRect(this.x(position) - 1, 0, 2, this.height);
  }

  private drawKeys() {
    const { pen, look } = this;
    const height = this.rowHeight();
    pen.fillStyle = look.paper;
    pen.fillRect(0, 0, keys, this.height);
    pen.font = "10px system-ui, sans-serif";
    pen.textBaseline = "middle";
    for (let pitch = this.low; pitch <= this.high; ++pitch) {
      const dark = black.has(pitch % 12);
      pen.fillStyle = dark ? look.ink : look.paper;
      if (dark) pen.fillRect(0, this.y(pitch) + 0.5, keys * 0.55, height - 1);
      if (pitch % 12 === 0) {
        pen.fillStyle = look.ink;
        pen.fillText(pitchName(pitch), keys * 0.58, this.y(pitch) + height / 2);
        pen.fillStyle = look.bar;
        pen.fillRect(0, this.y(pitch) + height - 0.5, keys, 1);
      }
    }
    pen.fillStyle = look.bar;
    pen.fillRect(keys - 1, 0, 1, this.height);
    pen.fillStyle = look.paper;
    pen.fillRect(0, 0, keys - 1, ruler);
  }

  private place(event: PointerEvent): { x: number; y: number } {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private press(event: PointerEvent) {
    if (event.button !== 0 || !this.shown) return;
    const { x, y } = this.place(event);
    this.drag = { step: this.stepAt(x), pitch: this.pitchAt(y), moved: false, x, y };
    this.canvas.setPointerCapture(event.pointerId);
  }

  private moveTo(event: PointerEvent) {
    if (!this.drag || !this.shown) return;
    const { x, y } = this.place(event);
    if (Math.hypot(x - this.drag.x, y - this.drag.y) > 4) this.drag.moved = true;
    if (!this.drag.moved) return;
    // A finger scrolls where nothing is to be selected.
    if (!this.selectable || this.drag.y < ruler) {
      this.follow = false;
      this.scrollTo(this.scroll + this.drag.step - this.stepAt(x));
      return;
    }
    this.onRegion?.(this.regionTo(x, y));
  }

  private regionTo(x: number, y: number): Region | null {
    const { music } = this.shown!;
    const grid = music.grid;
    const a = Math.min(this.drag!.step, this.stepAt(x));
    const b = Math.max(this.drag!.step, this.stepAt(x));
    const from = Math.max(0, Math.floor(a / grid) * grid);
    const to = Math.min(music.steps, Math.ceil(b / grid) * grid);
    if (from >= to) return null;
    const pitch = this.pitchAt(y);
    return {
      from,
      to,
      low: Math.max(music.low, Math.min(pitch, this.drag!.pitch)),
      high: Math.min(music.high, Math.max(pitch, this.drag!.pitch)),
    };
  }

  private release(event: PointerEvent) {
    const drag = this.drag;
    this.drag = null;
    if (!drag || drag.moved || !this.shown) return;
    const { x, y } = this.place(event);
    const step = this.stepAt(x);
    const { music } = this.shown;
    const pitch = this.pitchAt(y);
    const note = music.notes.find((each) => each[2] === pitch && each[0] <= step && each[0] + each[1] > step);
    if (note && y > ruler && this.onNote) return this.onNote(note);
    this.follow = true;
    this.onSeek?.(Math.max(0, Math.min(music.steps, Math.round(step))));
  }

  private wheel(event: WheelEvent) {
    if (!this.shown) return;
    if (event.ctrlKey) {
      event.preventDefault();
      this.zoomBy(event.deltaY < 0 ? 1.15 : 1 / 1.15);
      return;
    }
    const move = event.shiftKey ? event.deltaY : event.deltaX;
    if (Math.abs(move) < 1) return;
    event.preventDefault();
    this.follow = false;
    this.scrollTo(this.scroll + move / this.zoom);
  }

  /** "bar 3" for the place where playing will begin. */
  barOf(step: number): number {
    return this.shown ? barAt(this.shown.music, step) : 1;
  }
}

/** A small picture of a whole piece, for lists and candidates. */
export function drawSmall(canvas: HTMLCanvasElement, music: Music, region: Region | null) {
  const style = getComputedStyle(canvas);
  const get = (name: string) => style.getPropertyValue(`--roll-${name}`).trim();
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d")!;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.fillStyle = get("paper");
  pen.fillRect(0, 0, width, height);
  const from = region ? Math.max(0, region.from - 2 * music.grid) : 0;
  const to = region ? Math.min(music.steps, region.to + 2 * music.grid) : music.steps;
  const notes = music.notes.filter((note) => note[0] < to && note[0] + note[1] > from);
  if (notes.length === 0 || to <= from) return;
  const low = notes.reduce((least, note) => Math.min(least, note[2]), 127) - 1;
  const high = notes.reduce((most, note) => Math.max(most, note[2]), 0) + 1;
  const row = height / (high - low + 1);
  for (const [onset, length, pitch] of notes) {
    const inside = !region || (onset >= region.from && onset < region.to && pitch >= region.low && pitch <= region.high);
    pen.fillStyle = inside ? get("new") : get("note");
    const x = ((onset - from) / (to - from)) * width;
    pen.fillRect(x, (high - pitch) * row, Math.max(1, (length / (to - from)) * width - 0.5), Math.max(1.5, row - 0.5));
  }
}
