/** What the page knows, and what can happen to it: types only, said once. */

/** An answer to a scene's question, as places among its options from 0. @typedef {{scene: string, option: number, right: number}} Answered */
/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("../wire/protocol.js").ServerMessage} ServerMessage */
/** @typedef {import("../wire/protocol.js").DivergedMessage} DivergedMessage */
/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {import("../wire/protocol.js").Effects} Effects */
/** @typedef {import("../wire/protocol.js").Limits} Limits */
/** @typedef {import("../wire/protocol.js").Phase} Phase */
/** @typedef {import("../wire/protocol.js").Task} Task */
/** @typedef {import("./ghost.js").Ghost} Ghost */
/** @typedef {import("./columns.js").History} History */
/** @typedef {import("./source.js").Abilities} Abilities */

/**
 * A place in the picture. t counts from 1 to T, unit and k from 0; source is the timestep of one loss.
 * @typedef {{t: number, unit?: number, source?: number, k?: number}} Place
 */

/** small: the one of watched runs. @typedef {"small" | "near" | "far" | "abyss"} Ruler */

/** @typedef {"auto" | "light" | "dark"} Theme */

/** @typedef {{status: "connecting" | "open" | "lost", retryAt: number | null, attempt: number, full?: boolean, why?: import("../wire/connection.js").Loss}} ConnectionState */

/** One entry of a parameter. @typedef {{tensor: string, index: number[]}} ChosenWeight */

/** A question by its address, and the quantities its answer needs. @typedef {{id: string, watch: string[]}} Asked */
/**
 * A scene by its address; locked: only what it asks to be changed can be; order: the scenes of a lecturer's own story.
 * `changes` are what a link changes of its network, `config` is the network as the scene has it.
 * @typedef {{slug: string, locked: boolean, order?: string[], changes?: Config, config?: Config}} Lesson
 */

/** What a link does not let its reader change, by field. @typedef {Record<string, "locked" | "hidden">} Locks */

/** One quiet line in the header, or the offer to take a restart back. @typedef {{text: string, undo: boolean, at: number}} Notice */

/** What was kept of a record. @typedef {import("./history.js").Moment} Moment */

/**
 * Where the run is. The same names in the state are what is shown: the run itself, or a moment of its past.
 * @typedef {Pick<State, "record" | "config" | "iteration" | "solvedAt" | "task" | "divergence">} Live
 */

/** What is said in place of the finding while the picture shows something else. @typedef {{finding: string, reason: string}} Narration */

/**
 * How far slow motion has come: forward and losses have reached t, backward has come back to it.
 * @typedef {{phase: "forward" | "losses" | "backward" | "update", t: number, playing: boolean}} Reached
 */

/**
 * @typedef {object} State
 * @property {Abilities} can what the source of the records can do
 * @property {ConnectionState} connection
 * @property {Limits | null} limits
 * @property {any} schema the answer of /api/schema
 * @property {Phase} phase
 * @property {Config} config
 * @property {number} iteration
 * @property {number | null} solvedAt
 * @property {Task | null} task
 * @property {Effects} effects of the last configure
 * @property {DivergedMessage | null} divergence
 * @property {Config | null} standsFor the page's own network, where that of a link's lesson or question was begun in its place
 * @property {DecodedRecord | null} record the shown one, as the chosen layer and direction sees it
 * @property {Live} live
 * @property {Moment | null} past the shown moment, null while the run itself is shown
 * @property {Ghost | null} ghost
 * @property {History} history
 * @property {{history: History, from: number} | null} former what came after this iteration before the run was branched there
 * @property {number | null} lockstep iterations per second while the page itself steps several lanes, null while it does not
 * @property {boolean} omitted whether records leave out the costliest quantity, as the network is too large for it
 * @property {number | null} rate wanted iterations per second, null as fast as possible
 * @property {number} probe
 * @property {Place | null} hover
 * @property {Place | null} pin
 * @property {Ruler} ruler
 * @property {boolean} rulerIsChosen by the reader; else each run takes at its start the one that fits it
 * @property {Theme} theme
 * @property {boolean} dark what the theme comes to
 * @property {boolean} reducedMotion
 * @property {string} tab of the right rail; "auto" until the reader chooses one
 * @property {string | null} panel what takes the whole right rail instead of inspector and views
 * @property {ChosenWeight | null} weight the entry the inspector speaks of
 * @property {boolean} stacked all views at once, below each other
 * @property {string} track the second track under the stage
 * @property {number} layer which layer everything speaks of, as far as the network has it: 1 is the lowest
 * @property {import("../record/chosen.js").Direction} direction in which that layer reads
 * @property {boolean} folded whether the network is closed into one cell, or on its way there
 * @property {{from: number, to: number} | null} zoom which timesteps fill the time axis, as edges from 0 to T; null for all
 * @property {Reached | null} slow null outside slow motion
 * @property {Narration | null} narration
 * @property {Locks} locks
 * @property {boolean} first whether the page is as small as for somebody who comes for the first time
 * @property {boolean} presents whether the page stands in front of a class
 * @property {boolean} names whether the parts of the picture have their names written on it
 * @property {Lesson | null} lesson the open one
 * @property {Asked | null} question the one that is answered
 * @property {Answered[]} answers what was chosen before each scene’s answer was revealed
 * @property {boolean} shared whether others can follow the run
 * @property {import("../wire/protocol.js").CountsMessage | null} counts what they answered to the last question
 * @property {import("../wire/protocol.js").AskedMessage | null} asked the question of the owner of a run that is followed
 * @property {Notice | null} notice
 * @property {Config} wanted changes on their way to the server
 * @property {Record<string, string>} errors by field
 */

/**
 * @typedef {{type: "server", message: ServerMessage, at: number}
 *   | {type: "can", can: Abilities}
 *   | {type: "record", record: DecodedRecord}
 *   | {type: "show", moment: Moment | null}
 *   | {type: "seek", moment: Moment, phase: Phase}
 *   | {type: "branched", moment: Moment}
 *   | {type: "restored", history: History}
 *   | {type: "lockstep", lockstep: number | null}
 *   | {type: "omitted", omitted: boolean}
 *   | {type: "adopt", from: State}
 *   | {type: "connection", connection: ConnectionState}
 *   | {type: "hover", hover: Place | null}
 *   | {type: "pin", pin: Place | null}
 *   | {type: "ruler", ruler: Ruler | null, chosen?: boolean}
 *   | {type: "theme", theme: Theme, dark: boolean}
 *   | {type: "reducedMotion", reducedMotion: boolean}
 *   | {type: "tab", tab: string}
 *   | {type: "panel", panel: string | null}
 *   | {type: "weight", weight: ChosenWeight | null, takesRail?: boolean}
 *   | {type: "ghost", label: string, at: number}
 *   | {type: "stacked", stacked: boolean}
 *   | {type: "track", track: string}
 *   | {type: "layer", layer: number, direction: import("../record/chosen.js").Direction}
 *   | {type: "fold", folded: boolean}
 *   | {type: "zoom", zoom: State["zoom"]}
 *   | {type: "slow", slow: Reached | null}
 *   | {type: "narrate", narration: Narration | null}
 *   | {type: "first", first: boolean}
 *   | {type: "names", names: boolean}
 *   | {type: "present", presents: boolean}
 *   | {type: "lesson", lesson: Lesson | null, locks: Locks}
 *   | {type: "question", question: Asked | null}
 *   | {type: "answered", answer: Answered}
 *   | {type: "unshared"}
 *   | {type: "rate", rate: number | null}
 *   | {type: "probe", probe: number}
 *   | {type: "notice", notice: Notice | null}
 *   | {type: "wanted", wanted: Config}
 *   | {type: "fieldError", field: string, text: string}
 *   | {type: "tick", at: number}} Action
 */

export {};
