/** Records as they come, kept for a file: bytes as the server sent them, and in between what they were made with. */

import { framed, LARGEST_RECORDING, recordedState, recordingStart } from "../wire/recording.js";

/** @typedef {import("./state.js").Live} Live */
/** @typedef {Uint8Array<ArrayBuffer> | ArrayBuffer | Blob} Piece */

/** So many pieces become one, which the browser may keep on a disk. */
const PIECES = 128;

/**
 * @param {Pick<import("./active.js").Session, "tap">} session
 * @param {Live} live what is recorded
 * @param {Record<string, unknown>} more facts about it
 * @param {number} [most] bytes
 */
export function createRecorder(session, live, more, most = LARGEST_RECORDING) {
  let held = holding(live);
  /** @type {Piece[]} */
  let pieces = recordingStart({ ...held, ...more });
  let bytes = sizeOf(pieces);
  let records = 0;
  let iteration = live.iteration;
  let full = false;
  let told = JSON.stringify(held);
  const end = session.tap(take);

  /** @param {ArrayBuffer} frame @param {number} at iteration @param {Live} now */
  function take(frame, at, now) {
    held = holding(now);
    const said = JSON.stringify(held);
    const next = [...(said === told ? [] : recordedState(held)), ...framed(new Uint8Array(frame))];
    const size = sizeOf(next);
    full ||= bytes + size > most;
    if (full) return end();
    told = said;
    pieces.push(...next);
    if (pieces.length > PIECES) pieces = [new Blob(pieces)];
    bytes += size;
    records += 1;
    iteration = at;
  }

  return {
    status: () => ({ records, bytes, full }),
    /** Nothing more is kept. */
    stop() {
      end();
      return { file: new Blob(pieces), records, iteration };
    },
  };
}

/** @param {Live} live */
function holding({ config, task }) {
  return { config, task };
}

/** @param {Piece[]} pieces */
function sizeOf(pieces) {
  return pieces.reduce((sum, piece) => sum + (piece instanceof Blob ? piece.size : piece.byteLength), 0);
}
