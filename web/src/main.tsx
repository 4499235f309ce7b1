import { render } from "preact";
import "@preact/signals";
import { App } from "./app";
import "./style.css";

render(<App />, document.getElementById("studio")!);
