// What the page keeps in the browser, so that nothing is lost on reload: small settings in
// localStorage, pieces in IndexedDB.
import { signal, effect, type Signal } from "@preact/signals";
import type { Music } from "./music";

/** A piece that was composed, read or reworked. */
export interface Piece {
  id: string;
  title: string;
  made: number; // milliseconds since 1970
  from: "composed" | "file" | "reworked" | "sample";
  model: string;
  music: Music;
  tempo: number;
  velocity: number;
  newFrom: number;
  natsPerStep?: number;
  seed?: number;
  midi?: ArrayBuffer; // as the server wrote it, with its receipt
  file?: { bytes: ArrayBuffer; name: string; tracks: string[] }; // what it was read from, where it has several tracks
}

/** A signal whose value is kept in localStorage. */
export function kept<T>(name: string, otherwise: T): Signal<T> {
  const key = `toccata.${name}`;
  let first = otherwise;
  try {
    const text = localStorage.getItem(key);
    if (text !== null) first = JSON.parse(text) as T;
  } catch {
    // Storage switched off, or another version's value: the usual one will do.
  }
  const value = signal(first);
  effect(() => {
    const text = JSON.stringify(value.value);
    try {
      localStorage.setItem(key, text);
    } catch {
      // Storage is full or switched off: the page works on, and forgets on reload.
    }
  });
  return value;
}

const mostPieces = 200;
let base: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  base ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("toccata", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("pieces", { keyPath: "id" });
      request.result.createObjectStore("desk");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return base;
}

async function transact<T>(store: string, mode: IDBTransactionMode, work: (s: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode);
    const request = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** The last first. */
export const pieces = signal<Piece[]>([]);

export async function loadPieces() {
  const all = await transact<Piece[]>("pieces", "readonly", (store) => store.getAll());
  pieces.value = all.sort((a, b) => b.made - a.made);
}

export async function keepPiece(piece: Piece) {
  const others = pieces.value.filter((known) => known.id !== piece.id);
  const all = [piece, ...others].sort((a, b) => b.made - a.made);
  pieces.value = all.slice(0, mostPieces);
  await transact("pieces", "readwrite", (store) => store.put(piece));
  for (const old of all.slice(mostPieces)) await transact("pieces", "readwrite", (store) => store.delete(old.id));
}

export async function forgetPiece(id: string) {
  pieces.value = pieces.value.filter((known) => known.id !== id);
  await transact("pieces", "readwrite", (store) => store.delete(id));
}

/** What lies on a desk (a view's unfinished work), under a name. */
export async function putOnDesk(name: string, value: unknown) {
  await transact("desk", "readwrite", (store) => store.put(value, name));
}

export async function fromDesk<T>(name: string): Promise<T | undefined> {
  return transact<T>("desk", "readonly", (store) => store.get(name) as IDBRequest<T>);
}

export function newId(): string {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
}
