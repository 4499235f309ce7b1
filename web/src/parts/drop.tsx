// Files are taken wherever they are dropped; while they hang over the page it says what becomes of
// them there.
import { useEffect, useRef, useState } from "preact/hooks";

export interface Dropped {
  folder?: string; // the first one's name, where folders were dropped
  files: File[];
}

export function DropTarget(props: { text: string; onFiles: (dropped: Dropped) => void }) {
  const [over, setOver] = useState(false);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const enter = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      event.dataTransfer!.dropEffect = "copy";
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(false);
      void filesOf(event.dataTransfer!).then((dropped) => latest.current.onFiles(dropped));
    };
    const on: [string, (event: DragEvent) => void][] = [["dragenter", enter], ["dragover", enter], ["dragleave", leave], ["drop", drop]];
    for (const [name, react] of on) window.addEventListener(name, react as EventListener);
    return () => {
      for (const [name, react] of on) window.removeEventListener(name, react as EventListener);
    };
  }, []);
  if (!over) return null;
  return (
    <div class="drop-over" aria-hidden="true">
      <p>{props.text}</p>
    </div>
  );
}

/** All files that were dropped, those in folders too. */
async function filesOf(data: DataTransfer): Promise<Dropped> {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (entries.every((entry) => entry === null)) return { files: [...data.files] };
  const found: File[] = [];
  for (const entry of entries) if (entry) await collect(entry, found);
  return { folder: entries.find((entry) => entry?.isDirectory)?.name, files: found };
}

async function collect(entry: FileSystemEntry, found: File[]): Promise<void> {
  if (entry.isFile) {
    found.push(await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)));
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const each of some) await collect(each, found);
  }
}
