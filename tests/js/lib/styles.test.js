/** Which sheets are loaded, and in which order, depends on what the reader opens: none may change what another styles. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";

const SCRIPTS = new URL("../../../static/js/", import.meta.url);
const SHEETS = new URL("../../../static/css/", import.meta.url);

/** Sheets that scripts ask for. */
function onDemand() {
  const scripts = readdirSync(SCRIPTS, { recursive: true }).filter((name) => name.endsWith(".js"));
  const asked = scripts.flatMap((name) => [
    ...readFileSync(new URL(name, SCRIPTS), "utf8").matchAll(/addStyle\("([\w.]+)"\)/g),
  ]);
  return [...new Set(asked.map(([, sheet]) => sheet))];
}

/** The classes that a sheet styles wherever they stand. @param {string} sheet */
function everywhere(sheet) {
  const rules = readFileSync(new URL(sheet, SHEETS), "utf8").replaceAll(/\/\*.*?\*\//gs, "");
  const selectors = [...rules.matchAll(/([^{}]+)\{/g)].flatMap(([, list]) => list.split(","));
  return [...new Set(selectors.flatMap((one) => one.trim().match(/^\.([\w-]+)$/)?.[1] ?? []))];
}

test("no two sheets that are loaded on demand style the same class", () => {
  const sheets = onDemand();
  assert.ok(sheets.length > 10);
  const owners = Map.groupBy(
    sheets.flatMap((sheet) => everywhere(sheet).map((name) => ({ name, sheet }))),
    ({ name }) => name,
  );
  const shared = [...owners]
    .filter(([, of]) => of.length > 1)
    .map(([name, of]) => [name, of.map(({ sheet }) => sheet)]);
  assert.deepEqual(shared, []);
});
