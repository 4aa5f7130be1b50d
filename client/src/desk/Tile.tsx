import { memo, useEffect, useRef } from "react";
import { sameTile, type Tile as TileData } from "../domain/wall";
import { IconLockFilled, IconMicrophoneFilled, IconMicrophoneOff } from "../ui/icons";
import { type Language, translate, type Translate } from "../ui/i18n";
import { useMedia } from "./media";
import { Since, TileShape } from "./parts";
import { TEXT, type TextKey } from "./text";

export type TileForm = "picture" | "plain" | "short";

export interface TileProps {
  readonly tile: TileData;
  readonly form: TileForm;
  readonly selected: boolean;
  readonly reachable: boolean;
  /** Outside the filter or the search. */
  readonly dim: boolean;
  readonly language: Language;
}

/** "31, Xã Cát Tiên 2, đăng ký thứ 3, micro tắt" */
export function spokenTile(tile: TileData, t: Translate<typeof TEXT>): string {
  const parts = [String(tile.number), tile.name];
  const asks = tile.place > 0 ? t("say_place", { place: tile.place }) : "";
  if (tile.state !== "requested") parts.push(t(`s_${tile.state}` as TextKey).toLowerCase());
  if (asks !== "") parts.push(asks);
  if (missing(tile)) parts.push(t(`s_${tile.presence}` as TextKey).toLowerCase());
  if (tile.mic !== "none") parts.push(t(`say_mic_${tile.mic}` as TextKey));
  return parts.join(", ");
}

function Still({ site }: { site: string }) {
  const media = useMedia();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(
    () => (canvas.current ? media.still(site, canvas.current) : undefined),
    [media, site],
  );
  return <canvas ref={canvas} className="d-tile__still" aria-hidden="true" />;
}

function MicSign({ tile, size }: { tile: TileData; size: number }) {
  if (tile.mic === "open") return <IconMicrophoneFilled size={size} className="d-green" />;
  if (tile.mic === "locked" && tile.state !== "mic_locked") return <IconLockFilled size={size} className="d-orange" />;
  return null;
}

function Detail({ tile, form }: { tile: TileData; form: TileForm }) {
  if (tile.state === "requested" || tile.since === "") return null;
  if (form === "short" && tile.state !== "lost") return null;
  return <Since at={tile.since} brief={form !== "picture"} />;
}

/** A scene holds the site, but it is not there. */
function missing(tile: TileData): boolean {
  return (
    (tile.state === "on_air" || tile.state === "preview") && tile.presence !== "connected"
  );
}

function word(tile: TileData, form: TileForm, t: Translate<typeof TEXT>): string {
  if (form === "short") return t(`t_${tile.state}` as TextKey);
  if (tile.state === "weak") return t("filter_weak");
  if (form === "plain" && tile.state === "lost") return t("filter_lost");
  if (form === "plain" && tile.state === "on_air" && tile.since !== "") return t("s_on_air_brief");
  return t(`s_${tile.state}` as TextKey);
}

export const Tile = memo(
  function Tile({ tile, form, selected, reachable, dim, language }: TileProps) {
    const t: Translate<typeof TEXT> = (key, values) => translate(TEXT, key, values, language);
    const names = ["d-tile", `d-tile--${form}`, `is-${tile.state}`];
    if (selected) names.push("is-selected");
    if (dim) names.push("is-dim");
    if (missing(tile)) names.push("is-missing");
    if (tile.short.length > 16) names.push("is-long");
    const place = tile.place > 0 && tile.state === "requested" ? ` ${tile.place}` : "";
    return (
      <div
        className={names.join(" ")}
        role="option"
        id={`tile-${tile.site}`}
        aria-selected={selected}
        aria-label={spokenTile(tile, t)}
        tabIndex={reachable ? 0 : -1}
        data-testid="tile"
        data-site={tile.site}
        data-state={tile.state}
        data-mic={tile.mic}
        title={tile.name}
      >
        {form === "picture" ? (
          <>
            <div className="d-tile__picture">
              {tile.presence === "connected" ? (
                <Still site={tile.site} />
              ) : (
                <TileShape state={tile.presence} size={24} />
              )}
              <span className="d-tile__number">{tile.label}</span>
              <span className="d-tile__mic">
                {tile.mic === "closed" ? <IconMicrophoneOff size={12} /> : null}
                <MicSign tile={tile} size={12} />
              </span>
            </div>
            <div className="d-tile__foot">
              <span className="d-tile__name">{tile.short}</span>
              <span className="d-tile__state">
                <TileShape state={tile.state} size={11} />
                <span className="d-tile__word">
                  {tile.host && tile.state === "connected" ? t("host") : word(tile, form, t)}
                  {place}
                  {missing(tile) ? ` · ${t(`s_${tile.presence}` as TextKey).toLowerCase()}` : ""}
                </span>
                <span className="d-tile__time">
                  {tile.state === "requested" ? <Since at={tile.since} /> : <Detail tile={tile} form={form} />}
                </span>
              </span>
            </div>
          </>
        ) : (
          <>
            <span className="d-tile__top">
              <TileShape state={tile.state} size={11} />
              {form === "short" ? <span className="d-tile__number">{tile.label}</span> : null}
              <span className="d-tile__word">
                {form === "plain" && tile.state === "connected"
                  ? tile.host
                    ? t("host")
                    : ""
                  : word(tile, form, t)}
                {place} <Detail tile={tile} form={form} />
              </span>
              {form === "plain" ? <span className="d-tile__number">{tile.label}</span> : null}
              <MicSign tile={tile} size={11} />
            </span>
            <span className="d-tile__name">{tile.short}</span>
          </>
        )}
      </div>
    );
  },
  (before, after) =>
    sameTile(before.tile, after.tile) &&
    before.form === after.form &&
    before.selected === after.selected &&
    before.reachable === after.reachable &&
    before.dim === after.dim &&
    before.language === after.language,
);
