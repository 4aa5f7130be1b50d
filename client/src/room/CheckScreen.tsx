// Before joining: what is measured stands beside what it should be; a failure names its remedy and
// keeps nobody out.
import { type FormEvent, type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import type { Me } from "../api/client";
import { cameraVerdict, microphoneVerdict, roundTripVerdict, tally, type Verdict } from "../domain/check";
import { level, meterShare } from "../domain/format";
import { joinRequest } from "../domain/joining";
import { type Devices, type Trouble } from "../engine/devices";
import { Picture } from "../engine/Picture";
import { useStore } from "../engine/store";
import { Button } from "../ui/Button";
import {
  IconActivity,
  IconAlertTriangleFilled,
  IconCamera,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCircleXFilled,
  IconDoorEnter,
  IconMicrophone,
  IconRefresh,
  IconVideoOff,
  IconVolume,
} from "../ui/icons";
import { useText } from "../ui/i18n";
import { LanguageSwitch } from "../ui/LanguageSwitch";
import { Meter } from "../ui/Meter";
import { DeviceChoices } from "./Devices";
import { playTone, probe, type ProbeResult } from "./probe";
import { TEXT } from "./text";
import { useLevel } from "./useLevel";
import type { Who } from "./who";

type Key = keyof typeof TEXT & string;

interface Row {
  id: string;
  icon: ReactNode;
  item: string;
  note: string;
  figure: string;
  need: string;
  verdict: Verdict;
  remedy?: string;
  act?: ReactNode;
}

const SIGN: Record<Verdict, ReactNode> = {
  pass: <IconCircleCheckFilled size={17} />,
  near: <IconAlertTriangleFilled size={17} />,
  fail: <IconCircleXFilled size={17} />,
  pending: <IconCircleDashed size={17} />,
};

function remedyKey(device: "camera" | "mic", trouble: Trouble): Key {
  if (trouble === "insecure") return "device_insecure";
  if (trouble === "failed") return "device_failed";
  return `${device}_${trouble}`;
}

export interface CheckScreenProps {
  me: Me | null;
  site: string;
  title: string;
  who: Who;
  devices: Devices;
  engineUrl: string | null;
  onJoin: (who: Who) => void;
}

export function CheckScreen({ me, site, title, who, devices, engineUrl, onJoin }: CheckScreenProps) {
  const t = useText(TEXT);
  const now = useStore(devices.state);
  const [person, setPerson] = useState(who.person);
  const [unit, setUnit] = useState(who.unit);
  const [asked, setAsked] = useState(false);
  const [loudest, setLoudest] = useState(-90);
  const [heard, setHeard] = useState<Verdict>("pending");
  const [playing, setPlaying] = useState(false);
  const [line, setLine] = useState<ProbeResult | "measuring">("measuring");
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  const first = useRef<HTMLInputElement>(null);

  const onLevel = useCallback((db: number) => setLoudest((before) => (db > before + 0.5 ? db : before)), []);
  const db = useLevel(now.microphone.track, onLevel);

  const measure = useCallback(() => {
    setLine("measuring");
    void probe(engineUrl).then(setLine);
  }, [engineUrl]);
  useEffect(measure, [measure]);

  useEffect(() => {
    const settings = now.camera.track?.getSettings();
    setSize(settings?.width && settings.height ? { width: settings.width, height: settings.height } : null);
  }, [now.camera.track]);
  useEffect(() => {
    setLoudest(-90);
  }, [now.microphone.track]);

  const again = (device: "camera" | "microphone") => (
    <Button
      size="desk"
      onClick={() => void (device === "camera" ? devices.openCamera() : devices.openMicrophone())}
    >
      {t("try_again")}
    </Button>
  );

  const camera: Row = (() => {
    const base = { id: "camera", icon: <IconCamera size={20} />, item: t("camera"), need: t("camera_need") };
    if (now.camera.opening) return { ...base, note: t("camera_opening"), figure: "–", verdict: "pending" };
    if (now.camera.trouble || !now.camera.track) {
      const trouble = now.camera.trouble ?? "missing";
      return {
        ...base,
        note: t("camera_none"),
        figure: t("no_device"),
        verdict: "fail",
        remedy: t(remedyKey("camera", trouble)),
        act: trouble === "insecure" ? undefined : again("camera"),
      };
    }
    const verdict = size ? cameraVerdict(size.width, size.height) : "pending";
    return {
      ...base,
      note: verdict === "pass" ? t("camera_good") : t("camera_small"),
      figure: size ? `${size.width}×${size.height}` : "–",
      verdict,
    };
  })();

  const microphone: Row = (() => {
    const base = { id: "microphone", icon: <IconMicrophone size={20} />, item: t("microphone"), need: t("mic_need") };
    if (now.microphone.opening) return { ...base, note: t("mic_opening"), figure: "–", verdict: "pending" };
    if (now.microphone.trouble || !now.microphone.track) {
      const trouble = now.microphone.trouble ?? "missing";
      return {
        ...base,
        note: t("mic_none"),
        figure: t("no_device"),
        verdict: "fail",
        remedy: t(remedyKey("mic", trouble)),
        act: trouble === "insecure" ? undefined : again("microphone"),
      };
    }
    const verdict = microphoneVerdict(loudest);
    const note: Key =
      verdict === "pass" ? "mic_good" : verdict === "pending" ? "mic_waiting" : loudest > -3 ? "mic_loud" : "mic_quiet";
    return { ...base, note: t(note), figure: verdict === "pending" ? "–" : level(loudest), verdict };
  })();

  const speaker: Row = {
    id: "speaker",
    icon: <IconVolume size={20} />,
    item: t("speaker"),
    note: t("speaker_note"),
    figure: heard === "pass" ? t("speaker_heard") : heard === "fail" ? t("speaker_not_heard") : "–",
    need: t("speaker_confirm"),
    verdict: heard,
    remedy: heard === "fail" ? t("speaker_remedy") : undefined,
    act: (
      <>
        <Button
          size="desk"
          data-testid="tone"
          disabled={playing}
          onClick={() => {
            setPlaying(true);
            playTone(now.speaker)
              .catch(() => setHeard("fail"))
              .finally(() => setPlaying(false));
          }}
        >
          {t("speaker_play")}
        </Button>
        <Button size="desk" data-testid="heard" onClick={() => setHeard("pass")}>
          {t("speaker_heard")}
        </Button>
        <Button size="desk" kind="quiet" onClick={() => setHeard("fail")}>
          {t("speaker_not_heard")}
        </Button>
      </>
    ),
  };

  const connection: Row = (() => {
    const base = {
      id: "connection",
      icon: <IconActivity size={20} />,
      item: t("connection"),
      need: t("connection_need"),
    };
    if (line === "measuring") return { ...base, note: t("connection_measuring"), figure: "–", verdict: "pending" };
    const reachable = line.roundTripMs !== null && line.engineReachable !== false;
    const verdict = roundTripVerdict(line.roundTripMs, reachable);
    const note: Key =
      line.roundTripMs === null
        ? "connection_none"
        : line.engineReachable === false
          ? "connection_engine"
          : verdict === "pass"
            ? "connection_good"
            : "connection_slow";
    return {
      ...base,
      note: t(note),
      figure: line.roundTripMs === null ? "–" : t("connection_figure", { ms: line.roundTripMs }),
      verdict,
      remedy: verdict === "fail" ? t("connection_remedy") : undefined,
      act:
        verdict === "pass" ? undefined : (
          <Button size="desk" icon={<IconRefresh size={16} />} onClick={measure}>
            {t("measure_again")}
          </Button>
        ),
    };
  })();

  const rows = [camera, microphone, speaker, connection];
  const count = tally(rows.map((row) => row.verdict));
  const summary = [
    count.fail ? t("sum_fail", { n: count.fail }) : "",
    count.near ? t("sum_near", { n: count.near }) : "",
    count.pass ? t("sum_all", { n: count.pass }) : "",
    count.pending ? t("sum_pending", { n: count.pending }) : "",
  ]
    .filter(Boolean)
    .join(", ");
  const worst: Verdict = count.fail ? "fail" : count.near ? "near" : count.pending ? "pending" : "pass";
  const missing = [
    now.camera.track || now.camera.opening ? "" : t("no_camera"),
    now.microphone.track || now.microphone.opening ? "" : t("no_microphone"),
  ].filter(Boolean);
  const missingText = missing.join(", ");

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    const request = joinRequest(person, unit);
    if (request) onJoin(request);
    else first.current?.form?.querySelector<HTMLInputElement>("input:invalid")?.focus();
  };

  return (
    <div className="r-check">
      <header className="r-head">
        <div className="r-head__title">
          <h1>{t("check_title", { site })}</h1>
          <p>{title || t("check_sub")}</p>
        </div>
        <LanguageSwitch />
      </header>
      <form className="r-check__body" onSubmit={submit} noValidate>
        <div className="r-check__left">
          <section className="r-box">
            <div className="r-preview">
              {now.camera.track ? (
                <Picture track={now.camera.track} mirrored />
              ) : (
                <div className="r-preview__none">
                  <IconVideoOff size={40} stroke={1.5} aria-hidden="true" />
                  {now.camera.opening ? t("camera_opening") : t("own_none")}
                </div>
              )}
            </div>
            <div className="r-pad">
              <div className="r-between">
                <strong>{t("speech_level")}</strong>
                <span className="r-dim">{now.microphone.track ? level(db) : "–"}</span>
              </div>
              <Meter value={meterShare(db)} cells={32} warnFrom={0.9} label={t("speech_level")} />
              <p className="r-dim r-small">{now.microphone.track ? t("speak_now") : t("mic_none")}</p>
            </div>
          </section>
          <section className="r-box r-pad">
            <DeviceChoices devices={devices} />
          </section>
        </div>
        <section className="r-box r-check__table">
          <div className="r-check__sum">
            <span className={`r-verdict r-verdict--${worst}`} aria-hidden="true">
              {SIGN[worst]}
            </span>
            <strong aria-live="polite">{summary}</strong>
          </div>
          <div className="r-rows" role="table" aria-label={t("row_item")}>
            <div className="r-row r-row--head" role="row">
              <span />
              <span role="columnheader">{t("row_item")}</span>
              <span role="columnheader">{t("row_note")}</span>
              <span role="columnheader">{t("row_figure")}</span>
              <span role="columnheader">{t("row_verdict")}</span>
            </div>
            {rows.map((row) => (
              <div key={row.id} className={`r-row r-row--${row.verdict}`} role="row" data-testid={`check-${row.id}`} data-verdict={row.verdict}>
                <span className="r-row__icon" aria-hidden="true">
                  {row.icon}
                </span>
                <strong className="r-row__item" role="cell">
                  {row.item}
                </strong>
                <span className="r-row__note" role="cell">
                  {row.note}
                </span>
                <span className="r-row__figure" role="cell">
                  <strong>{row.figure}</strong>
                  <small>{row.need}</small>
                </span>
                <span className={`r-verdict r-verdict--${row.verdict} r-row__verdict`} role="cell">
                  <span aria-hidden="true">{SIGN[row.verdict]}</span>
                  {t(row.verdict)}
                </span>
                {row.remedy || row.act ? (
                  <div className="r-row__more" role="cell">
                    {row.remedy ? (
                      <p>
                        <strong>{t("remedy")}</strong> {row.remedy}
                      </p>
                    ) : null}
                    {row.act ? <div className="r-row__acts">{row.act}</div> : null}
                  </div>
                ) : null}
              </div>
            ))}
          </div>
          <section className="r-who" aria-label={t("who_title")}>
            <label>
              <span>{t("person")}</span>
              <input
                ref={first}
                data-testid="person"
                value={person}
                maxLength={80}
                required
                autoComplete="name"
                aria-invalid={asked && !person.trim()}
                onChange={(event) => setPerson(event.target.value)}
              />
              {asked && !person.trim() ? <em>{t("person_missing")}</em> : null}
            </label>
            <label>
              <span>{t("unit")}</span>
              <input
                data-testid="unit"
                value={unit}
                maxLength={120}
                required
                autoComplete="organization"
                aria-invalid={asked && !unit.trim()}
                onChange={(event) => setUnit(event.target.value)}
              />
              {asked && !unit.trim() ? <em>{t("unit_missing")}</em> : null}
            </label>
            <p className="r-dim r-small">{t("who_note")}</p>
          </section>
          <div className="r-check__join">
            <p className="r-dim">
              {missing.length > 0
                ? `${missingText.charAt(0).toUpperCase()}${missingText.slice(1)}. ${t("join_watch")}`
                : t("join_anyway")}
            </p>
            <Button type="submit" kind="action" size="large" data-testid="join" disabled={!me} icon={<IconDoorEnter size={24} />}>
              {t("join")}
            </Button>
          </div>
        </section>
      </form>
    </div>
  );
}
