// The messages that server and browser share. Generated from src/diemcau/protocol; same names.

export type Layout =
  | "full"
  | "speaker_strip"
  | "grid_2x2"
  | "grid_3x3"
  | "side_by_side"
  | "screen_person";
export type Source = "camera" | "screen";
export interface Pane {
  site: string;
  caption: string;
  detail: string;
  source: Source;
}
export interface Scene {
  layout: Layout;
  panes: Pane[];
}

export type ConferenceState = "scheduled" | "joining" | "live" | "closed";
export interface Holder {
  site: string;
  caption: string;
  since: string;
}
export interface Request {
  site: string;
  caption: string;
  since: string;
}
export interface Word {
  version: number;
  conference: number;
  title: string;
  host_body: string;
  state: ConferenceState;
  drill: boolean;
  connect_at: string;
  opening_at: string;
  host: string;
  host_mic_open: boolean;
  expected: number;
  scene: Scene;
  preview: string[];
  floor: Holder[];
  queue: Request[];
  locked: string[];
  sharing: string[];
  audible: string[];
}

export type ParticipantKind = "site" | "desk";
export interface Card {
  site: string;
  number: number;
  name: string;
  person: string;
  unit: string;
  host: boolean;
  simulated: boolean;
}

export interface GiveFloor {
  type: "give_floor";
  site: string;
  add?: boolean;
}
export interface TakeBackFloor {
  type: "take_back_floor";
  site: string;
}
export interface EndTurn {
  type: "end_turn";
}
export interface MuteAll {
  type: "mute_all";
}
export interface SetHostMic {
  type: "set_host_mic";
  open: boolean;
}
export interface LockMic {
  type: "lock_mic";
  site: string;
  locked: boolean;
}
export interface SetPreview {
  type: "set_preview";
  layout?: Layout | null;
  lead?: string | null;
  panes?: string[] | null;
}
export interface Take {
  type: "take";
}
export interface Undo {
  type: "undo";
}
export interface Redo {
  type: "redo";
}
export interface Admit {
  type: "admit";
  site: string;
}
export interface AdmitAll {
  type: "admit_all";
}
export interface Remove {
  type: "remove";
  site: string;
  reason: string;
}
export interface AllowTakeover {
  type: "allow_takeover";
  site: string;
  allow?: boolean;
}
export interface AskToSpeak {
  type: "ask_to_speak";
}
export interface WithdrawRequest {
  type: "withdraw_request";
}
export interface DeclineRequest {
  type: "decline_request";
  site: string;
}
export interface PermitShare {
  type: "permit_share";
  site: string;
  allowed: boolean;
}
export interface StartJoining {
  type: "start_joining";
}
export interface Open {
  type: "open";
}
export interface Close {
  type: "close";
  reason?: string;
}
export interface AddSimulated {
  type: "add_simulated";
  count: number;
}
export type Command =
  | GiveFloor
  | TakeBackFloor
  | EndTurn
  | MuteAll
  | SetHostMic
  | LockMic
  | SetPreview
  | Take
  | Undo
  | Redo
  | Admit
  | AdmitAll
  | Remove
  | AllowTakeover
  | AskToSpeak
  | WithdrawRequest
  | DeclineRequest
  | PermitShare
  | StartJoining
  | Open
  | Close
  | AddSimulated;
export interface CommandRequest {
  id: string;
  command: Command;
}
export type Outcome = "done" | "refused" | "unknown";
export interface CommandResult {
  id: string;
  outcome: Outcome;
  version: number;
  code: string;
  reason_vi: string;
  reason_en: string;
  clause: string;
}

export type Presence = "absent" | "waiting" | "connected" | "lost" | "removed";
export interface Technician {
  name: string;
  phone: string;
}
export interface WallSite {
  site: string;
  number: number;
  name: string;
  short_name: string;
  area: string;
  host: boolean;
  listed: boolean;
  presence: Presence;
  since: string | null;
  waiting_for: string;
  reason: string;
  identity: string;
  person: string;
  unit: string;
  device: string;
  simulated: boolean;
  technician: Technician;
}
export interface LogLine {
  id: number;
  at: string;
  actor: string;
  text_vi: string;
  text_en: string;
  refused: boolean;
}
export interface UndoLabel {
  verb: string;
  text_vi: string;
  text_en: string;
}
export interface Rule {
  key: string;
  text_vi: string;
  text_en: string;
  clause: string;
}
export interface DeskSnapshot {
  version: number;
  word: Word;
  preview: Scene;
  operator: string;
  regulation: string;
  sites: WallSite[];
  log: LogLine[];
  undo: UndoLabel | null;
  redo: UndoLabel | null;
  floor_limit: number;
  rules: Rule[];
  engine_up: boolean;
}
export interface DeskTokens {
  engine_url: string;
  token: string;
  identity: string;
  talk_token: string;
}

export interface JoinRequest {
  person: string;
  unit: string;
  takeover?: boolean;
  ask_consent?: boolean;
}
export interface OwnSite {
  site: string;
  number: number;
  name: string;
  host: boolean;
  technician_phone: string;
}
export interface Admitted {
  outcome: "admitted";
  own: OwnSite;
  engine_url: string;
  token: string;
  identity: string;
  talk_token: string;
  word: Word;
}
export interface Waiting {
  outcome: "waiting";
  own: OwnSite;
  why: "not_listed" | "needs_admission" | "consent_asked";
  since: string;
}
export interface Elsewhere {
  outcome: "elsewhere";
  own: OwnSite;
  device: string;
  since: string;
  declined: boolean;
}
export interface Replaced {
  outcome: "replaced";
  own: OwnSite;
  by: string;
  at: string;
}
export interface Removed {
  outcome: "removed";
  own: OwnSite;
  reason: string;
  at: string;
}
export interface NotOpen {
  outcome: "not_open";
  own: OwnSite;
  title: string;
  connect_at: string;
  opening_at: string;
}
export interface Ended {
  outcome: "closed";
  own: OwnSite;
  at: string;
}
export interface Full {
  outcome: "full";
  own: OwnSite;
  limit: number;
}
export type JoinAnswer =
  | Admitted
  | Waiting
  | Elsewhere
  | Replaced
  | Removed
  | NotOpen
  | Ended
  | Full;
