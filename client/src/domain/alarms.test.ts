import { expect, test } from "vitest";
import { alarms, newCritical, toAcknowledge } from "./alarms";
import { AT, snapshot, wallSite, word } from "./testdesk";
import type { Line } from "./wall";

const none: ReadonlyMap<string, Line> = new Map();
const nobody: ReadonlySet<string> = new Set();

test("a lost speaker comes before other lost sites, those before all else", () => {
  const sites = [
    wallSite(2, { presence: "lost" }),
    wallSite(3, { waiting_for: "consent_asked", device: "Chrome" }),
    wallSite(4, { presence: "waiting", waiting_for: "needs_admission" }),
    wallSite(5),
    wallSite(6, { presence: "lost" }),
  ];
  const now = word({ floor: [{ site: "s6", caption: "", since: AT }], locked: ["s5"] });
  const list = alarms(snapshot(sites), now, new Map([["s5", "weak"]]), nobody);
  expect(list.map((entry) => `${entry.kind} ${entry.site}`)).toEqual([
    "lost_speaker s6",
    "lost s2",
    "consent s3",
    "waiting s4",
    "weak s5",
    "locked s5",
  ]);
});

test("more than three of a kind become one line, lost sites never", () => {
  const waiting = [1, 2, 3, 4].map((number) => 
    wallSite(number, { presence: "waiting", waiting_for: "needs_admission" }),
  );
  const list = alarms(snapshot(waiting), word(), none, nobody);
  expect(list.map((entry) => [entry.kind, entry.count])).toEqual([["waiting_many", 4]]);
  const lost = [1, 2, 3, 4].map((number) => wallSite(number, { presence: "lost" }));
  expect(alarms(snapshot(lost), word(), none, nobody)).toHaveLength(4);
});

test("what is acknowledged sinks, and a new loss of the same site is a new alarm", () => {
  const first = [wallSite(2, { presence: "lost" }), wallSite(3, { presence: "lost" })];
  const before = alarms(snapshot(first), word(), none, nobody);
  const taken = toAcknowledge(before);
  expect(taken?.site).toBe("s2");
  const known = new Set([taken?.key ?? ""]);
  const after = alarms(snapshot(first), word(), none, known);
  expect(after.map((entry) => entry.site)).toEqual(["s3", "s2"]);
  expect(toAcknowledge(after)?.site).toBe("s3");
  const again = [wallSite(2, { presence: "lost", since: "2026-11-19T03:00:00Z" })];
  expect(alarms(snapshot(again), word(), none, known)[0]?.acknowledged).toBe(false);
});

test("only a new critical alarm sounds", () => {
  const lost = alarms(snapshot([wallSite(2, { presence: "lost" })]), word(), none, nobody);
  expect(newCritical([], lost)).toHaveLength(1);
  expect(newCritical(lost, lost)).toHaveLength(0);
  const locked = alarms(snapshot([wallSite(2)]), word({ locked: ["s2"] }), none, nobody);
  expect(newCritical([], locked)).toHaveLength(0);
});

test("a site that loses the floor while lost does not sound again", () => {
  const sites = snapshot([wallSite(2, { presence: "lost" })]);
  const speaking = word({ floor: [{ site: "s2", caption: "", since: AT }] });
  const before = alarms(sites, speaking, none, nobody);
  expect(newCritical(before, alarms(sites, word(), none, nobody))).toHaveLength(0);
});

test("a closed conference has no alarms", () => {
  const sites = snapshot([wallSite(2, { presence: "lost" })]);
  expect(alarms(sites, word({ state: "closed" }), none, nobody)).toEqual([]);
});

test("sites that admit all does not let in stand one by one beside their number", () => {
  const sites = [
    ...[1, 2, 3, 4].map((number) =>
      wallSite(number, { presence: "waiting", waiting_for: "needs_admission" }),
    ),
    wallSite(5, { presence: "waiting", waiting_for: "not_listed" }),
    wallSite(6, { presence: "removed" }),
  ];
  const list = alarms(snapshot(sites), word(), none, nobody);
  expect(list.map((entry) => [entry.kind, entry.count, entry.site])).toEqual([
    ["waiting", 1, "s5"],
    ["waiting_many", 4, "s1"],
  ]);
});
