import { useState } from "react";
import type { Command, DeskSnapshot, Word } from "../api/messages";
import { presence } from "../domain/deskstate";
import { dayMonthYear, hourMinute } from "../domain/format";
import { useStore } from "../engine";
import { Clock } from "../ui/Clock";
import { IconHeadset, IconPower, IconUser, IconUsers, IconVolume, IconVolumeOff } from "../ui/icons";
import { useText } from "../ui/i18n";
import { LanguageSwitch } from "../ui/LanguageSwitch";
import { useMedia } from "./media";
import { Press, Since } from "./parts";
import { TEXT, type TextKey } from "./text";

export interface HeadProps {
  readonly snapshot: DeskSnapshot;
  readonly word: Word;
  readonly open: boolean;
  /** The wall list alone is shown: the desk's acts are absent. */
  readonly bare: boolean;
  /** The role of who sits here, or null while it is not known. */
  readonly role: string | null;
  readonly send: (command: Command) => void;
  readonly onEnd: () => void;
}

export function Head({ snapshot, word, open, bare, role, send, onEnd }: HeadProps) {
  const t = useText(TEXT);
  const media = useMedia();
  const muted = useStore(media.muted);
  const blocked = useStore(media.soundBlocked);
  const centre = role === "control_operator";
  const { present, expected } = presence(snapshot);
  const waiting = snapshot.sites.filter((site) => site.presence === "waiting").length;
  const absent = snapshot.sites.filter((site) => site.presence === "absent").length;
  const opened = word.state === "live" ? word.opened_at : null;
  const before = word.state === "scheduled" || word.state === "joining";
  return (
    <header className="d-head" data-zone="head">
      <div className="d-head__title">
        <h1 title={word.title}>{word.title}</h1>
        <span>
          {t("hosted_by", { body: word.host_body })} · {dayMonthYear(word.opening_at)} ·{" "}
          {snapshot.regulation}
        </span>
      </div>
      {word.drill ? <span className="d-drill">{t("drill")}</span> : null}
      <Clock seconds className="d-clock" />
      <div className="d-head__block" data-testid="conference-state" data-state={word.state}>
        <strong>
          {t(`state_${word.state}` as TextKey, { time: hourMinute(opened ?? word.opening_at) })}
        </strong>
        <span>
          {opened ? (
            <LastedSince at={opened} />
          ) : word.state === "scheduled" ? (
            t("connects_at", { time: hourMinute(word.connect_at) })
          ) : word.state === "joining" ? (
            t("opening_planned", { time: hourMinute(word.opening_at) })
          ) : (
            t("closed_detail")
          )}
        </span>
      </div>
      <div className="d-head__block d-head__block--operator">
        <strong>
          <IconUser size={14} aria-hidden="true" /> <span className="d-wide">{t("operator", { name: snapshot.operator })}</span>
          <span className="d-slim">{t("operator_short", { name: snapshot.operator })}</span>
        </strong>
        <span>{role === null ? "" : t(centre ? "on_this_desk" : "on_host_desk")}</span>
      </div>
      <div className="d-head__block">
        <strong data-testid="presence">
          <IconUsers size={14} aria-hidden="true" /> {t("present", { here: present, all: expected })}
        </strong>
        <span>{t("present_detail", { waiting, absent })}</span>
      </div>
      <div className="d-head__acts">
        {before && !bare ? (
          <Press
            className="d-press--action"
            data-testid="open"
            disabled={!open}
            onClick={() => send({ type: word.state === "scheduled" ? "start_joining" : "open" })}
          >
            {t(word.state === "scheduled" ? "open_before" : "open")}
          </Press>
        ) : null}
        {word.drill && word.state !== "closed" && !bare && centre ? <Simulate open={open} send={send} /> : null}
        {blocked ? (
          <Press className="d-press--action" icon={<IconVolume size={15} />} onClick={() => media.enableSound()}>
            {t("enable_sound")}
          </Press>
        ) : (
          <Press
            aria-pressed={!muted}
            aria-label={t(muted ? "listening_off" : "listen")}
            title={t(muted ? "listening_off" : "listen")}
            icon={muted ? <IconVolumeOff size={15} /> : <IconVolume size={15} />}
            onClick={() => media.mute(!muted)}
          />
        )}
        {bare || word.state === "closed" ? null : <Talkback />}
        <LanguageSwitch />
        {bare || word.state === "closed" ? null : (
          <Press icon={<IconPower size={15} />} data-testid="end" disabled={!open} onClick={onEnd}>
            {t("end")}
          </Press>
        )}
      </div>
    </header>
  );
}

function LastedSince({ at }: { at: string }) {
  const t = useText(TEXT);
  const [before, after] = t("lasted", { time: "|" }).split("|");
  return (
    <>
      {before}
      <Since at={at} />
      {after}
    </>
  );
}

function Talkback() {
  const t = useText(TEXT);
  const media = useMedia();
  const state = useStore(media.talk);
  const busy = state === "on" || state === "starting";
  return (
    <Press
      className={state === "on" ? "d-press--talking" : ""}
      icon={<IconHeadset size={15} />}
      keys="Ins"
      aria-pressed={busy}
      data-testid="talkback"
      title={t("talk_help")}
      onPointerDown={() => media.startTalk()}
      onPointerUp={() => media.stopTalk()}
      onPointerLeave={() => media.stopTalk()}
      onKeyDown={(event) => {
        if ((event.code === "Space" || event.code === "Enter") && !event.repeat) media.startTalk();
      }}
      onKeyUp={() => media.stopTalk()}
      onBlur={() => media.stopTalk()}
    >
      {t(state === "on" ? "talking" : "talkback")}
    </Press>
  );
}

function Simulate({ open, send }: { open: boolean; send: (command: Command) => void }) {
  const t = useText(TEXT);
  const [count, setCount] = useState(9);
  return (
    <form
      className="d-simulate"
      onSubmit={(event) => {
        event.preventDefault();
        // The keys go back to the wall.
        if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
        if (open) send({ type: "add_simulated", count });
      }}
    >
      <input
        type="number"
        min={1}
        max={200}
        value={count}
        aria-label={t("simulate_count")}
        onChange={(event) => setCount(Math.min(200, Math.max(1, Number(event.target.value) || 1)))}
      />
      <Press type="submit" disabled={!open} data-testid="simulate" title={t("simulate")}>
        <span className="d-wide">{t("simulate")}</span>
        <span className="d-slim">{t("add")}</span>
      </Press>
    </form>
  );
}
