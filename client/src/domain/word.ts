// What the server's word means for one site: pure, so that every state of the screen is testable.
import type { Card, Word } from "../api/messages";

/** The word that stands: an older one never replaces a newer one. */
export function newerWord(current: Word | null, next: Word | null): Word | null {
  if (!next) return current;
  if (!current || next.conference !== current.conference) return next;
  return next.version > current.version ? next : current;
}

function parsed(metadata: string | undefined): Record<string, unknown> | null {
  if (!metadata) return null;
  try {
    const value: unknown = JSON.parse(metadata);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null; // not ours: the caller keeps what it has
  }
}

export function parseWord(metadata: string | undefined): Word | null {
  const value = parsed(metadata);
  return value && typeof value.version === "number" && typeof value.scene === "object"
    ? (value as unknown as Word)
    : null;
}

export function parseCard(metadata: string | undefined): Card | null {
  const value = parsed(metadata);
  return value && typeof value.site === "string" ? (value as unknown as Card) : null;
}

export interface Identity {
  kind: "site" | "desk";
  who: string;
  seat: string;
}

const IDENTITY = /^(site|desk):([a-z0-9-]+):([A-Za-z0-9_-]+)$/;

export function parseIdentity(text: string): Identity | null {
  const found = IDENTITY.exec(text);
  if (!found) return null;
  return { kind: found[1] as "site" | "desk", who: found[2] ?? "", seat: found[3] ?? "" };
}

export function siteOf(identity: string): string | null {
  const found = parseIdentity(identity);
  return found?.kind === "site" ? found.who : null;
}

/** May this identity's sound be played in the hall? Only if the word names it, and never one's own. */
export function mayBeHeard(word: Word | null, identity: string, own: string): boolean {
  return word !== null && identity !== own && word.audible.includes(identity);
}

/** Should the site's microphone be published now, given what the server permits? */
export function mayOpenMicrophone(
  word: Word | null,
  site: string,
  permitted: boolean,
  hostMuted: boolean,
): boolean {
  if (!word || !permitted) return false;
  if (word.host === site) return word.host_mic_open && !hostMuted;
  return word.floor.some((holder) => holder.site === site);
}

export type LinkKind = "connecting" | "connected" | "lost";

/** What the state card says. One state wins; what is also true stands in the flags. */
export type OwnStateKind =
  | "connecting"
  | "lost"
  | "mic_on"
  | "mic_opening"
  | "floor_without_mic"
  | "host_on"
  | "host_self_muted"
  | "host_closed"
  | "mic_locked"
  | "requested"
  | "on_air"
  | "preview"
  | "checking"
  | "mic_off";

export interface OwnState {
  kind: OwnStateKind;
  /** The site is in the programme's scene. */
  onAir: boolean;
  /** The desk has the site in its preview. */
  previewed: boolean;
  hasFloor: boolean;
  floorSince: string | null;
  /** Place in the queue from 1, or 0. */
  place: number;
  requestedSince: string | null;
  locked: boolean;
  maySpeakUp: boolean;
  mayShare: boolean;
  isHost: boolean;
}

export interface Situation {
  word: Word | null;
  site: string;
  link: LinkKind;
  /** The microphone is published in the conference. */
  publishing: boolean;
  hasMicrophone: boolean;
  hostMuted: boolean;
}

export function ownState(now: Situation): OwnState {
  const { word, site } = now;
  const holder = word?.floor.find((entry) => entry.site === site) ?? null;
  const place = word ? word.queue.findIndex((entry) => entry.site === site) + 1 : 0;
  const isHost = word?.host === site;
  const flags = {
    onAir: word?.scene.panes.some((pane) => pane.site === site) ?? false,
    previewed: word?.preview.includes(site) ?? false,
    hasFloor: holder !== null,
    floorSince: holder?.since ?? null,
    place,
    requestedSince: place > 0 ? (word?.queue[place - 1]?.since ?? null) : null,
    locked: word?.locked.includes(site) ?? false,
    isHost,
    mayShare: now.link === "connected" && (word?.sharing.includes(site) ?? false),
    maySpeakUp:
      now.link === "connected" &&
      word?.state === "live" &&
      !isHost &&
      holder === null &&
      place === 0 &&
      !word.locked.includes(site),
  };
  return { kind: kindOf(now, flags), ...flags };
}

function kindOf(
  now: Situation,
  flags: Omit<OwnState, "kind">,
): OwnStateKind {
  if (now.link === "lost") return "lost";
  if (now.link === "connecting" || !now.word) return "connecting";
  if (flags.isHost) {
    if (!now.word.host_mic_open) return "host_closed";
    if (now.hostMuted) return "host_self_muted";
    if (!now.hasMicrophone) return "floor_without_mic";
    return now.publishing ? "host_on" : "mic_opening";
  }
  if (flags.hasFloor) {
    if (!now.hasMicrophone) return "floor_without_mic";
    return now.publishing ? "mic_on" : "mic_opening";
  }
  if (flags.locked) return "mic_locked";
  if (flags.place > 0) return "requested";
  // Until the opening the microphone goes to the control centre: "microphone closed" beside a
  // picture on air would be untrue. The frame of the picture still tells.
  if (now.word.state === "joining") return "checking";
  if (flags.onAir) return "on_air";
  if (flags.previewed) return "preview";
  return "mic_off";
}
