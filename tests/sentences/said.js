/**
 * Every sentence of the page that prints a number, of the runs in the folder that is given: one JSON line each, with what it
 * was asked for. `python -m pytest tests/sentences` compares them with what the records hold.
 */

import { readdirSync, readFileSync } from "node:fs";
import { lossBackNumbers, lossNumbers } from "../../static/js/panels/equations/loss.js";
import { chosenRecord, nameIn } from "../../static/js/record/chosen.js";
import { readPicture } from "../../static/js/record/picture.js";
import { at, hasTarget, ledger } from "../../static/js/record/readings.js";
import { initialState } from "../../static/js/run/state.js";
import { readoutLines } from "../../static/js/stage/readout.js";
import { buildScene } from "../../static/js/stage/scene.js";
import { appendToSpread } from "../../static/js/record/spread.js";
import { decodeRecord } from "../../static/js/wire/protocol.js";
import { openedWords, sizeWords } from "../../static/js/words/brought.js";
import { plainWords, progressWords } from "../../static/js/words/first.js";
import { gradientWords, solvedWords } from "../../static/js/words/header.js";
import { reachWords } from "../../static/js/words/inspector/loss.js";
import { accountWords, pairNumbers } from "../../static/js/words/inspector/pair.js";
import { clipWords } from "../../static/js/words/inspector/update.js";
import { updateWords, useWords } from "../../static/js/words/inspector/weight.js";
import { foldWords, partsWords } from "../../static/js/words/fold.js";
import { laneReading, readoutOf, shortNames, tableOf, tellLanes } from "../../static/js/words/lanes.js";
import { NAMES } from "../../static/js/words/names.js";
import { ownErrorWords, ownLossWords, ownOutputWords } from "../../static/js/words/own.js";
import { describe, spokenWords } from "../../static/js/words/sentences.js";
import { cardLines, momentWords } from "../../static/js/words/slowmotion.js";
import { timestepWords } from "../../static/js/words/timestep.js";
import * as views from "../../static/js/words/views.js";
import { sayUses } from "./say_uses.js";
import { sayWatched } from "./say_watched.js";

const folder = process.argv[2];
const schema = JSON.parse(readFileSync(`${folder}/schema.json`, "utf8"));
const runs = readdirSync(folder).filter((name) => name.endsWith(".safetensors"));
/** Gates of the cells that have some, and the lines of the stage that print numbers. */
const GATES = ["f", "i", "o", "z", "r"];
const ROWS = ["loss", "output", "input", "lane", "norm", "weir"];

/** @type {string[]} */
const lines = [];

/** @param {string} file */
function recordOf(file) {
  const bytes = readFileSync(`${folder}/${file}`);
  return decodeRecord(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** The state of the page that shows this layer of this run, whose first record it has kept too. */
function pageOf(run, choice) {
  const whole = recordOf(run);
  const told = JSON.parse(readFileSync(`${folder}/${run.replace(".safetensors", ".json")}`, "utf8"));
  const record = chosenRecord(whole, choice);
  const start = initialState({ ...told.state, schema }, record);
  const first = recordOf(run.replace(".safetensors", ".first"));
  const spread = [first, whole].reduce((kept, { meta, tensors }) => appendToSpread(kept, meta, tensors), null);
  return { ...start, record, divergence: told.divergence, history: { ...start.history, spread } };
}

function sayAll(run, choice) {
  const state = pageOf(run, choice);
  const { record, config, task } = state;
  const T = record.tensors.loss_t.shape[0];
  const say = (of, words, asked = {}) => {
    if (words) lines.push(JSON.stringify({ run, ...choice, of, asked, words }));
  };
  say("lossWords", views.lossWords(state));
  say("outputWords", views.outputWords(state));
  say("flowWords", views.flowWords(state));
  say("slopeWords", views.slopeWords(state));
  say("lagsWords", views.lagsWords(state));
  say("spectrumWords", views.spectrumWords(state));
  if (record.tensors.gates) for (const gate of GATES) say("gatesWords", views.gatesWords(state, gate), { gate });
  const { finding, reason } = describe(state);
  say("finding", finding);
  if (!state.divergence) say("reason", reason); // else the server's own sentence
  say("spokenWords", spokenWords(state).split(". ")[0]); // then the finding
  say("progressWords", progressWords(state));
  if (plainWords(state).rule === "first") say("plainWords", plainWords(state).finding);
  say("gradientWords", gradientWords(record.meta));
  say("solvedWords", solvedWords(record.meta.accuracy, record.meta.solved_at).value);
  say("clipWords", clipWords(state, record));
  const picture = readPicture(record, config, task);
  const size = { width: 1280, height: 620, U: 1 };
  const scene = buildScene(picture, { ...state, ...choice }, size, [-4, 2], null);
  say("momentUpdate", momentWords({ phase: "update", t: 1 }, picture, record.meta).finding);
  say("ownErrorWords", ownErrorWords(picture));
  if (task.read) say("sizeWords", sizeWords(task.read));
  say("openedWords", openedWords("FILE", "a run", { phase: "paused", iteration: record.meta.iteration }));
  for (const base of ["W_emb", "W_xh", "W_hh", "u_hh", "b_h", "h0", "c0", "W_hy", "b_y"]) {
    const name = nameIn(base, record);
    if (!(base in record.tensors) || !(name in record.tensors)) continue;
    say("spread of weights", views.spreadWords(state, name, false), { name });
    say("spread of gradients", views.spreadWords(state, name, true), { name });
    say("weightsWords", views.weightsWords(state, name, false), { name });
    say("gradientsWords", views.weightsWords(state, name, true), { name });
    const { shape } = record.tensors[name];
    const index = shape.map((length) => length - 1);
    say("useWords", useWords(record, name, index), { name, index });
    const gradient = at(record, `grad.${name}`, ...index);
    say("updateWords", updateWords(state, record, gradient), { name, index });
  }
  if (!record.of) sayUses(record, say); // of one layer in one direction, as the panel shows them
  for (const share of [0, 0.5, 1]) {
    for (const closing of [false, true]) {
      const told = foldWords(share, closing, T, T, picture.recurrent, "");
      if (told) say("fold finding", told.finding, { share, closing });
      if (told) say("fold reason", told.reason, { share, closing });
    }
  }
  say("fold parts", partsWords(T));
  say("lane reading", laneReading(record.meta));
  for (let t = 1; t <= T; t += 1) {
    say("columnWords", views.flowWords({ ...state, pin: { t } }), { t });
    say("lossNumbers", hasTarget(record, t) && lossNumbers(record, t, task?.classes ?? []), { t });
    say("lossBackNumbers", hasTarget(record, t) && lossBackNumbers(record, t), { t });
    say("reachWords", hasTarget(record, t) && "share" in record.tensors && reachWords(record, t), { t });
    for (const aspect of ["loss", "output", "gradient", "state", "input"]) {
      say(`timestep ${aspect}`, timestepWords(record, t, aspect), { t });
    }
    for (const name of ["output", "loss", "own", "carried", "input", "W_xh", "W_hh", "W_hy", "units"]) {
      if (name === "carried" && t === 1) continue;
      if (name === "loss" && !picture.hasTarget[t]) continue;
      if (name === "W_hh" && !picture.W_hh) continue;
      say(`name ${name}`, NAMES[name].said(picture, { t }), { t });
    }
    for (const index of scene.bands.keys()) {
      const { choice } = scene.layout.bands[index];
      say("stage band", readoutLines(scene, { row: "band", t, unit: null, lane: index }, t)[0], { t, ...choice });
    }
    for (const row of ROWS) {
      const place = { row, t, unit: 0, lane: 0 };
      say(`stage ${row}`, readoutLines(scene, place, t).join("\n"), { t });
    }
    for (let unit = 0; unit < picture.H; unit += 3) {
      say("stage units", readoutLines(scene, { row: "units", t, unit, lane: 0 }, t).join("\n"), { t, unit });
    }
    say("cardLines", cardLines(picture, t).join("\n"), { t });
    say("momentBackward", momentWords({ phase: "backward", t }, picture, null).finding, { t });
    say("momentLoss", picture.hasTarget[t] && momentWords({ phase: "losses", t }, picture, null).finding, { t });
    if (picture.own && picture.hasTarget[t]) {
      say("ownOutputWords", ownOutputWords(picture, picture.own, t), { t });
      say("ownLossWords", ownLossWords(picture, t), { t });
    }
    for (let k = 1; k <= T; k += 2) {
      say("pairNumbers", pairNumbers(record, t, k), { t, k });
      if ("ln_flow_a" in record.tensors && hasTarget(record, t) && ledger(record, t, k)) {
        say("accountWords", accountWords(record, t, k), { t, k });
      }
    }
  }
  return state;
}

const states = runs.map((run) => {
  const { config } = JSON.parse(readFileSync(`${folder}/${run.replace(".safetensors", ".json")}`, "utf8")).state;
  const first = sayAll(run, { layer: 1, direction: "forward" });
  if (config.bidirectional) sayAll(run, { layer: 1, direction: "reverse" });
  if (config.num_layers > 1) sayAll(run, { layer: 2, direction: "forward" });
  if (config.num_layers > 1 && config.bidirectional) sayAll(run, { layer: 2, direction: "reverse" });
  return first;
});

/** Every two runs side by side. */
for (let one = 0; one + 1 < states.length; one += 1) {
  const pair = [states[one], states[one + 1]];
  const names = [runs[one], runs[one + 1]];
  const { finding, reason } = tellLanes(pair);
  const called = shortNames(
    pair.map(({ config }) => config),
    schema,
  );
  const asked = { names, called, same: finding.includes("all the same") };
  lines.push(JSON.stringify({ run: runs[one], of: "lanes finding", asked, words: finding }));
  if (reason) lines.push(JSON.stringify({ run: runs[one], of: "lanes reason", asked, words: reason }));
  for (const t of [0, 1]) {
    // The names of lanes, in which there may be numbers, stand before the colons.
    const words = readoutOf(pair, t)
      .slice(1)
      .map((line) => line.slice(line.lastIndexOf(": ")))
      .join(" | ");
    lines.push(JSON.stringify({ run: runs[one], of: "lanes readout", asked: { names, t }, words }));
  }
  for (const { label, values, bold } of tableOf(pair)) {
    if (bold) continue;
    const words = values.join(" | ");
    lines.push(JSON.stringify({ run: runs[one], of: `lanes ${label}`, asked: { names }, words }));
  }
}

sayWatched(folder, (line) => lines.push(JSON.stringify(line)));
process.stdout.write(`${lines.join("\n")}\n`);
