/** The columns beside the monitors: requests, open microphones, alarms, log. */
import { memo, useSyncExternalStore } from "react";
import type { Command, DeskSnapshot, LogLine, Word } from "../api/messages";
import type { Alarm } from "../domain/alarms";
import { clockTime } from "../domain/format";
import { numberLabel } from "../domain/wall";
import { IconAlertTriangleFilled, IconHeadset, IconLockFilled, IconMicrophoneFilled, IconX } from "../ui/icons";
import { useLanguage, useText } from "../ui/i18n";
import { StateSign } from "../ui/StateSign";
import { useStore } from "../engine";
import { useMedia } from "./media";
import { Level, Panel, phoneText, Press, Since, TileShape } from "./parts";
import { TEXT, type TextKey } from "./text";

export interface SideProps {
  readonly snapshot: DeskSnapshot;
  readonly word: Word;
  readonly open: boolean;
  /** The control centre sits here, not the host site: some acts are the centre's alone. */
  readonly centre: boolean;
  readonly send: (command: Command) => void;
  readonly select: (site: string) => void;
}

/** The rules that bind the floor, each with its clause. */
export function Rules({ rules }: { rules: DeskSnapshot["rules"] }) {
  const t = useText(TEXT);
  const language = useLanguage();
  if (rules.length === 0) return null;
  return (
    <div className="d-rules">
      <h3>{t("rules")}</h3>
      <ul>
        {rules.map((rule) => {
          const text = language === "en" ? rule.text_en : rule.text_vi;
          const silent = t("rule_silent");
          return (
            <li key={rule.key}>
              {text} {rule.clause !== "" ? <b>{rule.clause}</b> : text.includes(silent) ? null : <i>({silent})</i>}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

export function Queue({ snapshot, word, open, send, select }: SideProps) {
  const t = useText(TEXT);
  const person = (site: string): string => {
    const found = snapshot.sites.find((entry) => entry.site === site);
    return [found?.person, found?.unit].filter(Boolean).join(", ");
  };
  return (
    <Panel
      name="queue"
      zone="queue"
      title={t("queue")}
      detail={t("queue_count", { speaking: word.floor.length, asking: word.queue.length })}
    >
      <ul className="d-list">
        {word.floor.map((holder) => (
          <li key={`floor ${holder.site}`} className="d-turn d-turn--speaks" data-site={holder.site}>
            <StateSign sign="on_air" size={16} label={t("mic_floor")} />
            <button type="button" className="d-turn__who" onMouseDown={(event) => event.preventDefault()} onClick={() => select(holder.site)}>
              <strong>{holder.caption}</strong>
              <span>{person(holder.site)}</span>
            </button>
            <span className="d-turn__time">
              <Since at={holder.since} />
            </span>
            <Press
              disabled={!open}
              aria-label={t("take_back_site", { site: holder.caption })}
              title={t("take_back_site", { site: holder.caption })}
              onClick={() => send({ type: "take_back_floor", site: holder.site })}
            >
              {t("take_back")}
            </Press>
          </li>
        ))}
        {word.queue.map((request, index) => (
          <li key={request.site} className="d-turn" data-testid="queue-item" data-site={request.site}>
            <span className="d-turn__place">{index + 1}</span>
            <button type="button" className="d-turn__who" onMouseDown={(event) => event.preventDefault()} onClick={() => select(request.site)}>
              <strong>{request.caption}</strong>
              <span>
                {t("queue_waits")} <Since at={request.since} />
                {person(request.site) ? ` · ${person(request.site)}` : ""}
              </span>
            </button>
            <Press
              className="d-press--go"
              disabled={!open}
              data-testid="accept"
              aria-label={t("accept_site", { site: request.caption })}
              title={t("accept_site", { site: request.caption })}
              onClick={() => send({ type: "give_floor", site: request.site })}
            >
              {t("accept")}
            </Press>
            <Press
              disabled={!open}
              data-testid="decline"
              aria-label={t("decline_site", { site: request.caption })}
              title={t("decline_site", { site: request.caption })}
              onClick={() => send({ type: "decline_request", site: request.site })}
            >
              {t("decline")}
            </Press>
          </li>
        ))}
      </ul>
      {word.floor.length + word.queue.length === 0 ? <p className="d-empty">{t("queue_empty")}</p> : null}
      <Rules rules={snapshot.rules} />
    </Panel>
  );
}

function OpenMicrophone({ number, name, role, identity }: { number: string; name: string; role: string; identity: string }) {
  const t = useText(TEXT);
  const media = useMedia();
  const track = useSyncExternalStore(media.revision.subscribe, () => media.sound(identity));
  return (
    <li className="d-mic" data-testid="open-mic">
      <IconMicrophoneFilled size={14} className="d-green" aria-hidden="true" />
      <span className="d-mic__number">{number}</span>
      <strong>{name}</strong>
      <span className="d-mic__role">{role}</span>
      <span className="d-mic__level">
        <Level track={track} label={t("level", { site: name })} none={t("mic_silent")} />
      </span>
    </li>
  );
}

/** The host, when its microphone is open and it is there, and the holders of the floor. */
export function openMicrophones(snapshot: DeskSnapshot, word: Word) {
  return snapshot.sites
    .filter(
      (site) =>
        site.presence === "connected" &&
        (site.site === word.host
          ? word.host_mic_open
          : word.floor.some((holder) => holder.site === site.site)),
    )
    .sort((a, b) => a.number - b.number);
}

export function Microphones({ snapshot, word, open, send }: SideProps) {
  const t = useText(TEXT);
  const mics = openMicrophones(snapshot, word);
  const largest = snapshot.sites.length;
  return (
    <Panel
      name="mics"
      zone="mics"
      title={t("mics")}
      detail={String(mics.length)}
      aside={
        <Press
          disabled={!open}
          data-testid="host-mic"
          onClick={() => send({ type: "set_host_mic", open: !word.host_mic_open })}
        >
          {t(word.host_mic_open ? "host_mic_close" : "host_mic_open")}
        </Press>
      }
    >
      <ul className="d-list">
        {mics.map((site) => (
          <OpenMicrophone
            key={site.site}
            number={numberLabel(site.number, largest)}
            name={site.short_name || site.name}
            role={t(site.site === word.host ? "mic_host" : "mic_floor")}
            identity={site.identity}
          />
        ))}
      </ul>
      {mics.length === 0 ? <p className="d-empty">{t("mics_empty")}</p> : null}
    </Panel>
  );
}

function alarmText(alarm: Alarm): TextKey {
  switch (alarm.kind) {
    case "weak_many":
      return "a_weak_many";
    case "waiting_many":
      return "a_waiting_many";
    default:
      return `a_${alarm.kind}` as TextKey;
  }
}

function alarmDetail(alarm: Alarm, centre: boolean): TextKey | null {
  switch (alarm.kind) {
    case "lost":
    case "lost_speaker":
      return "a_lost_detail";
    case "consent":
      return centre ? "a_consent_detail" : null;
    case "waiting":
      return alarm.waiting_for === "not_listed" ? "a_waiting_not_listed" : "a_waiting_needs_admission";
    case "locked":
      return "a_locked_detail";
    case "weak":
      return null;
    default:
      return null;
  }
}

export interface AlarmsProps extends SideProps {
  readonly alarms: readonly Alarm[];
  readonly calling: readonly string[];
  readonly acknowledge: (alarm: Alarm) => void;
  readonly showWeak: () => void;
  readonly admitAll: () => void;
}

export function alarmCounts(alarms: readonly Alarm[]): { critical: number; others: number } {
  const critical = alarms.filter((alarm) => alarm.critical && !alarm.acknowledged).length;
  return { critical, others: alarms.length - critical };
}

export function Alarms(props: AlarmsProps) {
  const { snapshot, open, centre, send, select, alarms, calling, acknowledge, showWeak, admitAll } = props;
  const t = useText(TEXT);
  const media = useMedia();
  const hearing = useStore(media.hearing);
  const largest = snapshot.sites.length;
  const first = alarms.find((alarm) => alarm.critical && !alarm.acknowledged);
  const calls = snapshot.sites.filter((site) => calling.includes(site.site));
  return (
    <Panel name="alarms" zone="alarms" title={t("alarms")} detail={t("alarms_count", alarmCounts(alarms))}>
      <ul className="d-list">
        {calls.map((site) => (
          <li key={`call ${site.site}`} className="d-alarm d-alarm--call" data-testid="call" data-site={site.site}>
            <IconHeadset size={16} aria-hidden="true" />
            <div className="d-alarm__body">
              <strong>
                {numberLabel(site.number, largest)} {site.name}: {t("a_call")}
              </strong>
              <span>{t("a_call_detail")}</span>
              <span className="d-alarm__acts">
                <Press onClick={() => media.hear(hearing === site.site ? null : site.site)}>
                  {t(hearing === site.site ? "hear_stop" : "a_call_listen")}
                </Press>
              </span>
            </div>
          </li>
        ))}
        {alarms.map((alarm) => {
          const detail = alarmDetail(alarm, centre);
          const many = alarm.kind.endsWith("_many");
          const names = ["d-alarm"];
          if (alarm.critical) names.push(alarm.acknowledged ? "is-taken" : "is-critical");
          return (
            <li key={alarm.key} className={names.join(" ")} data-testid="alarm" data-kind={alarm.kind} data-site={alarm.site}>
              {alarm.critical ? (
                <IconX size={18} stroke={3.5} aria-hidden="true" />
              ) : alarm.kind === "locked" ? (
                <IconLockFilled size={15} className="d-orange" aria-hidden="true" />
              ) : alarm.kind.startsWith("weak") ? (
                <TileShape state="weak" size={15} />
              ) : alarm.kind.startsWith("waiting") ? (
                <TileShape state="waiting" size={16} />
              ) : (
                <IconAlertTriangleFilled size={16} className="d-orange" aria-hidden="true" />
              )}
              <div className="d-alarm__body">
                <strong>
                  {many ? (
                    t(alarmText(alarm), { count: alarm.count })
                  ) : (
                    <button type="button" className="d-link" onMouseDown={(event) => event.preventDefault()} onClick={() => select(alarm.site)}>
                      {numberLabel(alarm.number, largest)} {alarm.name}: {t(alarmText(alarm))}
                    </button>
                  )}
                </strong>
                {detail ? (
                  <span>{t(detail, { technician: alarm.technician, phone: phoneText(alarm.phone) })}</span>
                ) : null}
                {alarm.critical && !alarm.acknowledged ? (
                  <span className="d-alarm__acts">
                    <Press keys={alarm === first ? "Ctrl ↵" : undefined} data-testid="acknowledge" onClick={() => acknowledge(alarm)}>
                      {t("acknowledge")}
                    </Press>
                  </span>
                ) : null}
                {alarm.kind === "consent" && alarm.device !== "" ? <span>{alarm.device}</span> : null}
                {alarm.kind === "consent" && !centre ? <span>{t("a_consent_centre")}</span> : null}
                {alarm.kind === "consent" && centre ? (
                  <span className="d-alarm__acts">
                    <Press className="d-press--go" disabled={!open} data-testid="allow-takeover" onClick={() => send({ type: "allow_takeover", site: alarm.site, allow: true })}>
                      {t("a_consent_yes")}
                    </Press>
                    <Press disabled={!open} data-testid="refuse-takeover" onClick={() => send({ type: "allow_takeover", site: alarm.site, allow: false })}>
                      {t("no")}
                    </Press>
                  </span>
                ) : null}
                {alarm.kind === "waiting" ? (
                  <span className="d-alarm__acts">
                    <Press className="d-press--go" disabled={!open} onClick={() => send({ type: "admit", site: alarm.site })}>
                      {t("admit")}
                    </Press>
                  </span>
                ) : null}
                {alarm.kind === "waiting_many" ? (
                  <span className="d-alarm__acts">
                    <Press className="d-press--go" keys="⇧F3" disabled={!open} onClick={admitAll}>
                      {t("admit_all")}
                    </Press>
                  </span>
                ) : null}
                {alarm.kind === "weak_many" ? (
                  <span className="d-alarm__acts">
                    <Press onClick={showWeak}>{t("a_show")}</Press>
                  </span>
                ) : null}
                {alarm.kind === "locked" ? (
                  <span className="d-alarm__acts">
                    <Press disabled={!open} onClick={() => send({ type: "lock_mic", site: alarm.site, locked: false })}>
                      {t("unlock")}
                    </Press>
                  </span>
                ) : null}
              </div>
              {alarm.since !== "" ? (
                <span className="d-alarm__time">
                  <Since at={alarm.since} />
                </span>
              ) : null}
            </li>
          );
        })}
      </ul>
      {alarms.length + calls.length === 0 ? <p className="d-empty">{t("alarms_empty")}</p> : null}
    </Panel>
  );
}

const Line = memo(
  function Line({ line }: { line: LogLine }) {
    const language = useLanguage();
    const t = useText(TEXT);
    return (
      <li className={line.refused ? "d-log is-refused" : "d-log"} data-testid="log-line">
        <time dateTime={line.at}>{clockTime(line.at)}</time>
        <span>
          <b>{line.actor}</b> {language === "en" ? line.text_en : line.text_vi}
          {line.refused ? <em> · {t("log_refused")}</em> : null}
        </span>
      </li>
    );
  },
  (before, after) => before.line.id === after.line.id,
);

export function Log({ log, lines }: { log: readonly LogLine[]; lines?: number }) {
  const t = useText(TEXT);
  const newest = [...log].sort((a, b) => b.id - a.id).slice(0, lines ?? 200);
  return (
    <Panel name="log" zone="log" title={t("log")} detail={t("log_detail")}>
      {newest.length === 0 ? <p className="d-empty">{t("log_empty")}</p> : null}
      <ol className="d-list d-list--log" tabIndex={0} aria-label={t("log")}>
        {newest.map((line) => (
          <Line key={line.id} line={line} />
        ))}
      </ol>
    </Panel>
  );
}
