// Both curves of a training run.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Metrics } from "../api";
import { dark } from "../theme";

function options(width: number, element: HTMLElement): uPlot.Options {
  const style = getComputedStyle(element);
  const get = (name: string) => style.getPropertyValue(name).trim();
  const axis = { stroke: get("--ink"), grid: { stroke: get("--line"), width: 1 }, ticks: { stroke: get("--line"), width: 1 }, font: "12px system-ui, sans-serif" };
  return {
    width,
    height: 280,
    scales: { x: { time: false } },
    legend: { live: true },
    cursor: { drag: { x: true, y: false } },
    axes: [
      { ...axis, label: "batches", labelFont: "12px system-ui, sans-serif", labelSize: 20 },
      { ...axis, label: "likelihood", labelFont: "12px system-ui, sans-serif", labelSize: 20, size: 56 },
    ],
    series: [
      { label: "batch" },
      { label: "in training", stroke: get("--curve-train"), width: 1.5, spanGaps: true },
      { label: "on music held out", stroke: get("--curve-valid"), width: 2.5, spanGaps: true, points: { show: true, size: 5 } },
    ],
  };
}

export function Curves(props: { rows: Metrics[]; name: string }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>();
  const data = (): uPlot.AlignedData => [
    props.rows.map((row) => row.batch),
    props.rows.map((row) => row.train_nats ?? null),
    props.rows.map((row) => row.valid_nats ?? null),
  ];
  useEffect(() => {
    const element = box.current!;
    const made = new uPlot(options(element.clientWidth, element), data(), element);
    plot.current = made;
    const sizes = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: 280 }));
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      made.destroy();
    };
  }, [dark.value, props.name]);
  useEffect(() => plot.current?.setData(data()), [props.rows]);
  const last = props.rows[props.rows.length - 1];
  const text = last ? `How well it foretells music, after ${last.batch} batches: in training, and on music held out.` : "Nothing measured yet.";
  return (
    <figure class="curves">
      <div ref={box} role="img" aria-label={`Log-likelihood of ${props.name}. ${text}`} />
      <figcaption>{text} Higher is better.</figcaption>
    </figure>
  );
}
