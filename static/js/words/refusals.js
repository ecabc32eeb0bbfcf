/** A command that the server refused, as the reader is told. Pure. */

/** What a command would need is told to programs by the command's name; a reader is told what they can do. @type {Record<string, string>} */
const PLAIN = {
  no_run: "The network is not there yet: try again in a moment.",
  not_now: "A number is not finite, so training stopped. A smaller learning rate, clipping, or Reset helps.",
};

/** A refusal as it is shown to the reader. @param {{code: string, message: string}} error */
export function refusalWords({ code, message }) {
  return message.includes("`") ? (PLAIN[code] ?? message.replaceAll("`", "")) : message;
}
