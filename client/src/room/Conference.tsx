// The site in the conference: picture, own state, what can be done now.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Pane } from "../api/messages";
import { clockTime, duration, elapsed, percent } from "../domain/format";
import { type LineWord, lineWord } from "../domain/line";
import { type OwnState, ownState } from "../domain/word";
import type { Devices } from "../engine/devices";
import { Picture } from "../engine/Picture";
import { useStore } from "../engine/store";
import { keepAwake } from "../engine/wake";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { Clock, useNow } from "../ui/Clock";
import {
  IconAdjustmentsHorizontal,
  IconBarsWeak,
  IconCircleFilled,
  IconDoorExit,
  IconEye,
  IconHandStop,
  IconHeadset,
  IconHeadsetOff,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhone,
  IconRectangleFilled,
  IconScreenShare,
  IconScreenShareOff,
  IconUsers,
  IconVideoOff,
  IconVolume,
  IconX,
} from "../ui/icons";
import { useLanguage, useText } from "../ui/i18n";
import { LanguageSwitch } from "../ui/LanguageSwitch";
import { SceneView } from "../ui/SceneView";
import { SidePanel } from "../ui/SidePanel";
import { DeviceChoices } from "./Devices";
import type { RoomSession, RoomState } from "./session";
import { StateCard } from "./StateCard";
import { TEXT } from "./text";

const NO_SCENE = { layout: "full", panes: [] } as const;

export interface ConferenceProps {
  session: RoomSession;
  devices: Devices;
  onLeave: () => void;
}

export function ownStateOf(now: RoomState, hasMicrophone: boolean): OwnState {
  const link = now.link.kind === "connected" ? "connected" : now.link.kind === "lost" ? "lost" : "connecting";
  return ownState({
    word: now.word,
    site: now.own?.site ?? "",
    link,
    publishing: now.publishing,
    hasMicrophone,
    hostMuted: now.hostMuted,
  });
}

export function Conference({ session, devices, onLeave }: ConferenceProps) {
  const t = useText(TEXT);
  const now = useStore(session.state);
  const { camera, microphone } = useStore(devices.state);
  const [panel, setPanel] = useState<"leave" | "devices" | null>(null);
  const own = ownStateOf(now, microphone.track !== null);
  const { word, link } = now;
  const lost = own.kind === "lost";
  const title = word?.title ?? "";

  useEffect(() => keepAwake(), []);

  return (
    <div className="r-room" data-tone={toneOf(own)} data-lost={lost}>
      <header className="r-head r-room__head">
        <div className="r-head__title">
          <h1>{t("site_title", { site: now.own?.name ?? "" })}</h1>
          <p>
            {title}
            {word?.host_body ? ` · ${t("chaired", { body: word.host_body })}` : ""}
          </p>
        </div>
        {word?.drill ? <Badge tone="yellow">{t("drill")}</Badge> : null}
        {word && word.expected > 0 && now.present > 0 ? (
          <span className="r-head__fact">
            <IconUsers size={17} aria-hidden="true" />
            {t(now.present > word.expected ? "present_more" : "present", { n: now.present, all: word.expected })}
          </span>
        ) : null}
        <Clock className="r-head__clock" />
        <LanguageSwitch />
        <Button size="desk" className="r-head__leave" data-testid="leave" onClick={() => setPanel("leave")}>
          {t("leave")}
        </Button>
      </header>

      <Stage session={session} now={now} own={own} camera={camera.track} hasMicrophone={microphone.track !== null} />

      <section className="r-bar">
        <StateCard
          own={own}
          attempt={link.attempt}
          opening={word?.opening_at ?? null}
          talking={now.talking}
          microphone={microphone.track}
        />
        {own.hasFloor && own.floorSince && !lost ? <Spoken since={own.floorSince} /> : null}
        <Acts session={session} now={now} own={own} />
        <Announce now={now} />
      </section>

      <aside className="r-side">
        <section className="r-box r-own">
          <h2 className="r-own__head">{t("own_picture")}</h2>
          <div className="r-own__picture">
            {camera.track ? (
              <Picture track={camera.track} />
            ) : (
              <div className="r-preview__none">
                <IconVideoOff size={28} stroke={1.5} aria-hidden="true" />
                <span>{t("own_none")}</span>
              </div>
            )}
          </div>
          <Line now={now} lost={lost} />
        </section>
        {lost ? (
          <LostHelp />
        ) : (
          <section className="r-box r-talk">
            <Button
              wide
              className="r-talk__devices"
              icon={<IconAdjustmentsHorizontal size={20} />}
              onClick={() => setPanel("devices")}
            >
              {t("devices")}
            </Button>
            {word?.state === "live" && now.talkConnected ? (
              <Button
                wide
                data-testid="call"
                aria-pressed={now.calling}
                icon={now.calling ? <IconHeadsetOff size={20} /> : <IconHeadset size={20} />}
                onClick={() => session.call(!now.calling)}
              >
                {now.calling ? t("call_end") : t("call_desk")}
              </Button>
            ) : null}
          </section>
        )}
      </aside>

      <nav className="r-nav">
        <button type="button" onClick={() => setPanel("devices")}>
          <IconAdjustmentsHorizontal size={22} aria-hidden="true" />
          {t("devices")}
        </button>
        {word?.state === "live" && now.talkConnected ? (
          <button type="button" aria-pressed={now.calling} onClick={() => session.call(!now.calling)}>
            {now.calling ? <IconHeadsetOff size={22} aria-hidden="true" /> : <IconHeadset size={22} aria-hidden="true" />}
            {now.calling ? t("call_end") : t("call_desk_short")}
          </button>
        ) : null}
        <button type="button" onClick={() => setPanel("leave")}>
          <IconDoorExit size={22} aria-hidden="true" />
          {t("leave_short")}
        </button>
      </nav>

      {panel === "leave" ? (
        <SidePanel
          title={t("leave_title", { title })}
          onClose={() => setPanel(null)}
          actions={
            <>
              <Button data-first onClick={() => setPanel(null)}>
                {t("no")}
              </Button>
              <Button kind="danger" data-testid="leave-yes" onClick={onLeave}>
                {t("leave_yes")}
              </Button>
            </>
          }
        >
          <p>{t("leave_body")}</p>
        </SidePanel>
      ) : null}
      {panel === "devices" ? (
        <SidePanel
          title={t("devices_title")}
          onClose={() => setPanel(null)}
          actions={
            <Button data-first onClick={() => setPanel(null)}>
              {t("close")}
            </Button>
          }
        >
          <DeviceChoices devices={devices} onSpeaker={(id) => session.useSpeaker(id)} />
          <div className="r-panel-language">
            <LanguageSwitch />
          </div>
        </SidePanel>
      ) : null}
    </div>
  );
}

function toneOf(own: OwnState): string {
  if (own.kind === "lost") return "lost";
  if (own.kind === "mic_on" || own.kind === "mic_opening" || own.kind === "floor_without_mic") return "air";
  return own.onAir ? "air" : own.previewed ? "preview" : "quiet";
}

function Stage(props: {
  session: RoomSession;
  now: RoomState;
  own: OwnState;
  camera: MediaStreamTrack | null;
  hasMicrophone: boolean;
}) {
  const { session, now, own, camera, hasMicrophone } = props;
  const t = useText(TEXT);
  const frame = useRef<HTMLDivElement>(null);
  const site = now.own?.site ?? "";
  const { pictures, ownScreen, sharing, word, link } = now;

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) session.setSceneHeight(entry.contentRect.height * Math.min(1.5, window.devicePixelRatio));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [session]);

  const picture = useCallback(
    (pane: Pane) => {
      const track =
        pane.site === site
          ? pane.source === "screen"
            ? sharing
              ? ownScreen
              : null
            : camera
          : pictures.get(`${pane.site} ${pane.source}`);
      return track ? <Picture track={track} /> : null;
    },
    [site, camera, ownScreen, sharing, pictures],
  );
  const empty = useMemo(() => <span>{t("scene_empty")}</span>, [t]);

  return (
    <main className="r-stage">
      <div className="r-stage__notes">
        {now.soundBlocked ? (
          <div className="r-note r-note--action" role="alert">
            <IconVolume size={22} aria-hidden="true" />
            <span>{t("sound_blocked")}</span>
            <Button kind="action" data-testid="sound" onClick={() => session.allowSound()}>
              {t("sound_on")}
            </Button>
          </div>
        ) : null}
        <TalkNote session={session} now={now} hasMicrophone={hasMicrophone} />
      </div>
      <div className="r-stage__fit">
        <div ref={frame} className={`r-frame r-frame--${own.onAir ? "air" : own.previewed ? "preview" : "quiet"}`}>
          <SceneView
            scene={word?.scene ?? (NO_SCENE as never)}
            picture={picture}
            watermark={word?.drill ? t("drill") : undefined}
            empty={empty}
            label={t("scene_label")}
          />
          {own.onAir && own.kind !== "lost" ? (
            <span className="r-frame__tag r-frame__tag--air">
              <IconRectangleFilled size={16} aria-hidden="true" />
              {t("on_air_tag")}
            </span>
          ) : own.previewed && own.kind !== "lost" ? (
            <span className="r-frame__tag r-frame__tag--preview">
              <IconEye size={17} aria-hidden="true" />
              {t("preview_tag")}
            </span>
          ) : null}
          {own.kind === "lost" ? (
            <div className="r-frame__lost" role="status">
              <IconX size={64} stroke={3} aria-hidden="true" />
              <strong>{t("lost_since", { at: clockTime(link.since) })}</strong>
            </div>
          ) : null}
        </div>
      </div>
    </main>
  );
}

function callingText(now: RoomState, hasMicrophone: boolean): "calling" | "calling_open" | "calling_no_mic" | "calling_wait" {
  if (!hasMicrophone) return "calling_no_mic";
  if (!now.talking) return "calling_wait";
  return now.publishing ? "calling_open" : "calling";
}

function TalkNote(props: { session: RoomSession; now: RoomState; hasMicrophone: boolean }) {
  const { session, now, hasMicrophone } = props;
  const t = useText(TEXT);
  const live = now.word?.state === "live";
  if (!now.talkConnected) return null;
  if (now.calling) {
    return (
      <div className="r-note" role="status" data-testid="calling">
        <IconHeadset size={22} aria-hidden="true" />
        <span>{t(callingText(now, hasMicrophone))}</span>
        <Button onClick={() => session.call(false)}>{t("call_end")}</Button>
      </div>
    );
  }
  if (now.listening && live) {
    return (
      <div className="r-note" role="status">
        <IconHeadset size={22} aria-hidden="true" />
        <span>{t("listening")}</span>
        <Button onClick={() => session.listen(false)}>{t("listen_end")}</Button>
      </div>
    );
  }
  if (!now.deskSpeaks) return null;
  return (
    <div className="r-note r-note--action" role="alert" data-testid="desk-calls">
      <IconHeadset size={22} aria-hidden="true" />
      <span>{t(live ? "desk_calls" : "desk_speaks")}</span>
      {live ? (
        <Button kind="action" data-testid="listen" onClick={() => session.listen(true)}>
          {t("listen")}
        </Button>
      ) : null}
    </div>
  );
}

function Spoken({ since }: { since: string }) {
  const t = useText(TEXT);
  const now = useNow();
  return (
    <div className="r-spoken">
      <span>{t("spoken")}</span>
      <time data-testid="spoken">{duration(elapsed(since, now))}</time>
    </div>
  );
}

const canShare = () => typeof navigator.mediaDevices?.getDisplayMedia === "function";

function Acts({ session, now, own }: { session: RoomSession; now: RoomState; own: OwnState }) {
  const t = useText(TEXT);
  const language = { ask: TEXT.act_ask, withdraw: TEXT.act_withdraw, end: TEXT.act_end };
  if (own.kind === "lost") {
    const phone = now.own?.technician_phone;
    return phone ? (
      <div className="r-acts">
        <a className="u-button u-button--normal u-button--large" href={`tel:${phone.replace(/\s/g, "")}`}>
          <IconPhone size={22} aria-hidden="true" />
          {t("call_number", { phone })}
        </a>
      </div>
    ) : null;
  }
  if (own.kind === "connecting") return null;
  const busy = now.pending !== null;
  return (
    <div className="r-acts">
      {own.mayShare && canShare() ? (
        now.ownScreen ? (
          <Button size="large" data-testid="share" icon={<IconScreenShareOff size={22} />} onClick={() => session.stopShare()}>
            {t("share_end")}
          </Button>
        ) : (
          <Button size="large" data-testid="share" icon={<IconScreenShare size={22} />} onClick={() => void session.share()}>
            {t("share")}
          </Button>
        )
      ) : null}
      {own.isHost && now.word?.host_mic_open ? (
        <Button
          size="large"
          kind={now.hostMuted ? "action" : "normal"}
          data-testid="host-mic"
          icon={now.hostMuted ? <IconMicrophone size={22} /> : <IconMicrophoneOff size={22} />}
          onClick={() => session.muteHost(!now.hostMuted)}
        >
          {t(now.hostMuted ? "host_unmute" : "host_mute")}
        </Button>
      ) : null}
      {own.hasFloor && !own.isHost ? (
        <Button
          size="large"
          kind="action"
          data-testid="end-turn"
          disabled={busy}
          icon={<IconMicrophoneOff size={24} />}
          onClick={() => void session.command({ type: "end_turn" }, ...language.end)}
        >
          {t("end_turn")}
        </Button>
      ) : null}
      {own.place > 0 && !own.hasFloor ? (
        <Button
          size="large"
          data-testid="withdraw"
          disabled={busy}
          onClick={() => void session.command({ type: "withdraw_request" }, ...language.withdraw)}
        >
          {t("withdraw")}
        </Button>
      ) : null}
      {own.maySpeakUp ? (
        <Button
          size="large"
          kind="action"
          data-testid="ask"
          disabled={busy}
          icon={<IconHandStop size={24} />}
          onClick={() => void session.command({ type: "ask_to_speak" }, ...language.ask)}
        >
          {t("ask")}
        </Button>
      ) : null}
    </div>
  );
}

/** What became of the last act, said in place and politely. */
function Announce({ now }: { now: RoomState }) {
  const language = useLanguage();
  const notice = now.notice;
  return (
    <p className={`r-announce r-announce--${notice?.tone ?? "plain"}`} role="status" aria-live="polite" data-testid="notice">
      {notice ? (language === "en" ? notice.en : notice.vi) : ""}
      {notice?.clause ? <span className="r-clause">{notice.clause}</span> : null}
    </p>
  );
}

function Line({ now, lost }: { now: RoomState; lost: boolean }) {
  const t = useText(TEXT);
  const language = useLanguage();
  const kind: LineWord = lost ? "lost" : lineWord(now.quality, now.figures);
  const loss = now.figures && !lost ? percent(now.figures.loss, language) : "–";
  const ms = now.figures?.roundTripMs != null && !lost ? `${now.figures.roundTripMs} ms` : "–";
  const icon =
    kind === "weak" ? <IconBarsWeak size={16} /> : kind === "lost" ? <IconX size={16} stroke={3} /> : <IconCircleFilled size={10} />;
  return (
    <div className={`r-line r-line--${kind}`} data-testid="line" data-line={kind}>
      <dl className="r-line__full">
        <dt>{t("line")}</dt>
        <dd className="r-line__word">
          <span aria-hidden="true">{icon}</span>
          {t(`line_${kind}`)}
        </dd>
        <dt>{t("loss")}</dt>
        <dd>{loss}</dd>
        <dt>{t("delay")}</dt>
        <dd>{ms}</dd>
      </dl>
      <div className="r-line__short">
        <span className="r-dim">{t("own_picture")}</span>
        <span className="r-line__word">
          <span aria-hidden="true">{icon}</span>
          {t(`line_${kind}_long`)}
        </span>
        <span className="r-dim">{t("line_short", { loss, ms })}</span>
      </div>
    </div>
  );
}

function LostHelp() {
  const t = useText(TEXT);
  return (
    <section className="r-box r-pad r-help">
      <strong>{t("lost_help")}</strong>
      <p>{t("lost_help_1")}</p>
      <p>{t("lost_help_2")}</p>
      <p>{t("lost_help_3")}</p>
    </section>
  );
}
