// The tempo in a MIDI file's bytes: changed where it stands, and nothing else with it.

interface Event {
  tick: number;
  bytes: number[]; // without the time before it, its status written out
}

/** A variable-length quantity. */
function quantity(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}

class Reader {
  at = 0;
  constructor(private readonly bytes: Uint8Array) {}
  get more() {
    return this.at < this.bytes.length;
  }
  byte(): number {
    if (!this.more) throw new Error("The MIDI file ends too early.");
    return this.bytes[this.at++];
  }
  quantity(): number {
    let value = 0;
    for (let i = 0; i < 4; ++i) {
      const byte = this.byte();
      value = (value << 7) | (byte & 0x7f);
      if (byte < 0x80) break;
    }
    return value;
  }
  take(count: number): number[] {
    if (this.at + count > this.bytes.length) throw new Error("The MIDI file ends too early.");
    this.at += count;
    return [...this.bytes.subarray(this.at - count, this.at)];
  }
}

function readTrack(bytes: Uint8Array): Event[] {
  const reader = new Reader(bytes);
  const events: Event[] = [];
  let tick = 0;
  let running = 0;
  while (reader.more) {
    tick += reader.quantity();
    let status = reader.byte();
    if (status < 0x80) {
      reader.at -= 1;
      status = running;
    }
    if (status === 0xff) {
      const kind = reader.byte();
      const length = reader.quantity();
      events.push({ tick, bytes: [0xff, kind, ...quantity(length), ...reader.take(length)] });
    } else if (status >= 0xf0) {
      const length = reader.quantity();
      events.push({ tick, bytes: [status, ...quantity(length), ...reader.take(length)] });
    } else {
      running = status;
      events.push({ tick, bytes: [status, ...reader.take((status & 0xe0) === 0xc0 ? 1 : 2)] });
    }
  }
  return events;
}

const isTempo = ({ bytes }: Event) => bytes[0] === 0xff && bytes[1] === 0x51;
const periodOf = ({ bytes }: Event) => (bytes[3] << 16) | (bytes[4] << 8) | bytes[5];

function tempoEvent(period: number): number[] {
  const value = Math.min(0xffffff, Math.max(1, Math.round(period)));
  return [0xff, 0x51, 3, value >> 16, (value >> 8) & 0xff, value & 0xff];
}

/** The receipt says the tempo, too: with it the piece is made again as it is now. */
function receiptWith(event: Event, tempo: number): number[] {
  const { bytes } = event;
  if (bytes[0] !== 0xff || bytes[1] !== 1) return bytes;
  const reader = new Reader(Uint8Array.from(bytes.slice(2)));
  const text = new TextDecoder().decode(Uint8Array.from(reader.take(reader.quantity())));
  if (!text.startsWith('{"toccata')) return bytes;
  const changed = [...new TextEncoder().encode(text.replace(/"tempo":[0-9.e+-]+/, `"tempo":${Number.isInteger(tempo) ? `${tempo}.0` : tempo}`))];
  return [0xff, 1, ...quantity(changed.length), ...changed];
}

/** The file at `tempo` quarter notes per minute: its first tempo is that, and others keep their
 * proportion to it. */
export function withTempo(file: ArrayBuffer, tempo: number): ArrayBuffer {
  const bytes = new Uint8Array(file);
  const view = new DataView(file);
  const name = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  const tracks: Event[][] = [];
  const head = 8 + view.getUint32(4);
  for (let at = head; at + 8 <= bytes.length; at += 8 + view.getUint32(at + 4)) {
    if (name(at) === "MTrk") tracks.push(readTrack(bytes.subarray(at + 8, at + 8 + view.getUint32(at + 4))));
  }
  const tempos = tracks.flat().filter(isTempo);
  const first = tempos.sort((a, b) => a.tick - b.tick)[0];
  const period = 6e7 / tempo;
  // Where the file begins without one, 120 holds.
  const scale = period / (first?.tick === 0 ? periodOf(first) : 500000);
  for (const event of tempos) event.bytes = tempoEvent(periodOf(event) * scale);
  if (first?.tick !== 0) tracks[0]?.unshift({ tick: 0, bytes: tempoEvent(period) });
  const out: number[] = [...bytes.subarray(0, head)];
  for (const events of tracks) {
    const body: number[] = [];
    let tick = 0;
    for (const event of events) {
      body.push(...quantity(event.tick - tick));
      for (const byte of receiptWith(event, tempo)) body.push(byte);
      tick = event.tick;
    }
    out.push(0x4d, 0x54, 0x72, 0x6b, (body.length >>> 24) & 0xff, (body.length >>> 16) & 0xff, (body.length >>> 8) & 0xff, body.length & 0xff);
    for (const byte of body) out.push(byte);
  }
  return Uint8Array.from(out).buffer;
}
