/** The playground, as the names of the parts of its picture need it. */

import { elsewhereWords, missingWords, NAMES } from "../words/names.js";
import { PLAYGROUND } from "./places.js";

/**
 * @param {import("../run/session.js").PageStore} store
 * @param {() => import("../stage/scene.js").Scene | null} shown what the stage draws; null while something else has it
 * @param {() => boolean} isAlone whether there is one network
 * @returns {import("./names.js").NamedPage}
 */
export function playground(store, shown, isAlone) {
  return {
    areOn: () => store.get().names,
    toggle: () => store.dispatch({ type: "names", names: !store.get().names }),
    shown,
    elsewhere() {
      const { folded, slow } = store.get();
      if (folded) return elsewhereWords("folded");
      if (slow) return elsewhereWords("slow");
      return isAlone() ? "" : elsewhereWords("lanes");
    },
    kinds: () => PLAYGROUND,
    names: () => NAMES,
    missing: missingWords,
  };
}
