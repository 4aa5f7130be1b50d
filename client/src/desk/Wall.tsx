import { type CSSProperties, memo, useLayoutEffect, useRef, useState } from "react";
import type { DeskMode, Tile as TileData, WallPlan } from "../domain/wall";
import { pictureColumns, planAreas, planGrid, planGroups } from "../domain/wall";
import { useLanguage, useText } from "../ui/i18n";
import { TEXT } from "./text";
import { Tile, type TileForm } from "./Tile";

export interface WallProps {
  readonly mode: DeskMode;
  readonly tiles: readonly TileData[];
  readonly selected: string | null;
  readonly dim: (tile: TileData) => boolean;
  readonly onSelect: (site: string) => void;
  readonly onPreview: (site: string) => void;
  /** Where the tiles stand, for the arrows. */
  readonly onPlan: (plan: WallPlan, page: number) => void;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const GAP = 4;
const ROW_SHORT = 47;
/** Lower, a name would be cut: then the wall scrolls. */
const ROW_SHORT_LEAST = 43;
const ROW_PLAIN = 46;
const ROW_PLAIN_MOST = 76;
/** A picture that is lower than this says nothing: the tile goes without. */
const ROW_PICTURE = 64;
const GROUPED_FROM = 48;

const FORM: Record<DeskMode, TileForm> = {
  pictures: "picture",
  areas: "short",
  laptop: "plain",
  narrow: "plain",
};

/** Eight columns hold 48 sites; few sites get wider tiles. */
function laptopColumns(count: number): number {
  if (count <= 12) return 4;
  return count <= 24 ? 6 : 8;
}

function planFor(mode: DeskMode, tiles: readonly TileData[], size: Size): WallPlan {
  if (mode === "areas") return planAreas(tiles, Math.max(10, Math.floor(size.height / (ROW_SHORT + 3))));
  if (mode === "pictures")
    return planGrid(tiles, pictureColumns(tiles.length, size.width, size.height, GAP));
  const columns = mode === "laptop" ? laptopColumns(tiles.length) : Math.max(2, Math.floor(size.width / 150));
  return tiles.length > GROUPED_FROM || mode === "narrow"
    ? planGroups(tiles, columns)
    : planGrid(tiles, columns);
}

export const Wall = memo(function Wall(props: WallProps) {
  const { mode, tiles, selected, dim, onSelect, onPreview, onPlan } = props;
  const language = useLanguage();
  const t = useText(TEXT);
  const frame = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size>({ width: 1240, height: 480 });
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const measure = (): void =>
      setSize((was) =>
        was.width === element.clientWidth && was.height === element.clientHeight
          ? was
          : { width: element.clientWidth, height: element.clientHeight },
      );
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(element);
    return () => watch.disconnect();
  }, []);

  // Which tiles there are decides where they stand; what they show does not.
  const roster = tiles.map((tile) => `${tile.site} ${tile.area}`).join("\n");
  const known = useRef<{ key: string; plan: WallPlan } | null>(null);
  const key = `${mode} ${size.width} ${size.height} ${roster}`;
  if (known.current?.key !== key) known.current = { key, plan: planFor(mode, tiles, size) };
  const plan = known.current.plan;
  const high = size.height / Math.max(1, plan.rows);
  const plain = Math.min(ROW_PLAIN_MOST, Math.max(ROW_PLAIN, Math.floor(high) - GAP));
  useLayoutEffect(() => {
    const row = mode === "laptop" || mode === "narrow" ? plain + GAP : high;
    onPlan(plan, Math.max(1, Math.floor(size.height / row) - 1));
  }, [plan, mode, high, plain, size.height, onPlan]);

  const bySite = new Map(tiles.map((tile) => [tile.site, tile]));
  const reachable = selected !== null && bySite.has(selected) ? selected : (tiles[0]?.site ?? null);
  const form = mode === "pictures" && high < ROW_PICTURE ? "plain" : FORM[mode];
  const siteAt = (target: EventTarget): string | null =>
    target instanceof Element
      ? (target.closest<HTMLElement>("[data-site]")?.dataset.site ?? null)
      : null;
  const style = (columns: number, rows: number): CSSProperties => ({
    gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
    ...(mode === "pictures" ? { gridTemplateRows: `repeat(${rows}, minmax(0, 1fr))` } : {}),
    ...(mode === "laptop" ? { gridAutoRows: `${plain}px` } : {}),
    ...(mode === "areas" ? { gridTemplateRows: `repeat(${plan.rows}, minmax(${ROW_SHORT_LEAST}px, 1fr))` } : {}),
  });

  return (
    <div
      ref={frame}
      className={`d-tiles d-tiles--${mode}`}
      role="listbox"
      aria-label={t("wall")}
      data-zone="wall"
      onClick={(event) => {
        const site = siteAt(event.target);
        if (site !== null) onSelect(site);
      }}
      onDoubleClick={(event) => {
        const site = siteAt(event.target);
        if (site !== null) onPreview(site);
      }}
    >
      {tiles.length === 0 ? <p className="d-empty">{t("no_sites")}</p> : null}
      {plan.areas.map((area) => (
        <div
          key={area.area}
          className="d-area"
          role="group"
          aria-label={area.area || t("wall")}
          style={mode === "areas" ? { flexGrow: area.columns } : undefined}
        >
          {area.area !== "" ? (
            <h3 className="d-area__name">
              {area.area} <span>{area.sites.length}</span>
            </h3>
          ) : null}
          <div
            className="d-area__tiles"
            style={style(area.columns, Math.ceil(area.sites.length / area.columns))}
          >
            {area.sites.map((site) => {
              const tile = bySite.get(site);
              return tile ? (
                <Tile
                  key={site}
                  tile={tile}
                  form={form}
                  selected={site === selected}
                  reachable={site === reachable}
                  dim={dim(tile)}
                  language={language}
                />
              ) : null;
            })}
          </div>
        </div>
      ))}
    </div>
  );
});
