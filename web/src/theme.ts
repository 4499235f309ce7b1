// Light or dark: the system's, unless chosen.
import { computed, effect, signal } from "@preact/signals";
import { kept } from "./keep";

export const theme = kept<"system" | "light" | "dark">("theme", "system", "everyone");

const query = matchMedia("(prefers-color-scheme: dark)");
const systemDark = signal(query.matches);
query.addEventListener("change", () => (systemDark.value = query.matches));

export const dark = computed(() => (theme.value === "system" ? systemDark.value : theme.value === "dark"));

effect(() => {
  document.documentElement.dataset.theme = dark.value ? "dark" : "light";
});
