// What there is to choose: beside the music where there is room, and in a fold on a small screen,
// where the music comes first.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

const query = matchMedia("(max-width: 860px)");
const narrow = signal(query.matches);
query.addEventListener("change", () => (narrow.value = query.matches));

export function Choices(props: { title: string; children: ComponentChildren }) {
  const [open, setOpen] = useState(false);
  if (!narrow.value) return <>{props.children}</>;
  return (
    <details class="choices" open={open} onToggle={(event) => event.target === event.currentTarget && setOpen((event.target as HTMLDetailsElement).open)}>
      <summary>{props.title}</summary>
      {props.children}
    </details>
  );
}
