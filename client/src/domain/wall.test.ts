import { expect, test } from "vitest";
import { scene, snapshot, wallSite, word } from "./testdesk";
import {
  admissible,
  counts,
  deskMode,
  keepTiles,
  numberLabel,
  pictureColumns,
  planAreas,
  planGrid,
  planGroups,
  siteWithNumber,
  stateOf,
  step,
  wallTiles,
  type Line,
} from "./wall";

const none: ReadonlyMap<string, Line> = new Map();

test("one state wins: lost, on air, preview, weak, locked, requested", () => {
  const asked = { site: "s2", caption: "", since: "" };
  const all = word({ scene: scene("s2"), locked: ["s2"], queue: [asked] });
  const here = wallSite(2);
  expect(stateOf({ ...here, presence: "lost" }, all, scene("s2"), "weak")).toBe("lost");
  expect(stateOf(here, all, scene("s2"), "weak")).toBe("on_air");
  const off = { ...all, scene: scene() };
  expect(stateOf(here, off, scene("s2"), "weak")).toBe("preview");
  expect(stateOf(here, off, scene(), "weak")).toBe("weak");
  expect(stateOf(here, off, scene(), "good")).toBe("mic_locked");
  expect(stateOf(here, { ...off, locked: [] }, scene(), "good")).toBe("requested");
  expect(stateOf(here, word(), scene(), "good")).toBe("connected");
});

test("a site that is not there shows its presence, and no weak line", () => {
  for (const presence of ["absent", "waiting", "removed"] as const)
    expect(stateOf(wallSite(2, { presence }), word(), scene(), "weak")).toBe(presence);
});

test("the microphone is open for the holder of the floor and for the host", () => {
  const holds = word({ floor: [{ site: "s3", caption: "", since: "t" }], locked: ["s4"] });
  const sites = [1, 2, 3, 4].map((number) => wallSite(number));
  const mics = wallTiles(snapshot(sites), holds, none).map((tile) => tile.mic);
  expect(mics).toEqual(["open", "closed", "open", "locked"]);
  const closed = wallTiles(snapshot(sites), { ...holds, host_mic_open: false }, none);
  expect(closed[0]?.mic).toBe("closed");
});

test("a lock does not reach the host's microphone, nor hide that it is open", () => {
  const tiles = wallTiles(snapshot([wallSite(1)]), word({ locked: ["s1"] }), none);
  expect(tiles[0]).toMatchObject({ mic: "open", state: "connected" });
});

test("a removed site does not wait, and admit all counts only who may be let in by it", () => {
  const sites = [
    wallSite(1, { presence: "removed" }),
    wallSite(2, { presence: "waiting", waiting_for: "not_listed" }),
    wallSite(3, { presence: "waiting", waiting_for: "needs_admission" }),
  ];
  expect(counts(wallTiles(snapshot(sites), word(), none)).waiting).toBe(2);
  expect(admissible(sites).map((site) => site.site)).toEqual(["s3"]);
});

test("only tiles whose own data changed are new", () => {
  const sites = [1, 2, 3].map((number) => wallSite(number));
  const before = wallTiles(snapshot(sites), word(), none);
  expect(keepTiles(before, wallTiles(snapshot(sites), word({ version: 9 }), none))).toBe(before);
  const after = keepTiles(before, wallTiles(snapshot(sites), word({ scene: scene("s2") }), none));
  expect(after[0]).toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
  expect(after[2]).toBe(before[2]);
});

test("filters count what they show", () => {
  const sites = [
    wallSite(1),
    wallSite(2, { presence: "lost" }),
    wallSite(3, { presence: "absent" }),
    wallSite(4),
  ];
  const now = word({ scene: scene("s4"), queue: [{ site: "s4", caption: "", since: "" }] });
  const found = counts(wallTiles(snapshot(sites), now, new Map([["s1", "weak"]])));
  expect(found).toEqual({
    all: 4,
    connected: 2,
    requested: 1,
    weak: 1,
    lost: 1,
    waiting: 0,
    absent: 1,
  });
});

test("an absent site counts as absent even when a scene holds it", () => {
  const sites = [wallSite(1, { presence: "absent" })];
  const tiles = wallTiles(snapshot(sites), word({ scene: scene("s1") }), none);
  expect(tiles[0]).toMatchObject({ state: "on_air", presence: "absent" });
  expect(counts(tiles)).toMatchObject({ connected: 0, absent: 1 });
});

test("numbers are as wide as the largest", () => {
  expect(numberLabel(7, 9)).toBe("07");
  expect(numberLabel(7, 200)).toBe("007");
});

test("the desk's form follows width and number of sites", () => {
  expect(deskMode(1920, 48)).toBe("pictures");
  expect(deskMode(1920, 61)).toBe("areas");
  expect(deskMode(1600, 61)).toBe("laptop");
  expect(deskMode(1366, 200)).toBe("laptop");
  expect(deskMode(1279, 9)).toBe("narrow");
});

test("the strip beside the speaker is company: only the lead and who has the floor are on air", () => {
  const strip = { ...scene("s1", "s2", "s3"), layout: "speaker_strip" as const };
  const shown = word({ scene: strip, floor: [{ site: "s3", caption: "", since: "2026-11-19T02:40:00Z" }] });
  const state = (number: number) => stateOf(wallSite(number, { presence: "connected" }), shown, scene(), "good");
  expect([state(1), state(2), state(3)]).toEqual(["on_air", "connected", "on_air"]);
  const grid = word({ scene: { ...strip, layout: "grid_2x2" } });
  expect(stateOf(wallSite(2, { presence: "connected" }), grid, scene(), "good")).toBe("on_air");
});

function roster(...areas: number[]) {
  let number = 0;
  return wallTiles(
    snapshot(
      areas.flatMap((count, area) =>
        Array.from({ length: count }, () => wallSite(++number, { area: `Khu vực ${area}` })),
      ),
    ),
    word(),
    none,
  );
}

test("200 sites in five areas take 21 columns of ten rows", () => {
  const plan = planAreas(roster(36, 50, 45, 29, 40), 10);
  expect(plan.areas.map((area) => area.columns)).toEqual([4, 5, 5, 3, 4]);
  expect([plan.columns, plan.rows]).toEqual([21, 10]);
});

test("when the columns run out, rows are added and none is lost", () => {
  const plan = planAreas(roster(100, 100, 100), 10);
  expect(plan.columns).toBeLessThanOrEqual(22);
  expect(plan.places).toHaveLength(300);
  const spots = new Set(plan.places.map((place) => `${place.column} ${place.row}`));
  expect(spots.size).toBe(300);
});

test("48 sites with pictures stand in ten columns, nine in fewer", () => {
  expect(pictureColumns(48, 1248, 480, 4)).toBe(10);
  expect(pictureColumns(9, 1248, 480, 4)).toBeLessThan(7);
  expect(pictureColumns(60, 928, 380, 4)).toBeLessThanOrEqual(8);
});

test("arrows go to the neighbour and stay at the edge", () => {
  const plan = planGrid(roster(12), 5);
  expect(step(plan, "s1", "right", 3)).toBe("s2");
  expect(step(plan, "s1", "down", 3)).toBe("s6");
  expect(step(plan, "s1", "up", 3)).toBe("s1");
  expect(step(plan, "s1", "left", 3)).toBe("s1");
  expect(step(plan, "s5", "right", 3)).toBe("s6");
  expect(step(plan, "s6", "left", 3)).toBe("s5");
  expect(step(plan, "s10", "down", 3)).toBe("s12");
  expect(step(plan, "s2", "page_down", 3)).toBe("s12");
  expect(step(plan, "s12", "page_up", 3)).toBe("s2");
  expect(step(plan, "s7", "home", 3)).toBe("s1");
  expect(step(plan, "s7", "end", 3)).toBe("s12");
  expect(step(plan, null, "right", 3)).toBe("s1");
});

test("arrows cross from one area to the next in the same row", () => {
  const plan = planAreas(roster(20, 20), 10);
  expect(step(plan, "s4", "right", 3)).toBe("s23");
  expect(step(plan, "s23", "left", 3)).toBe("s4");
});

test("arrows stop only at sites that the filter shows", () => {
  const plan = planGrid(roster(12), 5);
  expect(step(plan, "s1", "right", 3, (site) => site === "s4" || site === "s1")).toBe("s4");
});

test("groups stand one under the other", () => {
  const plan = planGroups(roster(9, 3), 8);
  expect(plan.rows).toBe(3);
  expect(step(plan, "s9", "down", 3)).toBe("s10");
});

test("a number typed finds its site", () => {
  expect(siteWithNumber(roster(12), "007")).toBe("s7");
  expect(siteWithNumber(roster(12), "13")).toBeNull();
});
