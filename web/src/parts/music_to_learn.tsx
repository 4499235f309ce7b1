// The music that a run learns from: dropped here, or a folder that the studio's owner named; and
// what is found in it.
import { computed, effect, signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { api, type Findings, type Folder } from "../api";
import { kept } from "../keep";
import { attempt, say } from "../says";
import { SelectField } from "./fields";
import type { Dropped } from "./drop";

export const folders = signal<Folder[] | null>(null);
export const folder = kept("train.folder", "");
const findings = signal<{ of: string; found: Findings | null; problem?: string } | null>(null);
const chosen = computed(() => folders.value?.find((each) => each.name === folder.value) ?? null);
const music = /\.(midi?|kar|abc)$/i;

export async function loadFolders() {
  folders.value = await api.folders();
  if (!chosen.value) folder.value = folders.value[0]?.name ?? "";
}

const examined = signal(0); // grows when files come
let asked = "";
effect(() => {
  const name = chosen.value?.name;
  const mark = `${name} ${examined.value}`;
  if (!name || mark === asked) return;
  asked = mark;
  if (findings.peek()?.of !== name) findings.value = null;
  void api.findings(name).then(
    (found) => mark === asked && (findings.value = { of: name, found }),
    (error) => mark === asked && (findings.value = { of: name, found: null, problem: error.message }),
  );
});

/** Takes files and folders to learn from: they are copied to the studio. Returns their folder. */
export async function takeMusic({ folder: from, files }: Dropped): Promise<string | undefined> {
  const taken = files.filter((file) => music.test(file.name));
  if (taken.length === 0) {
    say("There is no music among these files: names of music end in .mid, .midi, .kar or .abc.", "wrong");
    return undefined;
  }
  const plain = (from ?? "").normalize("NFC").replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|[-.]+$/g, "");
  let name = plain || (chosen.value?.dropped ? chosen.value.name : "my-music");
  if (folders.value?.some((each) => each.name === name && !each.dropped)) name += "-dropped";
  return attempt(async () => {
    for (const [index, file] of taken.entries()) {
      if (index % 10 === 0) say(`Taking the music: ${index + 1} of ${taken.length} files…`, "doing");
      await api.drop(name, file);
    }
    folders.value = await api.folders();
    folder.value = name;
    examined.value += 1;
    const others = files.length - taken.length;
    say(`${taken.length === 1 ? "One file is" : `${taken.length} files are`} here to learn from.${others ? ` ${others} that are no music were left out.` : ""}`);
    return name;
  });
}

async function forget(name: string) {
  await attempt(async () => {
    await api.forgetFolder(name);
    await loadFolders();
    say(`The music ${name} is thrown away.`);
  });
}

const many = (count: number, one: string) => `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;

function wordsFor(file: Findings["files"][number]): string {
  if (!file.kept) return file.reason?.replace(`${file.name}: `, "") || "left out";
  if (file.verdicts) return file.verdicts.join("; ");
  return [
    many(file.notes.kept, "note"),
    file.duplicate_of && `the same music as ${file.duplicate_of}`,
    file.repair_count > 0 && `${many(file.repair_count, "fault")} mended`,
    file.notes.folded > 0 && `${many(file.notes.folded, "note")} moved by octaves into the range`,
    file.notes.merged > 0 && `${many(file.notes.merged, "note")} met others on their pitch`,
    file.notes.drums > 0 && `${many(file.notes.drums, "drum note")} left out`,
  ]
    .filter(Boolean)
    .join("; ");
}

function FoundList() {
  const now = findings.value;
  if (!folder.value) return null;
  if (!now || now.of !== folder.value) return <p class="hint">Looking through it…</p>;
  if (!now.found) return <p class="hint wrong" role="alert">{now.problem}</p>;
  const { totals, files } = now.found;
  return (
    <div class="found">
      <p>
        <strong>{totals.kept === totals.files ? many(totals.files, "piece") : `${totals.kept} of ${many(totals.files, "piece")}`}</strong>
        {totals.kept === 0 ? " can be learned from." : `: ${many(totals.notes.kept, "note")} in ${many(Math.round(totals.bars), "bar")}.`}
      </p>
      <details>
        <summary>What was found in each</summary>
        <ul>
          {files.map((file) => (
            <li key={file.name} class={file.kept ? "" : "left-out"}>
              <strong>{file.name}</strong>
              <span>{wordsFor(file) || "as it should be"}</span>
            </li>
          ))}
        </ul>
        {files.length < totals.files && <p class="hint">The first {files.length} of {totals.files}.</p>}
      </details>
    </div>
  );
}

export function MusicToLearn(props: { onTake: (dropped: Dropped) => void }) {
  const some = useRef<HTMLInputElement>(null);
  const whole = useRef<HTMLInputElement>(null);
  const take = (event: Event) => {
    const input = event.target as HTMLInputElement;
    const files = [...(input.files ?? [])];
    const from = files[0]?.webkitRelativePath.split("/")[0];
    if (files.length > 0) props.onTake({ folder: from || undefined, files });
    input.value = "";
  };
  return (
    <section class="to-learn" aria-labelledby="to-learn-title">
      <h2 id="to-learn-title">Music to learn from</h2>
      <div class="drop small">
        <p>Drop MIDI files or a folder here</p>
        <input ref={some} type="file" multiple accept=".mid,.midi,.kar,.abc" class="visually-hidden" tabIndex={-1} aria-label="Files of music" onChange={take} />
        <input
          ref={(element) => {
            whole.current = element;
            element?.setAttribute("webkitdirectory", "");
          }}
          type="file"
          class="visually-hidden"
          tabIndex={-1}
          aria-label="Folder of music"
          onChange={take}
        />
        <div class="row">
          <button type="button" onClick={() => some.current!.click()}>Files…</button>
          <button type="button" onClick={() => whole.current!.click()}>A folder…</button>
        </div>
      </div>
      {(folders.value ?? []).length > 0 && (
        <SelectField
          label="Folder of music"
          value={folder.value}
          options={folders.value!.map((each) => ({ value: each.name, text: each.dropped ? `${each.name} (dropped here)` : each.name }))}
          onChange={(value) => (folder.value = value)}
          hint={
            chosen.value?.dropped ? (
              <button type="button" class="quiet inline" onClick={() => void forget(folder.value)}>Throw this music away</button>
            ) : (
              chosen.value?.path
            )
          }
        />
      )}
      <FoundList />
    </section>
  );
}
