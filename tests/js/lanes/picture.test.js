import assert from "node:assert/strict";
import test from "node:test";
import { drawLanes } from "../../../static/js/lanes/draw.js";
import { lanesScene, layoutLanes, pictureOf } from "../../../static/js/lanes/picture.js";
import { initialState } from "../../../static/js/run/state.js";
import { callsOf, recordingBitmaps, recordingContext } from "../stage/recording.js";
import { sampleRecord } from "../stage/sample.js";

const SIZE = { width: 764, height: 620, U: 1 };

for (const count of [1, 2, 3, 4]) {
  test(`${count} lanes fit the stage, each below the other`, () => {
    const lanes = Array.from({ length: count }, () => ({ T: 24, H: 16, rivers: 2 }));
    const { axis, blocks } = layoutLanes(SIZE, lanes);
    let bottom = 0;
    for (const block of blocks) {
      assert.ok(block.top >= bottom);
      assert.ok(block.layout.lanes[0].bottom - block.layout.lanes[0].top > 20);
      bottom = block.bottom;
    }
    assert.ok(axis.labels.y > bottom && axis.labels.y < axis.norm.top);
    assert.ok(axis.norm.bottom <= SIZE.height);
  });
}

test("on a stage that is too low the picture goes on below: nothing of it has less than no height", () => {
  const record = sampleRecord({ T: 24, meta: { loss_per_timestep: 0.5 } });
  const states = Array.from({ length: 4 }, () => ({ ...initialState({ config: { cell: "rnn" } }), record }));
  const low = { width: 390, height: 150, U: 1 };
  const { axis, blocks, scenes } = lanesScene(states, low, [-4, 2], states.map(pictureOf));
  for (const { layout } of blocks) assert.ok(layout.lanes[0].bottom - layout.lanes[0].top >= 8);
  assert.ok(axis.norm.top > axis.labels.y && axis.norm.bottom > axis.norm.top);
  assert.ok(scenes.every(({ ribbons }) => ribbons.length === 1));
});

test("where the names of the curves have no room beside each other, their numbers stand there", () => {
  const record = sampleRecord({ T: 24, meta: { loss_per_timestep: 0.5 } });
  const states = Array.from({ length: 4 }, () => ({ ...initialState({ config: { cell: "rnn" } }), record }));
  const scene = lanesScene(states, { width: 390, height: 620, U: 1 }, [-4, 2], states.map(pictureOf));
  const ctx = recordingContext();
  const name = "lstm, forget bias 2";
  drawLanes(
    ctx,
    scene,
    states.map(() => ({ name, words: "", record })),
    0,
    recordingBitmaps(),
    1,
  );
  const beside = callsOf(ctx, "fillText").filter(
    ([, , y]) => y > scene.axis.labels.y + 6 && y < scene.axis.norm.top - 6,
  );
  assert.deepEqual(
    beside.map(([text]) => text),
    ["1", "2", "3", "4"],
  );
});

test("what stands beside the rivers of four networks keeps inside its own lane", () => {
  const record = sampleRecord({ T: 24, meta: { loss_per_timestep: 0.5 } });
  const states = Array.from({ length: 4 }, () => ({ ...initialState({ config: { cell: "lstm" } }), record }));
  const scene = lanesScene(states, { width: 768, height: 470, U: 1 }, [-4, 2], states.map(pictureOf));
  const ctx = recordingContext();
  const lanes = states.map(() => ({ name: "lstm", words: "", record }));
  drawLanes(ctx, scene, lanes, 0, recordingBitmaps(), 1);
  const texts = callsOf(ctx, "fillText").map(([text]) => text);
  assert.ok(scene.blocks[0].layout.lanes[0].bottom - scene.blocks[0].layout.lanes[0].top < 34, "low lanes");
  assert.ok(!texts.includes("log axis") && !texts.includes("cell state"), "no second line");
  const names = callsOf(ctx, "fillText").filter(([text, x]) => x < 90 && /^∂E/.test(text));
  assert.ok(names.length >= 4);
  const rivers = scene.blocks.flatMap(({ layout }) => layout.lanes);
  for (const [text, , y] of names) {
    assert.ok(
      rivers.some(({ top, bottom }) => y > top && y < bottom + 4),
      `${text} at ${y}`,
    );
  }
});

test("what stands beside a river keeps clear of the title above it", () => {
  const record = sampleRecord({ T: 24, meta: { loss_per_timestep: 0.5 } });
  for (const [count, height] of [
    [4, 620],
    [3, 620],
    [3, 748],
    [1, 620],
  ]) {
    const states = Array.from({ length: count }, () => ({ ...initialState({ config: { cell: "lstm" } }), record }));
    const scene = lanesScene(states, { width: 764, height, U: 1 }, [-4, 2], states.map(pictureOf));
    const ctx = recordingContext();
    const lanes = states.map(() => ({ name: "lstm", words: "", record }));
    drawLanes(ctx, scene, lanes, 0, recordingBitmaps(), 1);
    const texts = callsOf(ctx, "fillText").filter(([text, x]) => x < 110 && /^(∂E|10|1$)/.test(text));
    for (const { titleY, layout } of scene.blocks) {
      const [{ bottom }] = layout.lanes;
      const beside = texts.filter(([text, x, y]) => y > titleY && y < bottom && !(text === "1" && x < 40));
      assert.ok(beside.length >= 2);
      for (const [text, , y] of beside) {
        assert.ok(y - 5 >= titleY + 8, `${text} at ${y} under a title at ${titleY}, ${count} lanes in ${height}`);
      }
    }
  }
});

test("a width means the same in every lane", () => {
  const { blocks } = layoutLanes(SIZE, [
    { T: 24, H: 16, rivers: 1 },
    { T: 24, H: 64, rivers: 2 },
  ]);
  const heights = blocks.flatMap(({ layout }) => layout.lanes.map(({ top, bottom }) => Math.round(bottom - top)));
  assert.equal(new Set(heights).size, 1);
});

test("all lanes stand on one time axis, also a shorter one", () => {
  const { axis, blocks } = layoutLanes(SIZE, [
    { T: 24, H: 16, rivers: 1 },
    { T: 12, H: 16, rivers: 1 },
  ]);
  assert.equal(axis.T, 24);
  assert.equal(blocks[1].layout.edges.length, 13);
  assert.equal(blocks[1].layout.edges[12], blocks[0].layout.edges[12]);
});

test("the names of four curves stand beside each other above their chart, where they cover no timestep", () => {
  const state = {
    ...initialState({ config: { cell: "rnn" } }),
    record: sampleRecord({ T: 24, meta: { loss_per_timestep: 0.5 } }),
  };
  const states = [state, state, state, state];
  const scene = lanesScene(states, SIZE, [-4, 2], states.map(pictureOf));
  const ctx = recordingContext();
  const lanes = states.map(({ record }) => ({ name: "rnn, tanh", words: "", record }));
  drawLanes(ctx, scene, lanes, 0, recordingBitmaps(), 1);
  const names = callsOf(ctx, "fillText").filter(([text]) => /^[1-4] rnn, tanh$/.test(text));
  assert.equal(names.length, 4);
  for (const [index, [text, x, y]] of names.entries()) {
    assert.ok(
      y < scene.axis.norm.top - 6 && y > scene.axis.labels.y + 6,
      `${text} between the timesteps and the chart`,
    );
    if (index > 0) assert.ok(x > names[index - 1][1] + 80, `${text} beside its neighbour`);
  }
});
