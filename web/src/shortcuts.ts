// Single keys as shortcuts, where nothing is being typed; they can be switched off.
import { useEffect, useRef } from "preact/hooks";
import { kept } from "./keep";

export const shortcutsOn = kept("shortcuts", true, "everyone");

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type !== "checkbox" && target.type !== "range";
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

/** `keys`: by KeyboardEvent.key; "Ctrl+z" and "Ctrl+Shift+z" work always. */
export function useShortcuts(keys: Record<string, () => void>) {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const react = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
      const control = event.ctrlKey || event.metaKey;
      const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const act = latest.current[control ? `Ctrl+${event.shiftKey ? "Shift+" : ""}${name}` : name];
      if (!act || typing(event.target)) return;
      if (!control && event.key !== "Escape" && !shortcutsOn.value) return;
      // Space and Enter belong to the button that has the focus.
      if (event.key === " " && event.target instanceof HTMLElement && event.target.closest("button, summary, a, input")) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", react);
    return () => window.removeEventListener("keydown", react);
  }, []);
}
