/** What the server says no to, as it is shown to the reader. Pure. */

/** What a command would need is told to programs by the command's name; a reader is told what they can do. @type {Record<string, string>} */
const PLAIN = {
  no_run: "The network is not there yet: try again in a moment.",
};
const NOT_FINITE = "A number is not finite, so training stopped. What would help stands under “The first bad number”.";

/** A refusal as it is shown to the reader. @param {{code: string, message: string}} error */
export function refusalWords({ code, message }) {
  if (code === "not_now" && message.includes("not finite")) return NOT_FINITE;
  return message.includes("`") ? (PLAIN[code] ?? message.replaceAll("`", "")) : message;
}
