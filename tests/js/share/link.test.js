import { chosenRecord } from "../../../static/js/record/chosen.js";
import { deepRecord } from "../stage/deep.js";
import assert from "node:assert/strict";
import { test } from "node:test";

import { asItIsNow, captionOf } from "../../../static/js/share/caption.js";
import { emptyLink, linkOf } from "../../../static/js/share/link.js";
import { readLink } from "../../../static/js/share/read_link.js";
import { writeLink } from "../../../static/js/share/write_link.js";
import { ignoredWords } from "../../../static/js/words/notices.js";
import { pastWords } from "../../../static/js/words/share.js";
import { initialState, reduce } from "../../../static/js/run/state.js";
import { makeRecord } from "../records.js";

const schema = {
  properties: {
    sequence_length: { type: "integer", minimum: 1, maximum: 500, default: 24 },
    cell: { type: "string", enum: ["rnn", "lstm", "gru"], default: "rnn" },
    learning_rate: { type: "number", minimum: 0, default: 0.0005 },
    clip_threshold: { type: "number", exclusiveMinimum: 0, default: 1 },
    input_std: { anyOf: [{ type: "number", minimum: 0, maximum: 1e6 }, { type: "null" }], default: null },
    seed: { type: "integer", minimum: 0, maximum: 4294967295, default: 3 },
  },
};
const known = { schema, tabs: ["flow", "loss"] };
const read = (/** @type {string} */ fragment) => readLink(fragment, known);

test("the defaults make an empty fragment", () => {
  const config = Object.fromEntries(
    Object.entries(schema.properties).map(([name, { default: value }]) => [name, value]),
  );
  assert.equal(writeLink({ ...emptyLink(), config }, schema), "");
  assert.deepEqual(read(""), { link: emptyLink(), ignored: [] });
});

test("what is written is read again, all of it", () => {
  /** @type {import("../../../static/js/share/link.js").Link} */
  const link = {
    config: { sequence_length: 60, cell: "lstm", learning_rate: 1e-7, input_std: 0.1 + 0.2, seed: 0 },
    rate: null,
    probe: 7,
    tab: "loss",
    track: "h",
    layer: 2,
    direction: "reverse",
    ruler: "abyss",
    pin: { t: 12, unit: 0 },
    zoom: { from: 12.25, to: 36 },
    folded: true,
    presents: true,
    locks: { cell: "locked", seed: "hidden", input_std: "hidden" },
    lanes: [{ cell: "gru", learning_rate: 0.5 }, {}],
    lesson: null,
    question: null,
  };
  assert.deepEqual(read(`#${writeLink(link, schema)}`), { link, ignored: [] });
});

test("an open lesson is a link of its own: it brings everything else with it", () => {
  const lesson = { slug: "the-hard-gradient", locked: false };
  const fragment = writeLink({ ...emptyLink(), config: { cell: "lstm" }, lesson }, schema);
  assert.equal(fragment, "lesson=the-hard-gradient");
  assert.deepEqual(read(fragment).link, { ...emptyLink(), lesson });
  const locked = { ...lesson, locked: true };
  assert.deepEqual(read(writeLink({ ...emptyLink(), lesson: locked }, schema)).link.lesson, locked);
  const order = ["vanishing", "clipping", "gates"];
  for (const [own, text] of [
    [{ slug: "vanishing", locked: false, order }, "lessons=vanishing,clipping,gates"],
    [{ slug: "gates", locked: true, order }, "lessons=vanishing,clipping,gates&lesson=gates.locked"],
  ]) {
    assert.equal(writeLink({ ...emptyLink(), lesson: own }, schema), text);
    assert.deepEqual(read(text).link.lesson, own);
  }
  assert.deepEqual(read("lesson=gates&lessons=memory,gates").link.lesson, {
    slug: "gates",
    locked: false,
    order: ["memory", "gates"],
  });
});

test("a lesson's link carries what was changed of its network, also where that is a default", () => {
  const config = {
    sequence_length: 40,
    cell: "lstm",
    learning_rate: 0.0005,
    clip_threshold: 1,
    input_std: null,
    seed: 3,
  };
  const lesson = { slug: "vanishing", locked: true, config };
  const now = { ...config, cell: "rnn", learning_rate: 0.01 };
  const fragment = writeLink({ ...emptyLink(), config: now, lesson, presents: true }, schema);
  assert.equal(fragment, "lesson=vanishing.locked&cell=rnn&learning_rate=0.01&present=yes");
  const { link, ignored } = read(fragment);
  assert.deepEqual(ignored, []);
  assert.deepEqual(link.lesson, { slug: "vanishing", locked: true, changes: { cell: "rnn", learning_rate: 0.01 } });
  assert.deepEqual([link.config, link.presents], [{}, true]);
  assert.equal(writeLink({ ...emptyLink(), config, lesson }, schema), "lesson=vanishing.locked");
});

test("a zoom is kept to a hundredth of a timestep, and has to fit the length beside it", () => {
  const config = { sequence_length: 60 };
  const fragment = writeLink({ ...emptyLink(), config, zoom: { from: 20 / 3, to: 60 } }, schema);
  assert.equal(fragment, "sequence_length=60&zoom=6.67-60");
  assert.deepEqual(read(fragment).link.zoom, { from: 6.67, to: 60 });
  assert.deepEqual(read("zoom=30-60&sequence_length=60").link.zoom, { from: 30, to: 60 }, "in any order");
  assert.deepEqual(read("zoom=30-60&sequence_length=40"), {
    link: { ...emptyLink(), config: { sequence_length: 40 } },
    ignored: ["zoom=30-60"],
  });
});

test("in the past, the link and what stands under a picture are those of the shown moment", () => {
  const titled = structuredClone(schema);
  for (const name of ["sequence_length", "hidden_size", "seed", "cell"]) {
    titled.properties[name] = { default: 2, ...titled.properties[name], title: name };
  }
  const config = { sequence_length: 4, cell: "rnn", hidden_size: 2, seed: 3 };
  const now = makeRecord({ meta: { iteration: 1500 } });
  const run = initialState({ config: { ...config, cell: "gru" }, schema: titled }, now);
  const then = makeRecord({ meta: { iteration: 90 } });
  const moment = { record: then, config, task: null, solvedAt: null, iteration: 90, run: 0, accepted: 0, bytes: 0 };
  const state = reduce(run, { type: "show", moment });
  assert.equal(linkOf(state).config.cell, "rnn");
  const told = { ...state, lesson: { slug: "vanishing", locked: true, config: { ...config, cell: "lstm" } } };
  assert.equal(
    captionOf(told, "http://here/").link,
    "http://here/#lesson=vanishing.locked&cell=rnn",
    "as the lesson's",
  );
  const caption = captionOf(state, "http://here/");
  assert.equal(caption.iteration, "iteration 90");
  assert.equal(caption.link, "http://here/#sequence_length=4");
  assert.match(pastWords(state), /You are looking at iteration 90: .* at iteration 1500; /);
  assert.equal(pastWords(run), "");
  assert.deepEqual([asItIsNow(state).record, asItIsNow(state).config.cell], [now, "gru"]);
});

test("under a picture stands which layer it shows, unless it is of the whole network", () => {
  const titled = structuredClone(schema);
  for (const name of ["sequence_length", "hidden_size", "seed", "cell"]) {
    titled.properties[name] = { default: 2, ...titled.properties[name], title: name };
  }
  const config = { sequence_length: 8, cell: "lstm", hidden_size: 4, seed: 3 };
  const shown = chosenRecord(deepRecord({ layers: 2, directions: 2, T: 8 }), { layer: 2, direction: "reverse" });
  const state = { ...initialState({ config, schema: titled }, shown), record: shown };
  assert.match(captionOf(state, "http://here/").iteration, /, layer 2, reverse direction$/);
  assert.doesNotMatch(captionOf(state, "http://here/", [], false).iteration, /layer|direction/);
});

test("a speed is kept to three digits", () => {
  const fragment = writeLink({ ...emptyLink(), rate: 123.456 }, schema);
  assert.equal(fragment, "speed=123");
  assert.equal(read(fragment).link.rate, 123);
});

for (const bad of [
  "__proto__=1",
  "constructor=1",
  "toString",
  "unheard=of",
  "cell=transformer",
  "cell=__proto__",
  "sequence_length=0",
  "sequence_length=501",
  "sequence_length=2.5",
  "sequence_length=0x10",
  "learning_rate=NaN",
  "learning_rate=Infinity",
  "learning_rate=1e999",
  "learning_rate=-1",
  "clip_threshold=0",
  "seed=none",
  "tab=nowhere",
  "track=__proto__",
  "ruler=long",
  "pin=0",
  "pin=1.2.3",
  "pin=1.",
  "zoom=3",
  "zoom=3-8",
  "zoom=8-2",
  "zoom=-1-20",
  "zoom=0-9-18",
  "zoom=10-25",
  "zoom=0-1e999",
  "folded=no",
  "folded",
  "probe=-1",
  "probe=99999999999",
  "speed=0",
  "speed=fast",
  "lock=cell,__proto__",
  "lesson",
  "lesson=../secret",
  "lesson=vanishing.open",
  "lessons=vanishing,,gates",
  "lessons=vanishing,../secret",
  "lane=cell",
  "lane=__proto__:1",
  "lane=cell:none",
]) {
  test(`${bad} is ignored and named, and what stands beside it is taken`, () => {
    const { link, ignored } = read(`${bad}&probe=5`);
    assert.deepEqual(ignored, [bad]);
    assert.equal(link.probe, 5);
    assert.deepEqual({ ...link, probe: 0, locks: {} }, emptyLink());
    assert.equal(Object.getPrototypeOf(link.config), Object.prototype);
    assert.equal(/** @type {any} */ ({}).polluted, undefined);
  });
}

test("a locked field beside an unknown one is locked all the same", () => {
  assert.deepEqual(read("lock=cell,nothing").link.locks, { cell: "locked" });
});

test("no more lanes than a page has", () => {
  const { link, ignored } = read("lane=&lane=&lane=&lane=seed:1");
  assert.equal(link.lanes.length, 3);
  assert.deepEqual(ignored, ["lane=seed:1"]);
});

test("a fragment of any length and content is survived", () => {
  assert.deepEqual(read(`probe=5&${"x".repeat(10_000)}`).link, emptyLink());
  assert.deepEqual(read("%E0%A4%A&%&&&===&#").link, emptyLink());
});

test("one quiet line says what was not understood, cut short", () => {
  assert.equal(ignoredWords([]), "");
  const words = ignoredWords(["a=1", "b=".padEnd(500, "x"), "c", "d"]);
  assert.ok(words.length < 200);
  assert.match(words, /“a=1”.*and 1 more/);
});
