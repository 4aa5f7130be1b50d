// Geometry of the scenes: the same rectangles for the desk, the sites and later the mixer.
import type { Layout, Pane, Scene } from "../api/messages";

/** A rectangle in parts of the canvas (0–1). The canvas is 16:9. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const LAYOUTS: readonly Layout[] = [
  "full",
  "speaker_strip",
  "grid_2x2",
  "grid_3x3",
  "side_by_side",
  "screen_person",
];

const rect = (x: number, y: number, width: number, height: number): Rect => ({ x, y, width, height });

function grid(columns: number, rows: number): Rect[] {
  return Array.from({ length: columns * rows }, (_, index) =>
    rect((index % columns) / columns, Math.floor(index / columns) / rows, 1 / columns, 1 / rows),
  );
}

const SLOTS: Record<Layout, readonly Rect[]> = {
  full: [rect(0, 0, 1, 1)],
  speaker_strip: [
    rect(0, 0, 0.75, 1),
    rect(0.75, 0, 0.25, 1 / 3),
    rect(0.75, 1 / 3, 0.25, 1 / 3),
    rect(0.75, 2 / 3, 0.25, 1 / 3),
  ],
  grid_2x2: grid(2, 2),
  grid_3x3: grid(3, 3),
  side_by_side: [rect(0, 0.125, 0.5, 0.75), rect(0.5, 0.125, 0.5, 0.75)],
  // Both at 16:9, so that nothing of a shared document is cut.
  screen_person: [rect(0, 0.125, 0.75, 0.75), rect(0.75, 0.625, 0.25, 0.25)],
};

export function slots(layout: Layout): readonly Rect[] {
  return SLOTS[layout];
}

export interface PlacedPane {
  index: number;
  rect: Rect;
  /** null: the slot has no site yet. */
  pane: Pane | null;
}

/**
 * Panes on their places. A single pane takes the whole canvas, whatever the layout; a strip that
 * is not full stands in the middle of its side; a grid keeps its free places.
 */
export function placed(scene: Scene): PlacedPane[] {
  if (scene.panes.length === 1) {
    const only = scene.panes[0] ?? null;
    return [{ index: 0, rect: SLOTS.full[0] as Rect, pane: only }];
  }
  const places = slots(scene.layout);
  const shift =
    scene.layout === "speaker_strip" && scene.panes.length > 1
      ? Math.max(0, places.length - scene.panes.length) / 6
      : 0;
  const used = shift > 0 ? places.slice(0, scene.panes.length) : places;
  return used.map((place, index) => ({
    index,
    rect: index === 0 ? place : { ...place, y: place.y + shift },
    pane: scene.panes[index] ?? null,
  }));
}

export type PictureQuality = "low" | "medium" | "high";

/** The simulcast layer (180p, 360p, 720p) that a picture of this height needs. */
export function qualityForHeight(pixels: number): PictureQuality {
  if (pixels <= 200) return "low";
  if (pixels <= 400) return "medium";
  return "high";
}

/** Which picture is wanted: one per site and source, at the best quality any pane needs. */
export interface WantedPicture {
  site: string;
  source: Pane["source"];
  quality: PictureQuality;
}

const RANK: Record<PictureQuality, number> = { low: 0, medium: 1, high: 2 };

export function wantedPictures(
  scenes: readonly { scene: Scene; height: number }[],
  except: string | null,
): WantedPicture[] {
  const wanted = new Map<string, WantedPicture>();
  for (const { scene, height } of scenes) {
    for (const { pane, rect: place } of placed(scene)) {
      if (!pane || pane.site === except) continue;
      const quality = qualityForHeight(place.height * height);
      const key = `${pane.site} ${pane.source}`;
      const known = wanted.get(key);
      if (!known || RANK[quality] > RANK[known.quality]) {
        wanted.set(key, { site: pane.site, source: pane.source, quality });
      }
    }
  }
  return [...wanted.values()];
}
