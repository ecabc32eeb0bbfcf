/**
 * Pages without a picture: the page's own session, over a real WebSocket, as many times as wanted, each with a run of its
 * own that it edits. Started by `benchmarks/faults/pages.py`:
 *
 *     node benchmarks/pages.js ADDRESS NUMBER ONE_WAY RATE CONFIG
 *
 * ONE_WAY: milliseconds that what is said takes to arrive; RATE: records a second; CONFIG: JSON, to which each adds its
 * seed. Writes `ready` when every run stands, is kept and was edited. Once its input has ended, every page pauses, and a
 * line of JSON tells of each how its run stands.
 */

import { createStore } from "../static/js/lib/store.js";
import { createSession } from "../static/js/run/session.js";
import { initialState, reduce } from "../static/js/run/state.js";
import { command } from "../static/js/wire/protocol.js";

const [address, number, oneWay, rate, config] = process.argv.slice(2);
const KEEPS_EVERY = 1000; // ms, as the page does
const EDITS_EVERY = 400; // ms, about
const DRAWN_AFTER = 16; // ms

/** A WebSocket at a distance: what is said, opening and closing included, is on its way for a while. */
class DistantSocket {
  constructor(url) {
    this.onopen = this.onmessage = this.onclose = () => {};
    this.line = new WebSocket(url);
    this.line.binaryType = "arraybuffer";
    this.line.onopen = () => this.later(() => this.onopen());
    this.line.onmessage = (event) => this.later(() => this.onmessage(event));
    this.line.onclose = () => this.later(() => this.onclose());
  }

  get readyState() {
    return this.line.readyState;
  }

  later(action) {
    setTimeout(action, Number(oneWay));
  }

  send(data) {
    // What was said before a connection broke arrives nowhere.
    this.later(() => this.line.readyState === WebSocket.OPEN && this.line.send(data));
  }

  close() {
    this.line.close();
  }
}

const platform = {
  open: (url) => new DistantSocket(url),
  now: () => performance.now(),
  setTimer: (callback, ms) => setTimeout(callback, ms),
  clearTimer: (timer) => clearTimeout(timer),
  random: Math.random,
  report: (error) => {
    throw error;
  },
};

/** @param {number} seed */
function open(seed) {
  const store = createStore(initialState({ config: { ...JSON.parse(config), seed } }), reduce);
  store.dispatch({ type: "rate", rate: Number(rate) });
  const session = createSession(address, store, platform);
  const edits = [];
  const resumed = [];
  let lostAt = null;
  let ending = false;

  store.watch(
    ({ live }) => live.record,
    (record) => {
      if (record === null) return;
      if (lostAt !== null) resumed.push((platform.now() - lostAt) / 1000);
      lostAt = null;
      setTimeout(() => session.drawn(record.meta.iteration), DRAWN_AFTER);
    },
  );
  store.watch(
    ({ connection }) => connection.status,
    (status) => {
      if (status === "lost") lostAt ??= platform.now();
    },
  );
  const keeping = setInterval(() => session.keep(), KEEPS_EVERY);

  async function edit() {
    if (ending) return;
    if (store.get().connection.status === "open") {
      const [index, value] = [[Math.floor(8 * Math.random()), 0], 2 * Math.random() - 1];
      const answer = await session.edit("W_hh", index, value);
      if (answer?.type === "state") edits.push([answer.iteration, { tensor: "W_hh", index, value }]);
    }
    setTimeout(edit, EDITS_EVERY * (0.5 + Math.random()));
  }

  session.connect();
  setTimeout(edit, EDITS_EVERY);

  return {
    isReady: () => store.get().live.record !== null && session.past.newest() !== null && edits.length > 0,

    async end() {
      ending = true;
      clearInterval(keeping);
      let file = null;
      while (file?.type !== "file") {
        await until(() => store.get().connection.status === "open");
        session.pause();
        file = await session.fetch(command.snapshot());
      }
      session.close();
      const end = Buffer.from(file.bytes).toString("base64");
      return { seed, edits, resumed, end };
    },
  };
}

/** @param {() => boolean} holds */
async function until(holds) {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 50));
}

const pages = Array.from({ length: Number(number) }, (_, seed) => open(seed));
await until(() => pages.every((page) => page.isReady()));
process.stdout.write("ready\n");
for await (const _ of process.stdin);
for (const outcome of await Promise.all(pages.map((page) => page.end()))) {
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}
