// Sound: the program's own soundfont in an AudioWorklet; or, where the browser allows none (plain
// HTTP over a network), sound that the server renders.
import { computed, signal } from "@preact/signals";
import processorUrl from "../node_modules/spessasynth_lib/dist/spessasynth_processor.min.js?url";
import type { WorkletSynthesizer } from "spessasynth_lib";
import { api } from "./api";
import type { Music, Note } from "./music";
import { say } from "./says";

export type PlayState = "silent" | "loading" | "playing" | "waiting";

export interface Playing {
  id: string; // what is played: a piece's, or a view's
  music: Music;
  tempo: number;
  velocity: number;
  /** Steps that are known; more may come until `complete`. */
  known: () => number;
  complete: () => boolean;
  /** What a loop goes round; without it, the whole piece. */
  part?: () => { from: number; to: number } | null;
}

/** A piece that is whole. */
export function whole(id: string, piece: { music: Music; tempo: number; velocity: number }, part?: Playing["part"]): Playing {
  return { id, music: piece.music, tempo: piece.tempo, velocity: piece.velocity, known: () => piece.music.steps, complete: () => true, part };
}

const ahead = 0.25; // seconds scheduled in advance
const between = 40; // milliseconds between looks
const offEarly = 0.004; // seconds: a note ends just before its pitch is struck again

class Player {
  readonly state = signal<PlayState>("silent");
  /** What sounds: the roll, the play button and the counter show it. */
  readonly now = signal<Playing | null>(null);
  readonly id = computed(() => this.now.value?.id ?? "");
  readonly loop = signal(false);
  readonly tempo = signal(120);
  private context?: AudioContext;
  private synth?: WorkletSynthesizer;
  private getting?: Promise<void>;
  private timer = 0;
  // The step that sounded at `anchorTime` (seconds of the context).
  private anchorStep = 0;
  private anchorTime = 0;
  private next = 0; // index into the notes
  private open: { note: Note; from: number }[] = [];
  private element?: HTMLAudioElement;

  get worklet(): boolean {
    return typeof AudioWorkletNode !== "undefined" && isSecureContext;
  }

  private get playing(): Playing | undefined {
    return this.now.peek() ?? undefined;
  }

  /** Fetches the sounds, so that the first press is heard at once. */
  async warm() {
    if (this.worklet) await this.load().catch(() => undefined);
  }

  private async ready() {
    await this.load();
    await this.context!.resume();
  }

  private async load() {
    this.context ??= new AudioContext({ latencyHint: "interactive" });
    const context = this.context;
    this.getting ??= (async () => {
      const [{ WorkletSynthesizer }, bank] = await Promise.all([
        import("spessasynth_lib"),
        api.soundfont(),
        context.audioWorklet.addModule(processorUrl),
      ]);
      const synth = new WorkletSynthesizer(context);
      synth.connect(context.destination);
      await synth.soundBankManager.addSoundBank(bank, "toccata");
      await synth.isReady;
      this.synth = synth;
    })();
    try {
      await this.getting;
    } catch (error) {
      this.getting = undefined;
      throw error;
    }
  }

  async play(what: Playing, from: number) {
    this.stop();
    this.now.value = what;
    this.tempo.value = what.tempo;
    this.state.value = "loading";
    try {
      if (!this.worklet) return await this.playRendered(what, from);
      await this.ready();
    } catch (error) {
      this.stop();
      say(`No sound: ${error instanceof Error ? error.message : error}`, "wrong");
      return;
    }
    if (this.playing !== what) return; // another was asked for meanwhile
    this.seek(from);
    this.state.value = "playing";
    this.timer = window.setInterval(() => this.look(), between);
    this.look();
  }

  private seek(step: number) {
    const music = this.playing!.music;
    this.anchorStep = step;
    this.anchorTime = this.context!.currentTime + 0.06;
    this.next = music.notes.findIndex((note) => note[0] >= step);
    if (this.next < 0) this.next = music.notes.length;
  }

  private get stepSeconds(): number {
    return 60 / this.tempo.value / this.playing!.music.grid;
  }

  private timeOf(step: number): number {
    return this.anchorTime + (step - this.anchorStep) * this.stepSeconds;
  }

  private stepAt(time: number): number {
    return this.anchorStep + (time - this.anchorTime) / this.stepSeconds;
  }

  /** Where the music is now, in steps. */
  position(): number {
    if (!this.playing) return 0;
    if (this.element) return this.anchorStep + this.element.currentTime / this.stepSeconds;
    if (!this.context || this.state.value === "loading") return this.anchorStep;
    return Math.max(this.anchorStep, this.stepAt(this.context.currentTime));
  }

  setTempo(tempo: number) {
    if (this.playing && this.synth && this.context && !this.element) {
      this.anchorStep = this.stepAt(this.context.currentTime);
      this.anchorTime = this.context.currentTime;
    }
    this.tempo.value = tempo;
  }

  private look() {
    const playing = this.playing!;
    const now = this.context!.currentTime;
    const known = playing.complete() ? playing.music.steps : playing.known();
    const loop = this.looped(playing);
    const end = loop ? Math.min(loop.to, playing.music.steps) : playing.music.steps;
    const limit = Math.min(known, end);
    // Composed slower than played: time stands still until more is there.
    if (!playing.complete() && limit < end && this.stepAt(now + ahead) > limit) {
      if (this.state.value !== "waiting") this.state.value = "waiting";
      this.anchorStep = Math.min(this.stepAt(now), limit);
      this.anchorTime = now + between / 1000;
    } else if (this.state.value === "waiting") {
      this.state.value = "playing";
    }
    this.schedule(Math.min(this.stepAt(now + ahead), limit), playing, end);
    if (this.stepAt(now) < end || (!playing.complete() && limit < end)) return;
    if (loop) {
      this.silence();
      this.seek(Math.min(loop.from, end));
    } else if (this.stepAt(now) > end + 1 || this.open.length === 0) {
      this.stop();
    }
  }

  private looped(playing: Playing): { from: number; to: number } | null {
    if (!this.loop.value) return null;
    const part = playing.part?.();
    return part && part.from < Math.min(part.to, playing.music.steps) ? part : { from: 0, to: playing.music.steps };
  }

  private schedule(horizon: number, playing: Playing, end: number) {
    const notes = playing.music.notes;
    while (this.next < notes.length && notes[this.next][0] < horizon) {
      const note = notes[this.next++];
      const from = Math.max(this.timeOf(note[0]), this.context!.currentTime);
      this.release(note[2], note[0]);
      this.synth!.noteOn(0, note[2], playing.velocity, { time: from });
      this.open.push({ note, from });
    }
    const settled = playing.complete() ? Infinity : playing.known();
    this.open = this.open.filter(({ note, from }) => {
      const over = Math.min(note[0] + note[1], end);
      if (over > horizon || (over >= settled && over < end)) return true;
      const time = Math.max(from + 0.02, this.timeOf(over) - offEarly);
      this.synth!.noteOff(0, note[2], { time });
      return false;
    });
  }

  // A pitch that is struck again ends its older note first.
  private release(pitch: number, step: number) {
    this.open = this.open.filter(({ note, from }) => {
      if (note[2] !== pitch) return true;
      this.synth!.noteOff(0, pitch, { time: Math.max(from + 0.02, this.timeOf(step) - offEarly) });
      return false;
    });
  }

  private silence() {
    this.open = [];
    this.synth?.stopAll(true);
  }

  stop() {
    window.clearInterval(this.timer);
    if (this.playing && this.synth) this.silence();
    if (this.element) {
      this.element.pause();
      URL.revokeObjectURL(this.element.src);
      this.element = undefined;
    }
    this.now.value = null;
    this.state.value = "silent";
  }

  /** One note, to hear what it is. */
  async touch(pitch: number) {
    if (!this.worklet) return;
    await this.ready();
    this.synth!.noteOn(0, pitch, 80);
    this.synth!.noteOff(0, pitch, { time: this.context!.currentTime + 0.35 });
  }

  private async playRendered(what: Playing, from: number) {
    if (!what.complete()) {
      this.stop();
      return say("This browser plays only finished pieces here: over a network, sound needs TLS.");
    }
    say("The server renders the sound, since this browser allows none of its own here…", "doing");
    const midi = await api.midi(what.music, what.tempo, what.velocity);
    const blob = await api.render(midi, "flac");
    if (this.playing !== what) return;
    const element = new Audio(URL.createObjectURL(blob));
    this.element = element;
    this.anchorStep = 0;
    element.currentTime = from * this.stepSeconds;
    element.onended = () => this.stop();
    await element.play();
    this.state.value = "playing";
    say("Playing what the server rendered.");
  }
}

export const player = new Player();
