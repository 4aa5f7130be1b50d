// The site's own state, always visible: one sign, one title, one sentence.
import type { ReactNode } from "react";
import type { OwnState, OwnStateKind } from "../domain/word";
import { duration, elapsed, hourMinute, meterShare } from "../domain/format";
import { useNow } from "../ui/Clock";
import {
  IconEye,
  IconHandStop,
  IconHeadset,
  IconLockFilled,
  IconMicrophoneFilled,
  IconMicrophoneOff,
  IconPlugConnected,
  IconRectangleFilled,
  IconRefresh,
} from "../ui/icons";
import { useText } from "../ui/i18n";
import { Meter } from "../ui/Meter";
import { TEXT } from "./text";
import { useLevel } from "./useLevel";

type Tone = "quiet" | "speaking" | "request" | "warn" | "lost" | "preview" | "air";

const TONE: Record<OwnStateKind, Tone> = {
  connecting: "quiet",
  lost: "lost",
  mic_on: "speaking",
  mic_opening: "speaking",
  floor_without_mic: "warn",
  host_on: "speaking",
  host_self_muted: "quiet",
  host_closed: "warn",
  mic_locked: "warn",
  requested: "request",
  on_air: "air",
  preview: "preview",
  checking: "quiet",
  mic_off: "quiet",
};

function sign(kind: OwnStateKind): ReactNode {
  const size = 30;
  switch (kind) {
    case "mic_on":
    case "mic_opening":
    case "host_on":
      return <IconMicrophoneFilled size={size} />;
    case "lost":
      return <IconRefresh size={size} />;
    case "connecting":
      return <IconPlugConnected size={size} />;
    case "mic_locked":
      return <IconLockFilled size={size} />;
    case "requested":
      return <IconHandStop size={size} />;
    case "on_air":
      return <IconRectangleFilled size={size} />;
    case "preview":
      return <IconEye size={size} />;
    case "checking":
      return <IconHeadset size={size} />;
    default:
      return <IconMicrophoneOff size={size} />;
  }
}

export interface StateCardProps {
  own: OwnState;
  attempt: number;
  opening: string | null;
  /** The microphone is heard in the talk room (before the opening). */
  talking: boolean;
  microphone: MediaStreamTrack | null;
}

function LevelLine({ track }: { track: MediaStreamTrack | null }) {
  const t = useText(TEXT);
  const db = useLevel(track);
  const word = db < -55 ? "level_none" : db < -36 ? "level_low" : db < -8 ? "level_mid" : "level_high";
  return (
    <span className="r-state__level">
      <Meter value={meterShare(db)} cells={24} warnFrom={0.86} label={t("level")} />
      <span className="r-state__word">{t(word)}</span>
    </span>
  );
}

function Waited({ since }: { since: string }) {
  const t = useText(TEXT);
  const now = useNow();
  return <>{t("st_requested_sub", { at: hourMinute(since), wait: duration(elapsed(since, now)) })}</>;
}

export function StateCard({ own, attempt, opening, talking, microphone }: StateCardProps) {
  const t = useText(TEXT);
  const at = opening ? hourMinute(opening) : "";
  const speaking = own.kind === "mic_on" || own.kind === "host_on";
  const title =
    own.kind === "lost"
      ? t("st_lost", { n: Math.max(1, attempt) })
      : own.kind === "requested"
        ? t("st_requested", { n: own.place })
        : t(`st_${own.kind}`);
  const sub: ReactNode =
    own.kind === "lost" ? (
      own.place > 0 ? (
        t("st_lost_place", { n: own.place })
      ) : (
        t("st_lost_sub")
      )
    ) : own.kind === "requested" && own.requestedSince ? (
      <Waited since={own.requestedSince} />
    ) : own.kind === "checking" ? (
      t(talking ? "st_checking_sub" : "st_checking_off_sub", { at })
    ) : own.kind === "requested" ? null : (
      t(`st_${own.kind}_sub`)
    );
  return (
    <section
      className={`r-state r-state--${TONE[own.kind]}`}
      data-testid="state-card"
      data-state={own.kind}
      data-on-air={own.onAir}
      data-place={own.place}
      aria-live="polite"
    >
      <span className="r-state__sign" aria-hidden="true">
        {sign(own.kind)}
      </span>
      <div className="r-state__text">
        <h2>{title}</h2>
        <p>{sub}</p>
        {speaking ? <LevelLine track={microphone} /> : null}
      </div>
    </section>
  );
}
