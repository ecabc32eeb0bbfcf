/**
 * What the cells are, as far as pictures and sentences need it; `/api/schema` says the same under `cells`, a test
 * compares both, and `learnCells` takes in what was added there. Everything that depends on the cell asks here.
 */

/**
 * @typedef {object} Cell
 * @property {("h" | "c")[]} states
 * @property {string[]} gates in the order of a record's `gates`
 * @property {{gate: string, open: boolean} | null} keeps the gate that keeps the state, and whether by being open
 * @property {"h" | "c" | null} direct the state whose gradient a gate carries straight back
 * @property {boolean} ledger whether h_t = φ(a_t), so that a step back divides into slopes and weights
 * @property {string} recurrent the parameter meant where W_hh is spoken of
 * @property {string | null} [candidate] which of `gates` is the new state rather than a gate, as the schema says it
 */

/** @type {Record<string, Cell>} */
export const CELLS = {
  rnn: { states: ["h"], gates: [], keeps: null, direct: null, ledger: true, recurrent: "W_hh" },
  lstm: {
    states: ["h", "c"],
    gates: ["i", "f", "g", "o"],
    keeps: { gate: "f", open: true },
    direct: "c",
    ledger: false,
    recurrent: "W_hh",
  },
  gru: {
    states: ["h"],
    gates: ["r", "z", "n"],
    keeps: { gate: "z", open: true },
    direct: "h",
    ledger: false,
    recurrent: "W_hh",
  },
  indrnn: { states: ["h"], gates: [], keeps: null, direct: null, ledger: true, recurrent: "u_hh" },
  mingru: {
    states: ["h"],
    gates: ["z", "n"],
    keeps: { gate: "z", open: false },
    direct: "h",
    ledger: false,
    recurrent: "W_xh",
  },
  ln_lstm: {
    states: ["h", "c"],
    gates: ["i", "f", "g", "o"],
    keeps: { gate: "f", open: true },
    direct: "c",
    ledger: false,
    recurrent: "W_hh",
  },
};

/** Take in the cells that a server has beside those above. @param {Record<string, Cell> | undefined} described its schema's */
export function learnCells(described) {
  for (const [name, cell] of Object.entries(described ?? {})) CELLS[name] ??= cell;
}

/** The cell of a configuration. @param {{cell?: unknown}} config */
export function cellOf({ cell }) {
  return CELLS[String(cell ?? "rnn")] ?? CELLS.rnn;
}

/** The cell a record was made with: the configuration may already be another. @param {{cell?: unknown}} config @param {Record<string, unknown>} tensors */
export function cellNameOf(config, tensors) {
  const name = String(config.cell ?? "rnn");
  const hasCellState = "ln_dc_norm" in tensors;
  if (CELLS[name] && CELLS[name].states.includes("c") === hasCellState) return name;
  return hasCellState ? "lstm" : "rnn";
}

/** The parameter through which h_{t−1} reaches h_t; null where it goes through none. @param {{cell?: unknown}} config */
export function statesMeetBy(config) {
  const { recurrent } = cellOf(config);
  return recurrent === "W_xh" ? null : recurrent;
}

/** What a cell has nothing to do with, whatever it is set to. @param {{cell?: unknown}} config */
export function meaningless(config) {
  return [...(cellOf(config).keeps ? [] : ["forget_bias"]), ...(statesMeetBy(config) ? [] : ["init", "gain"])];
}

/**
 * How much of the past the keeping gate of one unit lets through at timestep t, from 0 to 1; NaN where the record has no
 * gates of this cell.
 * @param {string} name of the cell
 * @param {import("../wire/protocol.js").Tensor | null | undefined} gates
 * @param {number} t
 * @param {number} unit
 */
export function keptBy(name, gates, t, unit) {
  const keeping = keepingAt(name, gates, t);
  if (!keeping || !gates) return Number.NaN;
  const open = gates.data[keeping.from + unit] ?? Number.NaN;
  return keeping.open ? open : 1 - open;
}

/**
 * Where the keeping gate of timestep t stands among the numbers of `gates`, one unit after the other: what is asked once
 * for all units where there are many. Null where the record has no gates of this cell.
 * @param {string} name of the cell
 * @param {import("../wire/protocol.js").Tensor | null | undefined} gates
 * @param {number} t
 */
export function keepingAt(name, gates, t) {
  const { gates: names, keeps } = CELLS[name] ?? CELLS.rnn;
  if (!gates || !keeps || gates.shape[1] !== names.length) return null;
  const [, kinds, H] = gates.shape;
  return { from: ((t - 1) * kinds + names.indexOf(keeps.gate)) * H, open: keeps.open };
}

/** How the share that a cell's keeping gate lets through is written: f_t, z_t or 1 − z_t. @param {{cell?: unknown}} config */
export function keptName(config) {
  const { keeps } = cellOf(config);
  if (!keeps) return "";
  return keeps.open ? `${keeps.gate}_t` : `1 − ${keeps.gate}_t`;
}
