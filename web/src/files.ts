// Downloads.
import { api, type Given } from "./api";
import type { Piece } from "./keep";
import { withTempo } from "./midi";
import { attempt, say } from "./says";

export function save(data: Blob | ArrayBuffer, name: string, type = "application/octet-stream") {
  const blob = data instanceof Blob ? data : new Blob([data], { type });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The bytes the server wrote, receipt and all, where it did; else the notes as MIDI. */
export async function midiOf(piece: Piece): Promise<ArrayBuffer> {
  return piece.midi ?? api.midi(piece.music, piece.tempo, piece.velocity);
}

/** The piece's file, as an order takes it. */
export async function givenOf(piece: Piece): Promise<Given> {
  const bytes = new Uint8Array(await midiOf(piece));
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return { midi: btoa(text), name: piece.title };
}

/** The piece at another tempo, in its files, too. */
export function retimed(piece: Piece, tempo: number): Piece {
  return { ...piece, tempo, midi: piece.midi && withTempo(piece.midi, tempo) };
}

function fileName(piece: Piece): string {
  return piece.title.replace(/[^\p{L}\p{N}.-]+/gu, "-").replace(/^-+|-+$/g, "") || "piece";
}

export async function download(piece: Piece, form: "mid" | "flac" | "svg" | "png") {
  await attempt(async () => {
    say(form === "flac" ? "Rendering the sound…" : "Writing the file…", "doing");
    const midi = await midiOf(piece);
    const name = `${fileName(piece)}.${form}`;
    if (form === "mid") save(midi, name, "audio/midi");
    else save(await api.render(midi, form), name);
    say(`Saved ${name} with your downloads.`);
  });
}
