// What only the curious ask for, in a fold: nats, weights, steps, seeds.
export function Details(props: { of: string; rows: [string, string | number | undefined][] }) {
  const rows = props.rows.filter(([, value]) => value !== undefined && value !== "");
  if (rows.length === 0) return null;
  return (
    <details class="fine">
      <summary>
        Details<span class="visually-hidden"> of {props.of}</span>
      </summary>
      <dl>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** "−1.65 nats per step": a log-likelihood; higher is better. */
export function nats(value: number | undefined): string | undefined {
  return value === undefined ? undefined : `${value.toFixed(2).replace("-", "−")} nats per step`;
}
