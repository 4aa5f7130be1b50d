/** What needs the operator's eye, worst first. Derived from the snapshot; nothing is stored. */
import type { DeskSnapshot, WallSite, Word } from "../api/messages";
import { admissible, holdsFloor, type Line } from "./wall";

export type AlarmKind =
  | "lost"
  | "lost_speaker"
  | "consent"
  | "waiting"
  | "waiting_many"
  | "weak"
  | "weak_many"
  | "locked";

export interface Alarm {
  /** The same trouble has the same key; a trouble that comes again has another. */
  readonly key: string;
  readonly kind: AlarmKind;
  readonly critical: boolean;
  readonly acknowledged: boolean;
  readonly site: string;
  readonly number: number;
  readonly name: string;
  readonly since: string;
  readonly phone: string;
  readonly technician: string;
  readonly device: string;
  readonly waiting_for: string;
  readonly count: number;
}

/** So many of one kind are listed one by one; more are one line with their number. */
const LISTED = 3;

const ORDER: readonly AlarmKind[] = [
  "lost_speaker",
  "lost",
  "consent",
  "waiting",
  "waiting_many",
  "weak",
  "weak_many",
  "locked",
];

function alarm(
  kind: AlarmKind,
  site: WallSite,
  acknowledged: ReadonlySet<string>,
  since = site.since ?? "",
): Alarm {
  const key = `${kind === "lost_speaker" ? "lost" : kind}:${site.site}:${since}`;
  return {
    key,
    kind,
    critical: kind === "lost" || kind === "lost_speaker",
    acknowledged: acknowledged.has(key),
    site: site.site,
    number: site.number,
    name: site.name,
    since,
    phone: site.technician.phone,
    technician: site.technician.name,
    device: kind === "consent" ? site.asking : site.device,
    waiting_for: site.waiting_for,
    count: 1,
  };
}

function gathered(
  one: "waiting" | "weak",
  many: "waiting_many" | "weak_many",
  sites: readonly WallSite[],
  acknowledged: ReadonlySet<string>,
): readonly Alarm[] {
  const first = sites[0];
  if (first === undefined) return [];
  if (sites.length <= LISTED)
    return sites.map((site) => alarm(one, site, acknowledged, one === "weak" ? "" : undefined));
  return [{ ...alarm(many, first, acknowledged, ""), key: many, count: sites.length }];
}

export function alarms(
  snapshot: DeskSnapshot,
  word: Word,
  lines: ReadonlyMap<string, Line>,
  acknowledged: ReadonlySet<string>,
): readonly Alarm[] {
  if (word.state === "closed") return [];
  const sites = [...snapshot.sites].sort((a, b) => a.number - b.number);
  const speaks = (site: WallSite): boolean =>
    holdsFloor(word, site.site) || site.site === word.host;
  const lost = sites
    .filter((site) => site.presence === "lost")
    .map((site) => alarm(speaks(site) ? "lost_speaker" : "lost", site, acknowledged));
  const consent = sites
    .filter((site) => site.waiting_for === "consent_asked")
    .map((site) => alarm("consent", site, acknowledged));
  const waiting = sites.filter(
    (site) => site.presence === "waiting" && site.waiting_for !== "consent_asked",
  );
  const listed = admissible(waiting);
  // "Admit all" does not let in who is not on the list: those stand one by one.
  const others = waiting.filter((site) => !listed.includes(site));
  const weak = sites.filter(
    (site) => site.presence === "connected" && lines.get(site.site) === "weak",
  );
  const locked = sites
    .filter((site) => word.locked.includes(site.site))
    .map((site) => alarm("locked", site, acknowledged, ""));
  return [
    ...lost,
    ...consent,
    ...gathered("waiting", "waiting_many", listed, acknowledged),
    ...others.map((site) => alarm("waiting", site, acknowledged)),
    ...gathered("weak", "weak_many", weak, acknowledged),
    ...locked,
  ].sort(
    (a, b) =>
      Number(a.acknowledged) - Number(b.acknowledged) ||
      ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) ||
      a.since.localeCompare(b.since) ||
      a.number - b.number,
  );
}

/** What Ctrl+Enter acknowledges: the first that is not acknowledged. */
export function toAcknowledge(list: readonly Alarm[]): Alarm | null {
  return list.find((entry) => entry.critical && !entry.acknowledged) ?? null;
}

/** Critical alarms that were not there before: they sound once. */
export function newCritical(former: readonly Alarm[], next: readonly Alarm[]): readonly Alarm[] {
  const known = new Set(former.map((entry) => entry.key));
  return next.filter((entry) => entry.critical && !entry.acknowledged && !known.has(entry.key));
}
