// Pieces that a run composed on its way, each with a picture of itself.
import { useEffect, useState } from "preact/hooks";
import { api, type ReadFile } from "../api";
import { player, whole } from "../player";
import { attempt } from "../says";
import { SmallRoll } from "./roll_view";

// One after the other: a list of many shall not keep the studio from all else.
const read = new Map<string, Promise<ReadFile & { bytes: ArrayBuffer }>>();
let before: Promise<unknown> = Promise.resolve();

export function readSample(run: string, sample: string) {
  const key = `${run}/${sample}`;
  const known = read.get(key);
  if (known) return known;
  const reading = before.then(async () => {
    const bytes = await api.sample(run, sample);
    return { ...(await api.read(bytes, sample, "")), bytes };
  });
  before = reading.catch(() => undefined);
  reading.catch(() => read.delete(key));
  read.set(key, reading);
  return reading;
}

function Sample(props: { run: string; sample: string; onRework: (sample: string) => void }) {
  const { run, sample } = props;
  const [music, setMusic] = useState<ReadFile["music"] | null>(null);
  useEffect(() => {
    let left = false;
    void readSample(run, sample).then((found) => !left && setMusic(found.music), () => undefined);
    return () => {
      left = true;
    };
  }, [run, sample]);
  const name = sample.replace(/\.mid$/, "");
  const id = `sample ${run}/${sample}`;
  const plays = player.id.value === id;
  const hear = () =>
    attempt(async () => {
      if (plays) return player.stop();
      const found = await readSample(run, sample);
      await player.play(whole(id, { music: found.music, tempo: found.tempo, velocity: 80 }), 0);
    });
  return (
    <li class={plays ? "current" : ""}>
      {music ? <SmallRoll music={music} /> : <div class="small-roll" />}
      <p>{name.replace(/^step-0*/, "after batch ")}</p>
      <div class="row">
        <button type="button" aria-label={`${plays ? "Stop" : "Play"} ${name}`} onClick={() => void hear()}>{plays ? "Stop" : "Play"}</button>
        <button type="button" aria-label={`Rework ${name}`} onClick={() => props.onRework(sample)}>Rework</button>
      </div>
    </li>
  );
}

const page = 12;

export function Samples(props: { run: string; samples: string[]; onRework: (sample: string) => void }) {
  const [most, setMost] = useState(page);
  useEffect(() => setMost(page), [props.run]);
  const { samples } = props;
  return (
    <section class="samples" aria-labelledby="samples-title">
      <h2 id="samples-title">What it composed on the way</h2>
      <ul>
        {samples.slice(0, most).map((sample) => <Sample key={`${props.run}/${sample}`} run={props.run} sample={sample} onRework={props.onRework} />)}
      </ul>
      {samples.length > most && (
        <button type="button" class="more" onClick={() => setMost(most + page)}>Show {Math.min(page, samples.length - most)} more of {samples.length}</button>
      )}
    </section>
  );
}
