/** What the inspector says of one entry of the flow. Pure. */

import { formatExp, printSum } from "../../lib/format.js";
import { isTop } from "../../record/chosen.js";
import { hasTarget, ledger, lnFlow } from "../../record/readings.js";

/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */

/** @param {DecodedRecord} record @param {number} t @param {number} k */
export function pairNumbers(record, t, k) {
  if (!hasTarget(record, t)) return "no target, no loss: nothing flows";
  const ln = lnFlow(record, t, k);
  const lag = `lag ${Math.abs(t - k)}`;
  return ln === Number.NEGATIVE_INFINITY ? `norm exactly 0; ${lag}` : `norm ${formatExp(ln)}; ${lag}`;
}

/** The ledger in one line: the total, then its two accounts. @param {DecodedRecord} record @param {number} t @param {number} k */
export function accountWords(record, t, k) {
  if (t === k || !hasTarget(record, t)) return "";
  if (!isTop(record)) return `E_${t} comes down to h_${k} at several timesteps: its way is no single chain of steps.`;
  if (!("ln_flow_a" in record.tensors)) return `ln of the norm, step by step back from h_${t} to h_${k}`;
  const entries = ledger(record, t, k);
  if (!entries) return `The gradient of E_${t} at h_${k} is exactly 0.`;
  const { terms, total } = printSum([entries.saturation, entries.weights], 2);
  return `From h_${t} back to h_${k}: ln ratio ${total} = ${terms[0]} saturation ${terms[1].startsWith("−") ? "−" : "+"} ${terms[1].replace("−", "")} recurrent weights`;
}
