// What the page is doing, in words: one line that is read aloud too.
import { signal } from "@preact/signals";

export interface Saying {
  text: string;
  kind: "doing" | "done" | "wrong";
}

export const saying = signal<Saying>({ text: "Ready.", kind: "done" });

export function say(text: string, kind: Saying["kind"] = "done") {
  saying.value = { text, kind };
}

/** Runs `work`, and says what went wrong where something does. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), "wrong");
    return undefined;
  }
}
