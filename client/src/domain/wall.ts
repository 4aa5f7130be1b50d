/** The wall: one tile per site of the roster. A site keeps its number and its place. */
import type { DeskSnapshot, Presence, Scene, WallSite, Word } from "../api/messages";

export type TileState =
  | "lost"
  | "on_air"
  | "preview"
  | "weak"
  | "mic_locked"
  | "requested"
  | "connected"
  | "waiting"
  | "removed"
  | "absent";

/** What the engine says of a site's line. */
export type Line = "good" | "fair" | "weak" | "unknown";

/** Plain values only, so that two tiles are compared field by field. */
export interface Tile {
  readonly site: string;
  readonly number: number;
  readonly label: string;
  readonly name: string;
  readonly short: string;
  readonly area: string;
  readonly state: TileState;
  readonly host: boolean;
  readonly identity: string;
  /** Place in the queue of requests, 0 when the site does not ask. */
  readonly place: number;
  /** Since when the state holds, as shown in the tile: lost, on air, requested. */
  readonly since: string;
  readonly mic: "open" | "locked" | "closed" | "none";
  /** Stands beside the state where a scene holds a site that is not there. */
  readonly presence: Presence;
  readonly simulated: boolean;
}

export type Filter = "all" | "connected" | "requested" | "weak" | "lost" | "waiting" | "absent";
export const FILTERS: readonly Filter[] = [
  "all",
  "connected",
  "requested",
  "weak",
  "lost",
  "waiting",
  "absent",
];

/** Over this many sites the wall shows no pictures and goes by area. */
export const PICTURE_SITES = 60;
const PICTURE_WIDTH = 1600;
/** All areas side by side: narrower, the names would be cut. */
const AREA_WIDTH = 1800;
export const DESK_WIDTH = 1280;

export type DeskMode = "pictures" | "areas" | "laptop" | "narrow";

export function deskMode(width: number, sites: number): DeskMode {
  if (width < DESK_WIDTH) return "narrow";
  if (width < PICTURE_WIDTH) return "laptop";
  if (sites <= PICTURE_SITES) return "pictures";
  return width < AREA_WIDTH ? "laptop" : "areas";
}

/** Site numbers are written with as many digits as the largest has, at least two. */
export function numberLabel(number: number, count: number): string {
  return String(number).padStart(Math.max(2, String(count).length), "0");
}

/** Whether a scene is about a site: the small pictures of a strip are company, and stay quiet. */
function holds(scene: Scene, site: string): boolean {
  const about = scene.layout === "speaker_strip" ? scene.panes.slice(0, 1) : scene.panes;
  return about.some((pane) => pane.site === site);
}

/** One state wins, in this order: lost, on air, preview, weak, locked, requested. */
export function stateOf(site: WallSite, word: Word, preview: Scene, line: Line): TileState {
  if (site.presence === "lost") return "lost";
  if (holdsFloor(word, site.site) || holds(word.scene, site.site)) return "on_air";
  if (holds(preview, site.site)) return "preview";
  if (site.presence === "connected" && line === "weak") return "weak";
  if (site.site !== word.host && word.locked.includes(site.site)) return "mic_locked";
  if (word.queue.some((request) => request.site === site.site)) return "requested";
  return site.presence;
}

export function holdsFloor(word: Word, site: string): boolean {
  return word.floor.some((holder) => holder.site === site);
}

function micOf(site: WallSite, word: Word): Tile["mic"] {
  const connected = site.presence === "connected";
  // The host's microphone follows its own switch; a lock does not reach it.
  if (site.site === word.host)
    return connected ? (word.host_mic_open ? "open" : "closed") : "none";
  if (word.locked.includes(site.site)) return "locked";
  if (!connected) return "none";
  return holdsFloor(word, site.site) ? "open" : "closed";
}

export function tileOf(
  site: WallSite,
  count: number,
  word: Word,
  preview: Scene,
  line: Line,
): Tile {
  const state = stateOf(site, word, preview, line);
  const asked = word.queue.findIndex((request) => request.site === site.site);
  const turn = word.floor.find((holder) => holder.site === site.site);
  const since =
    state === "lost"
      ? site.since
      : state === "on_air"
        ? turn?.since
        : state === "requested"
          ? word.queue[asked]?.since
          : null;
  return {
    site: site.site,
    number: site.number,
    label: numberLabel(site.number, count),
    name: site.name,
    short: site.short_name || site.name,
    area: site.area,
    state,
    host: site.host,
    identity: site.identity,
    place: asked + 1,
    since: since ?? "",
    mic: micOf(site, word),
    presence: site.presence,
    simulated: site.simulated,
  };
}

/** All tiles in the order of their numbers. */
export function wallTiles(
  snapshot: DeskSnapshot,
  word: Word,
  lines: ReadonlyMap<string, Line>,
): readonly Tile[] {
  const largest = snapshot.sites.reduce((most, site) => Math.max(most, site.number), 0);
  return [...snapshot.sites]
    .sort((a, b) => a.number - b.number)
    .map((site) =>
      tileOf(site, largest, word, snapshot.preview, lines.get(site.site) ?? "unknown"),
    );
}

export function sameTile(a: Tile, b: Tile): boolean {
  if (a === b) return true;
  return (Object.keys(a) as (keyof Tile)[]).every((field) => a[field] === b[field]);
}

/** The former tiles where nothing changed, so that only changed tiles render again. */
export function keepTiles(former: readonly Tile[], next: readonly Tile[]): readonly Tile[] {
  const bySite = new Map(former.map((tile) => [tile.site, tile]));
  let changed = former.length !== next.length;
  const kept = next.map((tile, index) => {
    const old = bySite.get(tile.site);
    const use = old !== undefined && sameTile(old, tile) ? old : tile;
    if (use !== former[index]) changed = true;
    return use;
  });
  return changed ? kept : former;
}

export function passes(tile: Tile, filter: Filter): boolean {
  switch (filter) {
    case "all":
      return true;
    case "requested":
      return tile.place > 0;
    case "weak":
      return tile.state === "weak";
    default:
      return tile.presence === filter;
  }
}

export function counts(tiles: readonly Tile[]): Readonly<Record<Filter, number>> {
  const found = Object.fromEntries(FILTERS.map((filter) => [filter, 0])) as Record<Filter, number>;
  for (const tile of tiles)
    for (const filter of FILTERS) if (passes(tile, filter)) found[filter] += 1;
  return found;
}

/** Sites that "admit all" lets in: those not on the list, and those removed, are asked one by one. */
export function admissible(sites: readonly WallSite[]): readonly WallSite[] {
  return sites.filter(
    (site) => site.presence === "waiting" && site.waiting_for === "needs_admission",
  );
}

// ---------------------------------------------------------------- places

/** Where a tile stands on the wall, in whole columns and rows. */
export interface Place {
  readonly site: string;
  readonly column: number;
  readonly row: number;
}

export interface AreaPlan {
  readonly area: string;
  readonly columns: number;
  readonly sites: readonly string[];
}

export interface WallPlan {
  readonly areas: readonly AreaPlan[];
  readonly columns: number;
  readonly rows: number;
  readonly places: readonly Place[];
}

/** Narrower tiles would no longer hold a name on two lines. */
const MOST_COLUMNS = 22;

/** The areas in the order in which their first site stands. */
function byArea(tiles: readonly Tile[]): ReadonlyMap<string, string[]> {
  const areas = new Map<string, string[]>();
  for (const tile of tiles) {
    const held = areas.get(tile.area);
    if (held) held.push(tile.site);
    else areas.set(tile.area, [tile.site]);
  }
  return areas;
}

/** Side by side, one block per area, with at most `rows` rows unless the columns run out. */
export function planAreas(tiles: readonly Tile[], rows: number): WallPlan {
  const areas = [...byArea(tiles)];
  let high = Math.max(1, rows);
  const wide = (): number =>
    areas.reduce((sum, [, sites]) => sum + Math.ceil(sites.length / high), 0);
  while (wide() > Math.max(MOST_COLUMNS, areas.length)) high += 1;
  const planned: AreaPlan[] = [];
  const places: Place[] = [];
  let left = 0;
  let used = 0;
  for (const [area, sites] of areas) {
    const columns = Math.ceil(sites.length / high);
    sites.forEach((site, index) => {
      const row = Math.floor(index / columns);
      used = Math.max(used, row + 1);
      places.push({ site, column: left + (index % columns), row });
    });
    planned.push({ area, columns, sites });
    left += columns;
  }
  return { areas: planned, columns: left, rows: used, places };
}

/** One block in the order of the numbers. */
export function planGrid(tiles: readonly Tile[], columns: number): WallPlan {
  const sites = tiles.map((tile) => tile.site);
  return {
    areas: [{ area: "", columns, sites }],
    columns,
    rows: Math.ceil(sites.length / columns),
    places: sites.map((site, index) => ({
      site,
      column: index % columns,
      row: Math.floor(index / columns),
    })),
  };
}

/** One block under the other, each area with a heading: for a wall that scrolls. */
export function planGroups(tiles: readonly Tile[], columns: number): WallPlan {
  const planned: AreaPlan[] = [];
  const places: Place[] = [];
  let top = 0;
  for (const [area, sites] of byArea(tiles)) {
    sites.forEach((site, index) =>
      places.push({ site, column: index % columns, row: top + Math.floor(index / columns) }),
    );
    planned.push({ area, columns, sites });
    top += Math.ceil(sites.length / columns);
  }
  return { areas: planned, columns, rows: top, places };
}

const NAME_ROWS = 38;
/** Holds "Xuân Trường – Đà Lạt" on one line. */
const NARROWEST = 112;
const PICTURE = 9 / 16;

/** How many columns make the tiles as large as the space allows, pictures and names included. */
export function pictureColumns(count: number, width: number, height: number, gap: number): number {
  const most = Math.min(10, Math.max(4, Math.floor((width + gap) / (NARROWEST + gap))));
  let best = most;
  let size = 0;
  for (let columns = 4; columns <= most; columns += 1) {
    const rows = Math.max(1, Math.ceil(count / columns));
    const wide = (width - gap * (columns - 1)) / columns;
    const high = (height - gap * (rows - 1)) / rows;
    const use = Math.min(wide, Math.max(0, high - NAME_ROWS) / PICTURE);
    if (use > size + 0.5) {
      size = use;
      best = columns;
    }
  }
  return best;
}

export type Step = "left" | "right" | "up" | "down" | "page_up" | "page_down" | "home" | "end";

/** The site that a step leads to; the same site at the edge. Only `open` sites are stopped at. */
export function step(
  plan: WallPlan,
  from: string | null,
  to: Step,
  page: number,
  open: (site: string) => boolean = () => true,
): string | null {
  const allowed = plan.places.filter((place) => open(place.site));
  const here = plan.places.find((place) => place.site === from);
  const first = allowed[0];
  const last = allowed[allowed.length - 1];
  if (first === undefined || last === undefined) return from;
  if (here === undefined) return first.site;
  const nearest = (among: readonly Place[], measure: (place: Place) => number): string => {
    let found: Place | null = null;
    for (const place of among)
      if (found === null || measure(place) < measure(found)) found = place;
    return found?.site ?? here.site;
  };
  switch (to) {
    case "home":
      return first.site;
    case "end":
      return last.site;
    case "left":
    case "right": {
      const sign = to === "right" ? 1 : -1;
      const row = allowed.filter(
        (place) => place.row === here.row && (place.column - here.column) * sign > 0,
      );
      if (row.length > 0) return nearest(row, (place) => Math.abs(place.column - here.column));
      const order = allowed.filter((place) =>
        sign > 0 ? place.row > here.row : place.row < here.row,
      );
      return nearest(order, (place) =>
        Math.abs(place.row - here.row) * 1000 + sign * place.column,
      );
    }
    default: {
      const sign = to === "down" || to === "page_down" ? 1 : -1;
      const far = to === "up" || to === "down" ? 1 : Math.max(1, page);
      const among = allowed.filter((place) => (place.row - here.row) * sign > 0);
      const goal = here.row + sign * far;
      return nearest(
        among,
        (place) =>
          Math.abs(place.column - here.column) * 10 +
          Math.abs(place.row - goal) * (far === 1 ? 100 : 1000),
      );
    }
  }
}

/** The site with the number typed, or null. */
export function siteWithNumber(tiles: readonly Tile[], digits: string): string | null {
  const number = Number(digits);
  return tiles.find((tile) => tile.number === number)?.site ?? null;
}
