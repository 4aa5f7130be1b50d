import { describe, expect, it } from "vitest";
import type { Scene } from "../api/messages";
import { LAYOUTS, placed, qualityForHeight, slots, wantedPictures } from "./scene";

const scene = (layout: Scene["layout"], ...sites: string[]): Scene => ({
  layout,
  panes: sites.map((site) => ({ site, caption: site, detail: "", source: "camera" })),
});

describe("a layout", () => {
  it.each(LAYOUTS)("%s has places inside the canvas that do not overlap", (layout) => {
    const all = slots(layout);
    for (const a of all) {
      expect(a.x).toBeGreaterThanOrEqual(0);
      expect(a.y).toBeGreaterThanOrEqual(0);
      expect(a.x + a.width).toBeLessThanOrEqual(1.0001);
      expect(a.y + a.height).toBeLessThanOrEqual(1.0001);
      for (const b of all) {
        if (a === b) continue;
        const apart =
          a.x + a.width <= b.x + 1e-6 || b.x + b.width <= a.x + 1e-6 || a.y + a.height <= b.y + 1e-6 || b.y + b.height <= a.y + 1e-6;
        expect(apart).toBe(true);
      }
    }
  });

  it("has as many places as the server counts panes", () => {
    expect(LAYOUTS.map((layout) => slots(layout).length)).toEqual([1, 4, 4, 9, 2, 2]);
  });

  it("shows a document uncut: its place is 16:9", () => {
    const [screen, person] = slots("screen_person");
    expect(screen && screen.width / screen.height).toBe(1);
    expect(person && person.width / person.height).toBe(1);
  });
});

describe("panes", () => {
  it("fill the canvas when there is only one", () => {
    expect(placed(scene("speaker_strip", "a"))).toMatchObject([{ rect: { width: 1, height: 1 } }]);
  });

  it("of a strip that is not full stand in the middle of their side", () => {
    const [lead, only, none] = placed(scene("speaker_strip", "a", "b"));
    expect(lead?.rect).toEqual({ x: 0, y: 0, width: 0.75, height: 1 });
    expect(only?.rect.y).toBeCloseTo(1 / 3);
    expect(none).toBeUndefined();
    const three = placed(scene("speaker_strip", "a", "b", "c"));
    expect(three.map((entry) => entry.rect.y)).toEqual([0, expect.closeTo(1 / 6), expect.closeTo(1 / 2)]);
    expect(placed(scene("speaker_strip", "a", "b", "c", "d"))[3]?.rect.y).toBeCloseTo(2 / 3);
  });

  it("of a grid keep their places when others are missing", () => {
    const all = placed(scene("grid_2x2", "a", "b"));
    expect(all.map((entry) => entry.pane?.site ?? null)).toEqual(["a", "b", null, null]);
  });
});

describe("wanted pictures", () => {
  it("leave out the site's own", () => {
    expect(wantedPictures([{ scene: scene("side_by_side", "me", "a"), height: 720 }], "me").map((p) => p.site)).toEqual(["a"]);
  });

  it("take the best quality that any pane needs", () => {
    const wanted = wantedPictures(
      [
        { scene: scene("speaker_strip", "b", "a"), height: 566 },
        { scene: scene("full", "a"), height: 566 },
      ],
      null,
    );
    expect(wanted).toEqual([
      { site: "b", source: "camera", quality: "high" },
      { site: "a", source: "camera", quality: "high" },
    ]);
  });

  it("ask for no more pixels than a pane shows", () => {
    expect([120, 200, 201, 400, 401].map(qualityForHeight)).toEqual(["low", "low", "medium", "medium", "high"]);
  });
});
