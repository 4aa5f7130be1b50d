import { useEffect, useState, useSyncExternalStore } from "react";
import type { Command, WallSite, Word } from "../api/messages";
import { percent } from "../domain/format";
import { numberLabel, type Tile } from "../domain/wall";
import { useStore } from "../engine";
import { useLanguage, useText } from "../ui/i18n";
import { type Packets, useMedia } from "./media";
import { Level, phoneText, Press } from "./parts";
import { TEXT, type TextKey } from "./text";

export interface SelectedProps {
  readonly site: WallSite | null;
  readonly tile: Tile | null;
  readonly word: Word;
  readonly count: number;
  readonly open: boolean;
  /** Facts only, no acts. */
  readonly bare: boolean;
  readonly send: (command: Command) => void;
  readonly preview: () => void;
  readonly lock: () => void;
  readonly remove: () => void;
  /** Whether the site has control of this conference; null where that is not this desk's to say. */
  readonly controls: boolean | null;
  /** Make a sign-in link; null where that is not this desk's to do. */
  readonly link: (() => void) | null;
}

const MEASURE_MS = 2000;

/** Share of packets lost on the way from the site to this desk, while its picture is received. */
function useLoss(site: string | null): number | null {
  const media = useMedia();
  const [share, setShare] = useState<number | null>(null);
  useEffect(() => {
    setShare(null);
    if (site === null) return;
    let before: Packets | null = null;
    let over = false;
    const measure = async (): Promise<void> => {
      const now = await media.packets(site);
      if (over) return;
      if (now !== null && before !== null && now.received > before.received) {
        const lost = Math.max(0, now.lost - before.lost);
        setShare(lost / (lost + now.received - before.received));
      } else if (now === null) setShare(null);
      before = now;
    };
    void measure();
    const timer = setInterval(() => void measure(), MEASURE_MS);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [media, site]);
  return share;
}

function MicrophoneTest({ site }: { site: WallSite }) {
  const t = useText(TEXT);
  const media = useMedia();
  const hearing = useStore(media.hearing);
  const track = useSyncExternalStore(media.revision.subscribe, () => media.heard());
  const on = hearing === site.site;
  return (
    <>
      <Press aria-pressed={on} data-testid="hear" onClick={() => media.hear(on ? null : site.site)}>
        {t(on ? "hear_stop" : "hear")}
      </Press>
      {on ? <Level track={track} label={t("level", { site: site.name })} none={t("hear_none")} /> : null}
    </>
  );
}

export function Selected(props: SelectedProps) {
  const { site, tile, word, count, open, bare, send, preview, lock, remove, controls, link } = props;
  const t = useText(TEXT);
  const language = useLanguage();
  const media = useMedia();
  const line = useStore(media.lines).get(site?.site ?? "") ?? "unknown";
  const calling = useStore(media.calling);
  const loss = useLoss(site?.presence === "connected" ? site.site : null);
  if (site === null || tile === null)
    return (
      <div className="d-selected" data-testid="selected">
        <p className="d-dim">{t("selected_none")}</p>
      </div>
    );
  const locked = word.locked.includes(site.site);
  const sharing = word.sharing.includes(site.site);
  const out = site.presence === "waiting" || site.presence === "removed";
  const facts = [
    tile.state === "connected" || tile.state === "weak" ? "" : t(`s_${tile.state}` as TextKey),
    tile.state === site.presence || site.presence === "connected"
      ? ""
      : t(`s_${site.presence}` as TextKey),
    tile.mic === "none" ? "" : t(`mic_${tile.mic}` as TextKey),
    site.presence === "connected" && line !== "unknown" ? t(`line_${line}` as TextKey) : "",
    loss === null ? "" : t("loss", { percent: percent(loss, language) }),
    controls === true ? t("controls") : "",
    site.presence === "removed" ? site.reason : "",
  ].filter(Boolean);
  const more = [
    [site.person, site.unit].filter(Boolean).join(", "),
    site.device,
  ].filter(Boolean);
  return (
    <div className="d-selected" data-testid="selected" data-site={site.site} data-zone="selected">
      <p className="d-selected__facts">
        <span className="d-selected__word">{t("selected")}</span>
        <strong>
          {numberLabel(site.number, count)} · {site.name}
        </strong>
        {facts.map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
        <span className="d-selected__phone">
          {t("technician", { name: site.technician.name, phone: phoneText(site.technician.phone) })}
        </span>
        {more.map((fact) => (
          <span key={fact} className="d-selected__more">
            {fact}
          </span>
        ))}
      </p>
      <div className="d-selected__acts" hidden={bare}>
        {word.state === "joining" || calling.includes(site.site) ? <MicrophoneTest site={site} /> : null}
        {out ? (
          <Press className="d-press--go" keys="⇧↵" disabled={!open} data-testid="admit" onClick={() => send({ type: "admit", site: site.site })}>
            {t("admit")}
          </Press>
        ) : (
          <Press keys="↵" disabled={!open} onClick={preview}>
            {t("to_preview")}
          </Press>
        )}
        {word.host === site.site ? null : (
          <Press keys="⇧F4" disabled={!open} data-testid="lock" onClick={lock}>
            {t(locked ? "unlock" : "lock")}
          </Press>
        )}
        {site.presence === "connected" ? (
          <Press disabled={!open} data-testid="permit-share" onClick={() => send({ type: "permit_share", site: site.site, allowed: !sharing })}>
            {t(sharing ? "share_end" : "share")}
          </Press>
        ) : null}
        {controls === null || (out && !controls) ? null : (
          <Press
            disabled={!open}
            data-testid="control"
            onClick={() => send({ type: controls ? "withdraw_control" : "grant_control", site: site.site })}
          >
            {t(controls ? "control_back" : "control_give")}
          </Press>
        )}
        {site.simulated || link === null ? null : (
          <Press disabled={!open} data-testid="sign-in-link" onClick={link}>
            {t("sign_in_link")}
          </Press>
        )}
        {site.presence === "removed" ? null : (
          <Press keys="Del" disabled={!open} data-testid="remove" onClick={remove}>
            {t("remove")}
          </Press>
        )}
      </div>
    </div>
  );
}
