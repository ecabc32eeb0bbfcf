/** The question that the owner of a followed run asks the class: answered here, until its answer is out. */

import { element, setText } from "../lib/dom.js";
import { addStyle } from "../lib/styles.js";
import { command } from "../wire/protocol.js";
import { ASKED, CLOSE, NOT_SENT, SENT, UNKNOWN_SCENE } from "../words/class.js";
import { createQuestion } from "./question.js";
import { fetchStory } from "./story.js";

/** @typedef {import("../wire/protocol.js").AskedMessage} AskedMessage */

/**
 * @param {import("../run/session.js").PageStore} store
 * @param {(message: import("../wire/protocol.js").Command) => Promise<import("../wire/requests.js").Answer>} request
 */
export function createClassQuestion(store, request) {
  const place = element("div", { id: "class-options", class: "lesson-question" });
  const said = element("p", { class: "quiet", role: "status" });
  const close = element("button", { class: "text-button", type: "button" }, CLOSE);
  const head = element("div", { class: "class-head" }, element("h2", {}, ASKED), close);
  const card = element("section", { class: "class-question", "aria-label": ASKED, hidden: true }, head, place, said);
  const question = createQuestion(place, { pointing: null, chosen: (option) => void send(option) });
  const styles = Promise.all([addStyle("question.css"), addStyle("class.css")]);
  let scene = "";
  document.body.append(card);
  close.addEventListener("click", () => {
    card.hidden = true;
  });

  /** @param {number} option */
  async function send(option) {
    const answer = await request(command.answer(scene, option));
    if (answer?.type === "error") setText(said, answer.message);
    else setText(said, answer?.type === "answered" ? SENT : NOT_SENT);
  }

  /** @param {AskedMessage} asked */
  async function show(asked) {
    const [scenes] = await Promise.all([fetchStory(), styles]);
    if (store.get().asked !== asked) return;
    const found = scenes.find(({ slug }) => slug === asked.scene);
    if (scene !== asked.scene) {
      setText(said, found ? "" : UNKNOWN_SCENE);
      if (found) question.ask(found.question);
      scene = asked.scene;
      card.hidden = false;
    }
    if (asked.revealed && found) {
      setText(said, "");
      question.reveal();
    }
    close.hidden = !asked.revealed && Boolean(found);
  }

  /** @param {AskedMessage | null} asked */
  function follow(asked) {
    if (asked) {
      show(asked).catch(() => {}); // what is asked next asks for them anew
      return;
    }
    card.hidden = true;
    scene = "";
  }

  store.watch(({ asked }) => asked, follow);
  follow(store.get().asked);
}
