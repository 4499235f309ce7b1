// What the page keeps in the browser, so that nothing is lost on reload: small settings in its
// storage, pieces in IndexedDB. Tabs do not fight: pieces are common to all of them and told as
// they change; what is under way belongs to its tab, and a new tab begins as the last one stood.
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
  midi?: ArrayBuffer; // as the server wrote it, with its receipt; or the file that was opened
  file?: { tracks: string[] }; // where it has several
}

/** A signal whose value is kept: this tab's own, or one that all tabs follow. */
export function kept<T>(name: string, otherwise: T, whose: "tab" | "everyone" = "tab"): Signal<T> {
  const key = `toccata.${name}`;
  const parsed = (text: string | null): T => {
    try {
      if (text !== null) return JSON.parse(text) as T;
    } catch {
      // Another version's value: the usual one will do.
    }
    return otherwise;
  };
  let first = otherwise;
  try {
    first = parsed((whose === "tab" ? sessionStorage.getItem(key) : null) ?? localStorage.getItem(key));
  } catch {
    // Storage switched off.
  }
  const value = signal(first);
  effect(() => {
    const text = JSON.stringify(value.value);
    try {
      if (whose === "tab") sessionStorage.setItem(key, text);
      if (localStorage.getItem(key) !== text) localStorage.setItem(key, text);
    } catch {
      // Storage is full or switched off: the page works on, and forgets on reload.
    }
  });
  if (whose === "everyone") {
    addEventListener("storage", (event) => {
      if (event.key === key) value.value = parsed(event.newValue);
    });
  }
  return value;
}

// A duplicated tab has the name of the other, until that one says so.
const tab = kept("tab", newId());
const tabs = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel("toccata");
const born = performance.timeOrigin;
tabs?.addEventListener("message", ({ data }) => {
  if (data === "pieces") void loadPieces().catch(() => undefined);
  if (data?.tab === tab.value && data.born > born) tabs.postMessage({ taken: data.tab, born: data.born });
  if (data?.taken === tab.value && data.born === born) tab.value = newId();
});
tabs?.postMessage({ tab: tab.value, born });

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
  pieces.value = [piece, ...others].sort((a, b) => b.made - a.made);
  await transact("pieces", "readwrite", (store) => store.put(piece));
  tabs?.postMessage("pieces");
}

export async function forgetPiece(id: string) {
  pieces.value = pieces.value.filter((known) => known.id !== id);
  await transact("pieces", "readwrite", (store) => store.delete(id));
  tabs?.postMessage("pieces");
}

const mostDesks = 8; // of tabs, those that are long closed counted

/** What lies on a desk (a view's unfinished work), under a name: this tab's, and the last. */
export async function putOnDesk(name: string, value: object) {
  const written = { ...value, written: Date.now() };
  await transact("desk", "readwrite", (store) => store.put(written, `${name} ${tab.value}`));
  await transact("desk", "readwrite", (store) => store.put(written, name));
}

/** This tab's, or else the last that any tab put there. */
export async function fromDesk<T>(name: string): Promise<T | undefined> {
  const get = (key: string) => transact<T | undefined>("desk", "readonly", (store) => store.get(key));
  return (await get(`${name} ${tab.value}`)) ?? (await get(name));
}

/** Desks of tabs that are long closed go. */
export async function tidyDesks() {
  const keys = await transact("desk", "readonly", (store) => store.getAllKeys());
  const desks = await transact("desk", "readonly", (store) => store.getAll());
  const tabs = keys.map((key, i) => ({ key, written: desks[i]?.written ?? 0 })).filter(({ key }) => `${key}`.includes(" "));
  for (const { key } of tabs.sort((a, b) => b.written - a.written).slice(mostDesks)) {
    await transact("desk", "readwrite", (store) => store.delete(key));
  }
}

export function newId(): string {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
}
