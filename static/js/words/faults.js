/** What is said of each fault: of the browser, of a record, of a file that is no recording. Pure. */

import { Fault } from "../lib/fault.js";

const DAMAGED = "It is damaged, or no recording of Unroll";

/** By the fault's code. @type {Record<string, (values: Record<string, any>) => string>} */
const SENTENCES = {
  no_element: ({ id }) => `The page has no element #${id}: reload it.`,
  no_style: ({ file }) => `css/${file} could not be fetched.`,
  no_chart_library: () => "The chart library could not be loaded.",
  slow_database: ({ ms }) => `Expected the browser's database to answer within ${ms} ms; it did not.`,
  unknown_dtype: ({ name, dtype }) => `Expected a tensor ${name} of a known type; got ${dtype}.`,
  no_record: ({ kind }) => `Expected a record; got a frame of kind ${kind}.`,

  no_lessons: ({ status }) => `The server gave no lessons (${status}).`,
  no_questions: ({ status }) => `The server gave no questions (${status}).`,
  no_curves: ({ status }) => `The server gave no curves of the activations (${status}).`,
  no_page: ({ status }) => `The server did not give the page (${status}). Try again.`,
  lessons_need_server: () =>
    "None of these lessons can be told without a server: they compare networks, or take in files. Choose others.",
  lesson_lost: () => "The connection was lost while a lesson was recorded: try again when it is back.",
  no_png: () => "Expected a picture as PNG; got something else.",

  // Of a recording: the whole file.
  first_bytes: () => `${DAMAGED}: its first bytes are not UNROLL1.`,
  no_part: () => `${DAMAGED}: it holds nothing.`,
  no_facts: () => `${DAMAGED}: it does not begin with facts.`,
  no_record_yet: () => "This recording holds no record yet.",
  not_watched: () => "This recording is not of a model that `unroll.watch` watched.",

  // One part of it.
  part_size: ({ size }) => `${DAMAGED}: one part says it has ${size} bytes.`,
  header_size: ({ size, length }) => `${DAMAGED}: a part of ${size} bytes says that its header has ${length}.`,
  no_json: () => `${DAMAGED}: a part of it is no JSON.`,
  no_object: () => `${DAMAGED}: a part of it is no JSON object.`,
  tensor_place: ({ name }) => `${DAMAGED}: type, shape and place of its tensor ${name} do not agree.`,
  tensor_gap: () => `${DAMAGED}: its tensors do not follow each other.`,
  tensors_size: ({ size, end }) => `${DAMAGED}: a record of ${size} bytes has tensors of ${end}.`,
  no_picture: () => "Its records lack x, h, dh or ln_dh_norm, or their shapes do not agree.",
  other_kind: ({ kind }) => `${DAMAGED}: expected a record, got ${kind}.`,
  no_iteration: ({ place }) => `Record ${place} of this recording does not say of which iteration it is.`,
  no_finding: ({ place }) => `Record ${place} of this recording has no finding: it was written by an older version.`,

  // What its records are of.
  no_config: () =>
    "This recording does not say what was trained on what: Recording.create(path, config=…, task=…) writes one that opens here.",
  config_kind: () => `${DAMAGED}: its configuration holds more than texts and numbers.`,
  task_kind: ({ fields }) => `${DAMAGED}: its task lacks ${fields.join(", ")}, or they are of another kind.`,
};

/** The codes that have a sentence. */
export const FAULTS = Object.keys(SENTENCES);

/** Why something failed, for the reader; of an error of the browser its own words. @param {unknown} error */
export function faultWords(error) {
  if (error instanceof Fault) return SENTENCES[error.code](error.values);
  return error instanceof Error ? error.message : String(error);
}
