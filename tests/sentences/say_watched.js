/** What the page of a watched run says of every capture in the recordings of a folder. */

import { readdirSync, readFileSync } from "node:fs";
import { meansAt, pictureOf } from "../../static/js/watched/picture.js";
import { factsOf, placesOf } from "../../static/js/watched/place.js";
import { readCaptures } from "../../static/js/wire/recording.js";
import * as words from "../../static/js/words/watched.js";

/** @param {string} folder @param {(line: object) => void} write */
export function sayWatched(folder, write) {
  for (const run of readdirSync(folder).filter((name) => name.endsWith(".unroll"))) {
    const bytes = readFileSync(`${folder}/${run}`);
    const { captures } = readCaptures(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    for (const [at, record] of captures.entries()) {
      const facts = factsOf(record);
      for (const place of placesOf(facts)) {
        const picture = pictureOf(record, place);
        const before = at > 0 ? { picture: pictureOf(captures[0], place), step: factsOf(captures[0]).step } : null;
        const asked = { at, ...place };
        const say = (/** @type {string} */ of, /** @type {string} */ said, more = {}) =>
          write({ run, of, asked: { ...asked, ...more }, words: said });
        say("watched headline", words.headline(picture));
        say("watched reason", words.underHeadline(picture, before, place.reverse));
        say("watched residual", words.residualText(facts.grad_residual, Number.isFinite(facts.grad_residual)));
        say("watched step", words.shownWords(facts.step, null));
        for (let t = 1; t <= picture.T; t += 2) {
          const lines = words.timestepLines(picture, t, meansAt(record, place, t));
          const said = lines.map(({ label, value }) => `${label.replace(/\d+(…\d+)?/g, "t")}: ${value}`).join(" | ");
          say("watched timestep", said, { t });
        }
      }
    }
  }
}
