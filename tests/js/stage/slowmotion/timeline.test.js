import assert from "node:assert/strict";
import test from "node:test";
import { beginOf, momentAt, stopAfter, timelineOf } from "../../../../static/js/stage/slowmotion/timeline.js";

const line = timelineOf(24, false);

test("forward runs from 1 to T, the losses too, backward from T to 1, then comes the update", () => {
  const seen = [];
  for (let ms = 1; ms <= line.end; ms += 5) {
    const { phase, t } = momentAt(line, ms);
    if (seen.at(-1)?.[0] !== phase || seen.at(-1)[1] !== t) seen.push([phase, t]);
  }
  const steps = Array.from({ length: 24 }, (_, i) => i + 1);
  assert.deepEqual(seen, [
    ...steps.map((t) => ["forward", t]),
    ...steps.map((t) => ["losses", t]),
    ...steps.reverse().map((t) => ["backward", t]),
    ["update", 24],
  ]);
});

test("where the sequence is read from its end, forward runs from T to 1 and backward from 1 to T", () => {
  const reverse = timelineOf(3, false, true);
  const seen = [];
  for (let ms = 1; ms <= reverse.end; ms += 5) {
    const { phase, t } = momentAt(reverse, ms);
    if (seen.at(-1) !== `${phase} ${t}`) seen.push(`${phase} ${t}`);
  }
  const forward = ["forward 3", "forward 2", "forward 1"];
  const back = ["backward 1", "backward 2", "backward 3"];
  assert.deepEqual(seen, [...forward, "losses 1", "losses 2", "losses 3", ...back, "update 3"]);
  assert.equal(momentAt(timelineOf(3, true, true), 1).t, 1, "a whole phase ends where the direction does");
});

test("a timestep takes 320 ms forward, 30 for its loss and 400 back; a long sequence takes no longer than 40 timesteps", () => {
  assert.deepEqual(
    line.phases.map(({ name, ms }) => [name, ms]),
    [
      ["forward", 320],
      ["losses", 30],
      ["backward", 400],
      ["update", 900],
    ],
  );
  assert.ok(Math.abs(timelineOf(500, false).updateAt - timelineOf(40, false).updateAt) < 1e-6);
});

test("the end of a step still belongs to it, so that one who stops there sees it done", () => {
  assert.deepEqual(momentAt(line, 0), { phase: "forward", t: 1, part: 0 });
  assert.deepEqual(momentAt(line, 320), { phase: "forward", t: 1, part: 1 });
  assert.deepEqual(momentAt(line, 480), { phase: "forward", t: 2, part: 0.5 });
  assert.deepEqual(momentAt(line, line.updateAt), { phase: "backward", t: 1, part: 1 });
  assert.equal(momentAt(line, line.end + 1e6).phase, "update");
});

test("steps stop after every timestep, once for all losses, and after the update", () => {
  let ms = 0;
  const stops = [];
  while (ms < line.end) {
    ms = stopAfter(line, ms, 1);
    stops.push(momentAt(line, ms).phase);
  }
  assert.equal(stops.length, 24 + 1 + 24 + 1);
  assert.equal(stops.filter((phase) => phase === "losses").length, 1);
  assert.equal(stopAfter(line, 320, -1), 0);
  assert.equal(stopAfter(line, 700, -1), 640);
});

test("with reduced motion each phase is one step that shows all of it", () => {
  const whole = timelineOf(24, true);
  const at = (name) => momentAt(whole, beginOf(whole, name) + 10);
  assert.deepEqual(at("forward"), { phase: "forward", t: 24, part: 1 });
  assert.deepEqual(at("losses"), { phase: "losses", t: 24, part: 1 });
  assert.deepEqual(at("backward"), { phase: "backward", t: 1, part: 1 });
  assert.equal(at("update").phase, "update");
});
