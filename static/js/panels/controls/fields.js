/** What the page knows about single fields beside the server's schema: order, labels, ranges of sliders. */

import { meaningless } from "../../record/cells.js";
import * as say from "../../words/controls.js";

/** @typedef {import("../../wire/protocol.js").Config} Config */
/** @typedef {import("../../wire/protocol.js").Task} Task */
/** @typedef {import("../../kit/slider.js").Track} Track */

export const GROUPS = ["Sequence", "Network", "Training", "Gradient"];

/** The order within the groups; fields that are not named here follow. */
export const ORDER = [
  "sequence_length",
  "task",
  "lag",
  "cell",
  "activation",
  "hidden_size",
  "num_layers",
  "bidirectional",
  "embedding_size",
  "train_h0",
  "carry_state",
  "init",
  "gain",
  "forget_bias",
  "optimizer",
  "learning_rate",
  "batch_size",
  "clip",
  "clip_threshold",
  "k1",
  "seed",
];

export const ESSENTIAL = ["sequence_length", "cell", "activation"];

export const SEGMENTED = ["precision"];

/** Fields of few values, and what each value is called. @type {Record<string, {value: import("../../wire/protocol.js").FieldValue, text: string}[]>} */
export const NAMED_VALUES = {
  num_layers: [1, 2, 3, 4].map((value) => ({ value, text: String(value) })),
  bidirectional: [
    { value: false, text: say.VALUES.bidirectional.off },
    { value: true, text: say.VALUES.bidirectional.on },
  ],
  train_h0: [
    { value: false, text: say.VALUES.train_h0.off },
    { value: true, text: say.VALUES.train_h0.on },
  ],
  carry_state: [
    { value: false, text: say.VALUES.carry_state.off },
    { value: true, text: say.VALUES.carry_state.on },
  ],
};

/** k2 shares a row with k1. */
export const WITHOUT_ROW = ["k2"];

export const SYMBOLS = ["sequence_length", "hidden_size"];

/** The useful part of each range; by typing, everything the server allows. @type {Record<string, Track>} */
export const TRACKS = {
  sequence_length: { from: 2, to: 500, log: true, integer: true },
  lag: { from: 0, to: 60, integer: true },
  hidden_size: { from: 1, to: 256, log: true, powersOfTwo: true },
  embedding_size: { from: 0, to: 64, integer: true },
  batch_size: { from: 1, to: 256, log: true, powersOfTwo: true },
  gain: { from: 0.1, to: 10, log: true },
  forget_bias: { from: -2, to: 6 },
  input_std: { from: 1e-3, to: 1, log: true },
  readout_std: { from: 1e-3, to: 1, log: true },
  learning_rate: { from: 1e-5, to: 10, log: true, zero: true },
  clip_threshold: { from: 1e-2, to: 1e3, log: true },
  weight_decay: { from: 1e-6, to: 1, log: true, zero: true },
};

/** Fields that mean nothing at the moment say so instead. @type {Record<string, (config: Config, task: Task | null) => string | null>} */
export const IDLE = {
  carry_state({ carry_state, task: name, bidirectional, train_h0 }, task) {
    if (carry_state) return null; // so that it can be taken back
    if (train_h0) return say.STATE_IS_LEARNED;
    if (bidirectional) return say.TWO_DIRECTIONS;
    return task?.name === name && !task.stream ? say.NO_STREAM : null;
  },
  lag: ({ task }) => (task === "echo" ? null : say.LAG_OF_ECHO),
  clip_threshold: ({ clip }) => (clip === "none" ? say.NO_CLIPPING : null),
};

/** Rows of things that the chosen network does not have. @type {Record<string, (config: Config) => boolean>} */
export const ABSENT = {
  forget_bias: (config) => meaningless(config).includes("forget_bias"),
  init: (config) => meaningless(config).includes("init"),
  gain: (config) => meaningless(config).includes("gain"),
};

export const TRUNCATIONS = [
  { label: say.NEVER, k1: 0, k2: 0 },
  { label: say.EVERY_8, k1: 8, k2: 8 },
  { label: say.EVERY_8_BACK_16, k1: 8, k2: 16 },
];
