/** A run is kept with its own data, unless they are too large for a file. */

import assert from "node:assert/strict";
import test from "node:test";
import { createAutosave } from "../../../static/js/run/autosave.js";
import { TOO_LARGE as NETWORK_TOO_LARGE, WITHOUT_ITS_DATA } from "../../../static/js/words/notices.js";

const FILE = { type: "file", bytes: new ArrayBuffer(8), iteration: 3 };
const TOO_LARGE = { type: "error", code: "bad_value", field: "dataset", message: "It could not be opened again." };

/** A run that learns from `task`, and a server that answers a snapshot with its data by `withData`. */
function saving(task, withData, most = 1000) {
  const live = { config: { task: task ? "own" : "echo" }, task, iteration: 3 };
  const all = { live, asked: [], told: [], kept: [] };
  const request = async (message) => {
    all.asked.push(message.dataset ?? false);
    return message.dataset ? withData : FILE;
  };
  const past = { keepSnapshot: (_bytes, iteration) => all.kept.push(iteration), newest: () => null, accepted: 0 };
  const store = { get: () => ({ live: all.live, limits: { snapshot_bytes: most } }) };
  const autosave = createAutosave(
    store,
    past,
    request,
    { settled: true },
    () => 0,
    (text) => all.told.push(text),
  );
  return { ...all, ...autosave, learnFrom: (read) => Object.assign(live, { task: { read } }) };
}

test("a run with own data is kept with them", async () => {
  const run = saving({ read: { rows: 5 } }, FILE);
  assert.equal(await run.save(), FILE.bytes);
  assert.deepEqual([run.asked, run.kept, run.told], [[true], [3], []]);
});

test("a run without own data is kept as it is", async () => {
  const run = saving(null, FILE);
  await run.save();
  assert.deepEqual([run.asked, run.kept], [[false], [3]]);
});

test("data that are too large are left out, which is said once", async () => {
  const run = saving({ read: { rows: 5 } }, TOO_LARGE);
  assert.equal(await run.save(), FILE.bytes);
  await run.save();
  assert.deepEqual([run.asked, run.kept, run.told], [[true, false, false], [3, 3], [WITHOUT_ITS_DATA]]);
});

test("other data are tried again", async () => {
  const run = saving({ read: { rows: 5 } }, TOO_LARGE);
  await run.save();
  run.learnFrom({ rows: 6 });
  await run.save();
  assert.deepEqual(run.asked, [true, false, true, false]);
});

test("a server that is busy is asked again later", async () => {
  const run = saving({ read: { rows: 5 } }, { type: "error", code: "busy", message: "Later." });
  assert.equal(await run.save(), null);
  assert.deepEqual([run.asked, run.told], [[true], []]);
});

test("another error leaves them out only this time", async () => {
  const run = saving({ read: { rows: 5 } }, { type: "error", code: "no_run", message: "None." });
  await run.save();
  await run.save();
  assert.deepEqual([run.asked, run.told], [[true, false, true, false], []]);
});

test("a network that is too large by itself is not kept, which is said once", async () => {
  const run = saving(null, FILE, 7);
  assert.equal(await run.save(), null);
  await run.save();
  assert.deepEqual([run.kept, run.told], [[], [NETWORK_TOO_LARGE]]);
});

test("whether the run is kept without its data is known until it learns from others", async () => {
  const run = saving({ read: { rows: 5 } }, TOO_LARGE);
  assert.equal(run.leavesDataOut(), false);
  await run.save();
  assert.equal(run.leavesDataOut(), true);
  run.learnFrom({ rows: 6 });
  assert.equal(run.leavesDataOut(), false);
});
