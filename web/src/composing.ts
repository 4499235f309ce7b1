// An order from the press of the key to its pieces, and taken up again after a reload.
import { signal } from "@preact/signals";
import { api, listen, type Composition, type Frame, type Order } from "./api";
import { kept, keepPiece, newId, type Piece } from "./keep";
import { barsOf, Growing, type Music } from "./music";
import { say } from "./says";

export interface Live {
  id: string;
  state: "sending" | "queued" | "composing";
  order: Order;
  pieces: Growing[];
  doneSteps: number;
  allSteps: number;
}

interface Pending {
  id: string;
  order: Order;
  blank: Music; // as long as the piece will be, with what is gone on from
  past: number;
  first: number;
  title: string;
}

const reworks = (order: Order) => !!(order.infill || order.melody);

/** One at a time for each view: composing and reworking. */
export class Composer {
  readonly live = signal<Live | null>(null);
  /** Grows with every parcel of frames. */
  readonly version = signal(0);
  private readonly pending;
  private quit?: () => void;

  constructor(
    name: string,
    private readonly done: (pieces: Piece[], composition: Composition) => void,
  ) {
    this.pending = kept<Pending | null>(`pending.${name}`, null);
  }

  get busy(): boolean {
    return this.live.value !== null;
  }

  /** `past`: what the piece goes on from. `whole`: the piece that is reworked. */
  async start(order: Order, shape: { grid: number; low: number; high: number; articulation: boolean }, title: string, past?: Music) {
    if (this.busy) return;
    this.live.value = { id: "", state: "sending", order, pieces: [], doneSteps: 0, allSteps: 1 };
    try {
      say("Sending the order…", "doing");
      const made = await api.compose(order);
      const whole = order.infill?.music ?? order.melody?.music;
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
            notes: past?.notes ?? [],
          };
      this.pending.value = { id: made.id, order, blank, past: begun, first: Number(order.first ?? 0), title };
      this.follow(made.ahead ?? 0);
    } catch (error) {
      this.live.value = null;
      say(error instanceof Error ? error.message : String(error), "wrong");
    }
  }

  /** After a reload: what was being composed goes on being heard. */
  resume() {
    if (this.pending.value && !this.busy) this.follow(0);
  }

  private follow(ahead: number) {
    const pending = this.pending.value!;
    const count = pending.order.pieces ?? 1;
    const pieces = Array.from({ length: count }, () => {
      const growing = new Growing(pending.blank);
      growing.begin(pending.past);
      return growing;
    });
    const live: Live = { id: pending.id, state: "queued", order: pending.order, pieces, doneSteps: 0, allSteps: count * (pending.blank.steps - pending.past) };
    this.live.value = live;
    say(ahead > 0 ? `In the queue; ${ahead} before it.` : "The model is being loaded…", "doing");
    this.quit = listen(
      `/api/compositions/${encodeURIComponent(pending.id)}/events`,
      {
        begin: () => {
          this.live.value = { ...this.live.value!, state: "composing" };
          say(count > 1 ? `Composing ${count} pieces…` : "Composing…", "doing");
        },
        progress: (data: { done_steps: number }) => {
          this.live.value = { ...this.live.value!, state: "composing", doneSteps: data.done_steps };
        },
        frames: (data: { done_steps: number; frames: Frame[] }) => {
          const first = pending.first;
          for (const [piece, step, struck, held] of data.frames) pieces[piece - first]?.add(step, struck, held);
          this.live.value = { ...this.live.value!, state: "composing", doneSteps: data.done_steps };
          this.version.value += 1;
        },
        end: (data: Composition) => void this.finish(data, pending),
      },
      (gone) => {
        if (gone) void this.check(pending.id);
      },
    );
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
        const [piece, midi] = await Promise.all([api.piece(data.id, outline.number), api.pieceMidi(data.id, outline.number)]);
        made.push({
          id: newId(),
          title: data.pieces.length > 1 ? `${pending.title}, ${outline.number + 1}` : pending.title,
          made: Date.now() - outline.number,
          from: reworks(pending.order) ? "reworked" : "composed",
          model: data.model,
          music: piece.music,
          tempo: data.tempo,
          velocity: data.velocity,
          newFrom: piece.new_from,
          natsPerStep: outline.nats_per_step,
          seed: data.seed,
          midi,
        });
      }
      if (data.state === "stopped") made.push(...this.unfinished(data, pending, made.length));
      if (!reworks(pending.order)) for (const piece of made) await keepPiece(piece);
    } catch (error) {
      say(error instanceof Error ? error.message : String(error), "wrong");
    }
    this.leave();
    if (data.state === "failed") say(data.error ?? "Composing failed.", "wrong");
    this.done(made, data);
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
        id: newId(),
        title: `${pending.title} (stopped)`,
        made: Date.now(),
        from: "composed",
        model: data.model,
        music,
        tempo: data.tempo,
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
