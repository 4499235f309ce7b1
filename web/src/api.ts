// The server's interface, as docs/api.md has it.
import { signal } from "@preact/signals";
import type { Music, Note } from "./music";

export interface Model {
  name: string;
  kind: "run" | "shipped" | "benchmark";
  complete: boolean;
  default?: true;
  grid: number;
  low: number;
  high: number;
  articulation: boolean;
  time_units: number[];
  note_units: number[];
  parameters: number;
  valid_nats?: number;
  problem?: string;
}

export interface PieceOutline {
  number: number;
  new_from: number;
  notes: number;
  nats_per_step: number;
  log_evidence?: number;
}

export interface Composition {
  id: string;
  state: "queued" | "composing" | "done" | "stopped" | "failed";
  error?: string;
  model: string;
  seed: number;
  steps: number;
  wanted_pieces: number;
  done_steps: number;
  all_steps: number;
  tempo: number;
  velocity: number;
  warnings?: string[];
  ahead?: number;
  pieces: PieceOutline[];
}

/** What an order may ask for, as GET /api/controls names it. */
export interface Control {
  key: string;
  name: string;
  group: string;
  meaning: string;
  kind: "flag" | "whole" | "number" | "words" | "text" | "file" | "parts";
  least?: number;
  most?: number;
  slider?: [number, number];
  words?: string[];
  examples?: string[];
  default?: unknown;
  otherwise?: string;
}

/** A file that an order is made from: what is not composed anew stays in it, event for event. */
export interface Given {
  midi: string; // base64
  name: string;
}

/** A model, and any of the controls; those that the page itself looks at have a type here. */
export interface Order {
  model: string;
  pieces?: number;
  meter?: string;
  prime?: Given;
  infill?: Given & { from: number; to: number; low: number; high: number; pinned: [number, number][] };
  melody?: Given & { voice: string };
  [key: string]: unknown;
}

/** [piece, step, pitches struck, pitches held] */
export type Frame = [number, number, number[], number[]];

export interface Metrics {
  batch: number;
  epoch: number;
  seconds: number;
  train_nats?: number;
  valid_nats?: number;
  learning_rate?: number;
  note_steps_per_second?: number;
  seconds_left?: number;
}

export interface Run {
  name: string;
  state: "idle" | "running" | "stopping" | "stopped" | "finished" | "failed";
  has_model: boolean;
  last?: Metrics;
  best_valid_nats?: number;
  seconds_left?: number;
  verdict?: { found?: string[]; warnings?: string[]; advice?: string[] };
  goal: { minutes?: number; batches?: number; epochs?: number; paths?: string[] };
  metrics?: Metrics[];
  samples?: string[];
  log?: string[];
}

export interface Folder {
  name: string;
  path: string;
  dropped: boolean;
}

interface NoteCounts {
  read: number;
  kept: number;
  merged: number;
  folded: number;
  dropped: number;
  drums: number;
}

/** What toccata import finds: corpus/report.h. */
export interface Findings {
  files: {
    name: string;
    kept: boolean;
    reason?: string;
    verdicts?: string[];
    duplicate_of?: string;
    repair_count: number;
    notes: NoteCounts;
  }[];
  totals: { files: number; kept: number; bars: number; notes: NoteCounts };
}

export interface ReadFile {
  name: string;
  tempo: number;
  music: Music;
  report: { repair_count: number; folded: number; merged: number; drums: number; notes_read: number };
  tracks: { name: string; notes: number }[];
}

export interface Surprise {
  nats: number;
  nats_per_step: number;
  notes: [onset: number, length: number, pitch: number, onsetNats: number, heldNats: number][];
  steps: number[];
}

export class Refused extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly retryAfter: number,
  ) {
    super(message);
  }
}

/** The studio asks for its token, and the page has not shown it. */
export const tokenWanted = signal(false);

async function call(method: string, path: string, body?: BodyInit, type?: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { method, body, headers: type ? { "Content-Type": type } : {} });
  } catch {
    throw new Refused("The studio does not answer. Is toccata studio still running?", 0, 0);
  }
  if (response.ok) return response;
  if (response.status === 401) tokenWanted.value = true;
  let message = `${response.status} ${response.statusText}`;
  try {
    message = (await response.json()).error ?? message;
  } catch {
    // An answer without a message of the studio's own: its status has to do.
  }
  throw new Refused(message, response.status, Number(response.headers.get("Retry-After") ?? 0));
}

const json = "application/json";
const send = (path: string, value: unknown) => call("POST", path, JSON.stringify(value), json);
const part = encodeURIComponent;

export const api = {
  models: async (): Promise<Model[]> => (await (await call("GET", "/api/models")).json()).models,
  controls: async (): Promise<Control[]> => (await (await call("GET", "/api/controls")).json()).controls,
  compose: async (order: Order): Promise<Composition> => (await send("/api/compositions", order)).json(),
  composition: async (id: string): Promise<Composition> =>
    (await call("GET", `/api/compositions/${part(id)}`)).json(),
  stop: async (id: string): Promise<void> => void (await call("DELETE", `/api/compositions/${part(id)}`)),
  piece: async (id: string, number: number): Promise<{ new_from: number; nats: number; music: Music }> =>
    (await call("GET", `/api/compositions/${part(id)}/pieces/${number}.json`)).json(),
  pieceMidi: async (id: string, number: number): Promise<ArrayBuffer> =>
    (await call("GET", `/api/compositions/${part(id)}/pieces/${number}.mid`)).arrayBuffer(),
  /** `given`: as infill and melody read it, from the file's first bar on. */
  read: async (bytes: ArrayBuffer, name: string, model: string, given = false): Promise<ReadFile> =>
    (await call("POST", `/api/read?name=${part(name)}&model=${part(model)}${given ? "&given=1" : ""}`, bytes, "audio/midi")).json(),
  midi: async (music: Music, tempo: number, velocity: number): Promise<ArrayBuffer> =>
    (await send("/api/midi", { music, tempo, velocity })).arrayBuffer(),
  surprise: async (model: string, music: Music): Promise<Surprise> =>
    (await send("/api/surprise", { model, music })).json(),
  render: async (bytes: ArrayBuffer, form: string): Promise<Blob> =>
    (await call("POST", `/api/render/${form}`, bytes, "audio/midi")).blob(),
  soundfont: async (): Promise<ArrayBuffer> => (await call("GET", "/api/soundfont")).arrayBuffer(),
  folders: async (): Promise<Folder[]> => (await (await call("GET", "/api/folders")).json()).folders,
  findings: async (folder: string): Promise<Findings> => (await call("GET", `/api/folders/${part(folder)}`)).json(),
  drop: async (folder: string, file: File): Promise<void> =>
    void (await call("POST", `/api/folders/${part(folder)}/${part(file.name)}`, file, "application/octet-stream")),
  forgetFolder: async (folder: string): Promise<void> => void (await call("DELETE", `/api/folders/${part(folder)}`)),
  runs: async (): Promise<Run[]> => (await (await call("GET", "/api/runs")).json()).runs,
  run: async (name: string): Promise<Run> => (await call("GET", `/api/runs/${part(name)}`)).json(),
  train: async (order: object): Promise<Run> => (await send("/api/runs", order)).json(),
  stopRun: async (name: string): Promise<Run> => (await send(`/api/runs/${part(name)}/stop`, {})).json(),
  resumeRun: async (name: string, minutes?: number): Promise<Run> => (await send(`/api/runs/${part(name)}/resume`, { minutes })).json(),
  sample: async (run: string, name: string): Promise<ArrayBuffer> =>
    (await call("GET", `/api/runs/${part(run)}/samples/${part(name)}`)).arrayBuffer(),
};

/** Listens to an event stream; lost connections are taken up again where they broke. */
export function listen(path: string, on: Record<string, (data: any) => void>, lost?: (gone: boolean) => void): () => void {
  const source = new EventSource(path);
  for (const [kind, react] of Object.entries(on)) {
    source.addEventListener(kind, (event) => react(JSON.parse((event as MessageEvent).data)));
  }
  source.onopen = () => lost?.(false);
  source.onerror = () => lost?.(true);
  return () => source.close();
}

export function notesOf(surprise: Surprise): Map<string, number> {
  const map = new Map<string, number>();
  for (const [onset, , pitch, nats] of surprise.notes) map.set(key([onset, 0, pitch]), nats);
  return map;
}

/** A note's name within its piece. */
export function key(note: Note): string {
  return `${note[0]}:${note[2]}`;
}
