// An order from the press of a key to its pieces, and taken up again after a reload.
import { signal } from "@preact/signals";
import { api, listen, type Composition, type Frame, type Order, type PieceOutline } from "./api";
import { kept, keepPiece, type Piece } from "./keep";
import { withTempo } from "./midi";
import { barsOf, Growing, type Music } from "./music";
import { say } from "./says";

export interface Live {
  id: string;
  state: "sending" | "queued" | "composing";
  order: Order;
  pieces: Growing[];
  doneSteps: number;
  allSteps: number;
  secondsLeft?: number;
}

interface Pending {
  id: string;
  order: Order;
  blank: Music; // as long as the piece will be, with what is gone on from
  past: number;
  allSteps: number;
  first: number;
  title: string;
  given?: number; // the tempo of the piece that is reworked
  tempo?: number; // where another was chosen while it was composed
}

const reworks = (order: Order) => !!(order.infill || order.melody);

/** Seconds left, by the speed of the last while: what was done before a reload comes all at once. */
class TimeLeft {
  private points: { at: number; done: number }[] = [];

  tell(done: number, all: number): number | undefined {
    const at = performance.now();
    this.points.push({ at, done });
    while (this.points.length > 2 && this.points[0].at < at - 8000) this.points.shift();
    const { at: since, done: before } = this.points[0];
    if (at - since < 400 || done <= before) return undefined;
    return ((all - done) * (at - since)) / (done - before) / 1000;
  }
}

/** One at a time for each view: composing and reworking. */
export class Composer {
  readonly live = signal<Live | null>(null);
  /** Grows with every parcel of frames. */
  readonly version = signal(0);
  private readonly pending;
  private quit?: () => void;
  private made = new Map<number, Promise<Piece>>();

  /** `ready` is told each piece as soon as it is there, `done` all of them. */
  constructor(
    name: string,
    private readonly done: (pieces: Piece[], composition: Composition, order: Order) => void,
    private readonly ready: (piece: Piece, order: Order) => void = () => undefined,
  ) {
    this.pending = kept<Pending | null>(`pending.${name}`, null);
  }

  get busy(): boolean {
    return this.live.value !== null;
  }

  /** `past`: what the piece goes on from. `whole`: the piece that is reworked, and `tempo` its. */
  async start(
    order: Order,
    shape: { grid: number; low: number; high: number; articulation: boolean },
    { title, past, whole, tempo }: { title: string; past?: Music; whole?: Music; tempo?: number },
  ) {
    if (this.busy) return;
    this.live.value = { id: "", state: "sending", order, pieces: [], doneSteps: 0, allSteps: 1 };
    try {
      say("Sending the order…", "doing");
      const made = await api.compose(order);
      const begun = order.infill?.from ?? past?.steps ?? 0;
      const steps = whole ? whole.steps : begun + made.steps;
      const meter = order.meter ?? "4/4";
      const blank: Music = whole
        ? { ...whole, notes: order.melody ? [] : whole.notes }
        : {
            ...shape,
            steps,
            meters: past?.meters ?? [[0, ...(meter.split("/").map(Number) as [number, number])]],
            bars: past ? [...past.bars, ...barsOf(steps - past.steps, shape.grid, meter).map((bar) => bar + past.steps)] : barsOf(steps, shape.grid, meter),
            first_bar: past?.first_bar,
            notes: past?.notes ?? [],
          };
      this.pending.value = { id: made.id, order, blank, past: begun, allSteps: made.all_steps, first: Number(order.first ?? 0), title, given: tempo };
      this.follow(made.ahead ?? 0);
    } catch (error) {
      this.live.value = null;
      throw error;
    }
  }

  /** After a reload: what was being composed goes on being heard. */
  resume() {
    if (this.pending.value && !this.busy) this.follow(0);
  }

  /** Another tempo for the piece that is being composed. */
  setTempo(tempo: number) {
    if (this.pending.value) this.pending.value = { ...this.pending.value, tempo };
  }

  get tempo(): number | undefined {
    return this.pending.value?.tempo ?? (this.live.value?.order.tempo as number | undefined);
  }

  private follow(ahead: number) {
    const pending = this.pending.value!;
    const count = pending.order.pieces ?? 1;
    const pieces = Array.from({ length: count }, () => {
      const growing = new Growing(pending.blank);
      growing.begin(pending.past);
      return growing;
    });
    this.made = new Map();
    const left = new TimeLeft();
    const progress = (done: number) => {
      const live = this.live.value!;
      this.live.value = { ...live, state: "composing", doneSteps: done, secondsLeft: left.tell(done, live.allSteps) ?? live.secondsLeft };
    };
    this.live.value = { id: pending.id, state: "queued", order: pending.order, pieces, doneSteps: 0, allSteps: pending.allSteps };
    say(ahead > 0 ? `In the queue; ${ahead} before it.` : "The model is being loaded…", "doing");
    this.quit = listen(
      `/api/compositions/${encodeURIComponent(pending.id)}/events`,
      {
        begin: () => {
          progress(0);
          say(count > 1 ? `Composing ${count} pieces…` : "Composing…", "doing");
        },
        progress: (data: { done_steps: number }) => progress(data.done_steps),
        frames: (data: { done_steps: number; frames: Frame[] }) => {
          for (const [piece, step, struck, held] of data.frames) pieces[piece - pending.first]?.add(step, struck, held);
          progress(data.done_steps);
          this.version.value += 1;
        },
        piece: (outline: PieceOutline) => {
          void this.fetch(pending, outline).then((piece) => {
            if (this.pending.value?.id === pending.id) this.ready(piece, pending.order);
          }, () => undefined); // at the end it is asked for again
        },
        end: (data: Composition) => void this.finish(data, pending),
      },
      (gone) => {
        if (gone) void this.check(pending.id);
      },
    );
  }

  // A piece that is done, once.
  private fetch(pending: Pending, outline: PieceOutline): Promise<Piece> {
    const known = this.made.get(outline.number);
    if (known) return known;
    const { order } = pending;
    const getting = (async () => {
      const [made, midi] = await Promise.all([api.piece(pending.id, outline.number), api.pieceMidi(pending.id, outline.number)]);
      const count = order.pieces ?? 1;
      return {
        id: `${pending.id} ${outline.number}`, // the same in every tab that follows this order
        title: count > 1 ? `${pending.title}, ${outline.number - pending.first + 1}` : pending.title,
        made: Date.now() - outline.number,
        from: reworks(order) ? "reworked" : "composed",
        model: order.model,
        music: made.music,
        tempo: (order.tempo as number | undefined) ?? pending.given ?? 120,
        velocity: (order.velocity as number | undefined) ?? 80,
        newFrom: made.new_from,
        natsPerStep: outline.nats_per_step,
        seed: order.seed as number | undefined,
        midi,
      } satisfies Piece;
    })();
    this.made.set(outline.number, getting);
    getting.catch(() => this.made.delete(outline.number));
    return getting;
  }

  // A lost stream: is the order still known there?
  private async check(id: string) {
    try {
      const known = await api.composition(id);
      if (!["queued", "composing"].includes(known.state) && this.pending.value?.id === id) await this.finish(known, this.pending.value);
    } catch (error) {
      if ((error as { status?: number }).status !== 404) {
        say("The studio does not answer; listening again as soon as it does…", "wrong");
        return;
      }
      this.leave();
      say("The studio was started anew meanwhile, and that order is gone. Press the key again.", "wrong");
    }
  }

  private leave() {
    this.quit?.();
    this.quit = undefined;
    this.live.value = null;
    this.pending.value = null;
  }

  private async finish(data: Composition, pending: Pending) {
    if (this.pending.value?.id !== pending.id) return;
    this.quit?.();
    const made: Piece[] = [];
    try {
      for (const outline of data.pieces) {
        const piece = await this.fetch(pending, outline);
        const tempo = this.pending.value?.tempo ?? piece.tempo;
        made.push({ ...piece, tempo, velocity: data.velocity, seed: data.seed, midi: tempo === piece.tempo ? piece.midi : withTempo(piece.midi!, tempo) });
      }
      if (data.state === "stopped") made.push(...this.unfinished(data, pending, made.length));
      if (!reworks(pending.order)) for (const piece of made) await keepPiece(piece);
    } catch (error) {
      say(error instanceof Error ? error.message : String(error), "wrong");
    }
    this.leave();
    if (data.state === "failed") say(data.error ?? "Composing failed.", "wrong");
    this.done(made, data, pending.order);
  }

  // What was there when it was stopped is kept, too.
  private unfinished(data: Composition, pending: Pending, finished: number): Piece[] {
    const growing = this.live.value?.pieces[finished];
    if (!growing || growing.known <= pending.past || reworks(pending.order)) return [];
    const music = growing.music;
    music.steps = growing.known;
    music.bars = music.bars.filter((bar) => bar < growing.known);
    return [
      {
        id: `${pending.id} stopped`,
        title: `${pending.title} (stopped)`,
        made: Date.now(),
        from: "composed",
        model: data.model,
        music,
        tempo: this.pending.value?.tempo ?? data.tempo,
        velocity: data.velocity,
        newFrom: pending.past,
        seed: data.seed,
      },
    ];
  }

  async stop() {
    const id = this.live.value?.id;
    if (!id) return;
    say("Stopping…", "doing");
    try {
      await api.stop(id);
    } catch (error) {
      say(error instanceof Error ? error.message : String(error), "wrong");
    }
  }
}
