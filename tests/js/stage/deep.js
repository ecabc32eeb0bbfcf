/** Records of several layers and directions for tests: every layer a made-up record of its own, under the server's names. */

import { sampleRecord } from "./sample.js";

const OF_LAYER = ["h", "dh", "dh_norm", "dh_norm_used", "ln_dh_norm", "ln_flow", "share", "W_hh"];
const STATES = ["h", "dh", "dh_norm", "dh_norm_used", "ln_dh_norm"];

/** @param {{shape: number[], data: any}} tensor @param {(row: number) => number} from which row stands in each */
function rows({ shape, data }, from) {
  const width = data.length / shape[0];
  const turned = data.slice();
  for (let row = 0; row < shape[0]; row += 1) {
    turned.set(data.subarray(from(row) * width, (from(row) + 1) * width), row * width);
  }
  return { shape, data: turned };
}

/** What the server sends of a direction that reads the same sequence from its end: row j is the state at t = j + 1. */
export function mirrored({ tensors }) {
  const [T, row] = tensors.ln_flow.shape;
  const pairs = ({ shape, data }) => ({
    shape,
    data: data.map((_, at) => data[(T - 1 - Math.floor(at / row)) * row + row - 1 - (at % row)]),
  });
  return {
    ...Object.fromEntries(STATES.map((name) => [name, rows(tensors[name], (j) => T - j)])),
    ln_flow: pairs(tensors.ln_flow),
    share: pairs(tensors.share),
    W_hh: tensors.W_hh,
  };
}

/** @param {{layers?: number, directions?: number} & Parameters<typeof sampleRecord>[0]} options */
export function deepRecord({ layers = 2, directions = 1, H = 4, ...more } = {}) {
  const record = sampleRecord({ H, ...more });
  for (let layer = 1; layer <= layers; layer += 1) {
    const ending = layer > 1 ? `_l${layer}` : "";
    const own = layer === 1 ? record : sampleRecord({ H, decay: (lag) => 0.5 ** lag / layer, ...more });
    for (const name of OF_LAYER) record.tensors[`${name}${ending}`] = own.tensors[name];
    if (directions === 1) continue;
    for (const [name, tensor] of Object.entries(mirrored(own))) record.tensors[`${name}${ending}_reverse`] = tensor;
  }
  const inputs = layers > 1 ? H * directions : 1;
  record.tensors.W_xh = { shape: [1, H], data: new Float64Array(H).fill(1) };
  for (let layer = 2; layer <= layers; layer += 1) {
    record.tensors[`W_xh_l${layer}`] = { shape: [inputs, H], data: new Float64Array(inputs * H).fill(layer) };
  }
  record.tensors.W_hy = {
    shape: [H * directions, 1],
    data: Float64Array.from({ length: H * directions }, (_, j) => j + 1),
  };
  return record;
}
