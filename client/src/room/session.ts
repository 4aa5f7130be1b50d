// One site in one conference: joins, stays joined, sends and receives what the word says.
import {
  ConnectionQuality,
  ConnectionState,
  type LocalTrack,
  type Participant,
  type RemoteTrack,
  type Room,
  RoomEvent,
  Track,
} from "livekit-client";
import { api, Refusal } from "../api/client";
import { type CommandEnd, sendCommand } from "../api/commands";
import type { Admitted, Command, JoinAnswer, OwnSite, Pane, Word } from "../api/messages";
import { askAgainAfter } from "../domain/joining";
import { countLine, type LineCount, type LineFigures, lineFigures } from "../domain/line";
import { wantedPictures } from "../domain/scene";
import { talkWants } from "../domain/talk";
import { mayBeHeard, mayOpenMicrophone, newerWord, parseIdentity, parseWord, siteOf } from "../domain/word";
import { type LinkState, RoomLink } from "../engine/connection";
import type { Devices } from "../engine/devices";
import { permitted, Sender } from "../engine/publish";
import { playSound } from "../engine/sound";
import { Store } from "../engine/store";
import { type Tabs, watchTabs } from "./tabs";
import { applyWanted, pictureOf } from "../engine/subscribe";

export type Phase = "check" | "joining" | "answer" | "conference" | "refused" | "left" | "other_window";

export interface Notice {
  id: number;
  tone: "plain" | "warning";
  vi: string;
  en: string;
  clause: string;
}

export interface RoomState {
  phase: Phase;
  answer: JoinAnswer | null;
  refusal: { status: number; vi: string; en: string } | null;
  own: OwnSite | null;
  word: Word | null;
  link: LinkState;
  talkConnected: boolean;
  /** The microphone is published in the conference. */
  publishing: boolean;
  /** The microphone is published in the talk room. */
  talking: boolean;
  sharing: boolean;
  hostMuted: boolean;
  calling: boolean;
  listening: boolean;
  deskSpeaks: boolean;
  soundBlocked: boolean;
  quality: string;
  figures: LineFigures | null;
  /** Received pictures by `site source`. */
  pictures: ReadonlyMap<string, MediaStreamTrack>;
  /** Sites that are connected, this one included. */
  present: number;
  ownScreen: MediaStreamTrack | null;
  pending: Command["type"] | null;
  notice: Notice | null;
}

interface JoinOptions {
  takeover?: boolean;
  ask_consent?: boolean;
}

const IDLE: LinkState = { kind: "idle", since: 0, attempt: 0 };
const LINE_EVERY_MS = 2000;
const NOTICE_MS = 8000;

const pictureKey = (site: string, source: Pane["source"]) => `${site} ${source}`;

function sameMap(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}

export class RoomSession {
  readonly state = new Store<RoomState>({
    phase: "check",
    answer: null,
    refusal: null,
    own: null,
    word: null,
    link: IDLE,
    talkConnected: false,
    publishing: false,
    talking: false,
    sharing: false,
    hostMuted: false,
    calling: false,
    listening: false,
    deskSpeaks: false,
    soundBlocked: false,
    quality: "unknown",
    figures: null,
    pictures: new Map(),
    present: 0,
    ownScreen: null,
    pending: null,
    notice: null,
  });

  private readonly tabs: Tabs;
  private readonly main: RoomLink;
  private readonly talk: RoomLink;
  private who = { person: "", unit: "" };
  private options: JoinOptions = {};
  private admitted: Admitted | null = null;
  /** The talk token that has been connected with. */
  private talkUsed = "";
  private microphone: Sender | null = null;
  private camera: Sender | null = null;
  private screen: Sender | null = null;
  private talkMicrophone: Sender | null = null;
  private again: ReturnType<typeof setTimeout> | null = null;
  private noticeTimer: ReturnType<typeof setTimeout> | null = null;
  private lineTimer: ReturnType<typeof setInterval> | null = null;
  private lineBefore: LineCount | null = null;
  private sceneHeight = 360;

  constructor(
    private readonly conference: number,
    private readonly devices: Devices,
  ) {
    this.tabs = watchTabs(conference, () => this.yieldToWindow());
    this.main = new RoomLink({ admit: () => this.ask(), onRoom: (room) => this.onMainRoom(room) });
    this.talk = new RoomLink({
      admit: () => this.askTalk(),
      onRoom: (room) => this.onTalkRoom(room),
    });
    this.main.state.subscribe(() => {
      this.patch({ link: this.main.state.get() });
      this.sync();
    });
    this.talk.state.subscribe(() => {
      this.patch({ talkConnected: this.talk.state.get().kind === "connected" });
      this.syncTalk();
    });
    devices.state.subscribe(() => {
      this.sync();
      this.syncTalk();
    });
  }

  get room(): Room | null {
    return this.main.room;
  }

  get talkRoom(): Room | null {
    return this.talk.room;
  }

  // ---- joining -------------------------------------------------------------------------------

  join(who: { person: string; unit: string }, options: JoinOptions = {}): void {
    this.who = who;
    this.enter(options);
  }

  /** Ask the server (again) for the place. */
  enter(options: JoinOptions = {}): void {
    this.options = options;
    this.clearAgain();
    if (this.state.get().phase !== "answer") this.patch({ phase: "joining" });
    this.main.start();
  }

  private async ask(): Promise<{ url: string; token: string } | null> {
    const options = this.options;
    let answer: JoinAnswer;
    try {
      answer = await api.join(this.conference, {
        ...this.who,
        takeover: options.takeover ?? false,
        ask_consent: options.ask_consent ?? false,
      });
    } catch (error) {
      // Too many requests: no decision about the place, so it is asked for again.
      if (!(error instanceof Refusal) || error.status === 429) throw error;
      this.talk.stop();
      this.patch({
        phase: "refused",
        refusal: { status: error.status, vi: error.detail_vi, en: error.detail_en },
      });
      return null;
    }
    // Asking for consent and taking over are single acts, not something to repeat when reconnecting.
    this.options = {};
    if (answer.outcome === "admitted") {
      this.tabs.claim();
      this.admitted = answer;
      this.patch({
        phase: "conference",
        answer,
        own: answer.own,
        word: newerWord(this.state.get().word, answer.word),
      });
      if (this.talk.state.get().kind !== "connected") {
        this.talk.start(this.useTalk(answer));
      }
      this.startLine();
      return { url: answer.engine_url, token: answer.token };
    }
    this.admitted = null;
    this.talk.stop();
    this.stopLine();
    this.stopShare();
    this.patch({ phase: "answer", answer, own: answer.own, pictures: new Map() });
    const wait = askAgainAfter(answer, Date.now());
    if (wait !== null) this.again = setTimeout(() => this.enter(), wait);
    return null;
  }

  /**
   * The place in the talk room. A token is good for one connection only, since it expires in
   * minutes: for the next one the server is asked again, which changes nothing for a site that
   * is in. A refusal or a lost server is tried again with the link's back-off.
   */
  private async askTalk(): Promise<{ url: string; token: string } | null> {
    const place = this.admitted;
    if (!place) return null;
    if (place.talk_token !== this.talkUsed) return this.useTalk(place);
    const answer = await api.join(this.conference, {
      ...this.who,
      takeover: false,
      ask_consent: false,
    });
    // The conference's own link says why when the place is gone; it starts this one again.
    if (this.admitted !== place || answer.outcome !== "admitted") return null;
    this.admitted = answer;
    return this.useTalk(answer);
  }

  private useTalk(place: Admitted): { url: string; token: string } {
    this.talkUsed = place.talk_token;
    return { url: place.engine_url, token: place.talk_token };
  }

  /** Another window of this browser has joined. */
  private yieldToWindow(): void {
    if (this.state.get().phase === "check" || this.state.get().phase === "left") return;
    this.end("other_window");
  }

  private end(phase: "left" | "other_window"): void {
    this.clearAgain();
    this.stopShare();
    this.stopLine();
    this.admitted = null;
    this.main.stop();
    this.talk.stop();
    this.patch({ phase, pictures: new Map(), calling: false, listening: false });
  }

  async leave(): Promise<void> {
    this.end("left");
    // The place is free at the engine already; the server hears it from there too.
    await api.leave(this.conference).catch(() => undefined);
  }

  // ---- acts ----------------------------------------------------------------------------------

  /** Send a command; `vi` and `en` name the act for the notice after a lost answer. */
  async command(command: Command, vi: string, en: string): Promise<void> {
    if (this.state.get().pending) return;
    this.patch({ pending: command.type });
    const end = await sendCommand(this.conference, command, () =>
      this.notify(
        "warning",
        `Chưa rõ kết quả: ${vi}. Đang hỏi lại máy chủ.`,
        `Outcome not known: ${en}. Asking the server.`,
        "",
        true, // until the outcome is known
      ),
    );
    this.patch({ pending: null });
    this.tell(end, vi, en);
  }

  private tell(end: CommandEnd, vi: string, en: string): void {
    if (end.kind === "done") this.patch({ notice: null });
    else if (end.kind === "found_done") this.notify("plain", `Đã thực hiện: ${vi}.`, `Done: ${en}.`);
    else if (end.kind === "found_not_done")
      this.notify("warning", `Chưa thực hiện: ${vi}. Bấm lại.`, `Not done: ${en}. Press again.`);
    else this.notify("warning", end.vi || `Chưa thực hiện: ${vi}.`, end.en || `Not done: ${en}.`, end.clause);
  }

  private notify(tone: Notice["tone"], vi: string, en: string, clause = "", stays = false): void {
    if (this.noticeTimer) clearTimeout(this.noticeTimer);
    this.patch({ notice: { id: Date.now(), tone, vi, en, clause } });
    if (!stays) this.noticeTimer = setTimeout(() => this.patch({ notice: null }), NOTICE_MS);
  }

  /** The host closes or opens its own microphone, here and at once. */
  muteHost(muted: boolean): void {
    this.patch({ hostMuted: muted });
    this.sync();
  }

  call(calling: boolean): void {
    this.patch({ calling, listening: calling ? this.state.get().listening : false });
    this.syncTalk();
  }

  listen(listening: boolean): void {
    this.patch({ listening });
    this.syncTalk();
  }

  async share(): Promise<void> {
    let track: MediaStreamTrack | undefined;
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 10, max: 15 } }, audio: false });
      track = stream.getVideoTracks()[0];
    } catch {
      return; // the person closed the browser's window of choice
    }
    if (!track) return;
    track.addEventListener("ended", () => this.stopShare());
    this.patch({ ownScreen: track });
    this.sync();
  }

  stopShare(): void {
    this.state.get().ownScreen?.stop();
    if (this.state.get().ownScreen) this.patch({ ownScreen: null });
    this.screen?.want(null);
  }

  /** After a press: the browser lets sound be played. */
  allowSound(): void {
    void this.room?.startAudio();
    void this.talkRoom?.startAudio();
  }

  setSceneHeight(pixels: number): void {
    if (Math.abs(pixels - this.sceneHeight) < 8) return;
    this.sceneHeight = pixels;
    this.sync();
  }

  useSpeaker(deviceId: string): void {
    if (!deviceId) return;
    // An absent loudspeaker leaves the computer's own choice.
    for (const room of [this.room, this.talkRoom]) {
      void room?.switchActiveDevice("audiooutput", deviceId).catch(() => undefined);
    }
  }

  // ---- the conference room -------------------------------------------------------------------

  private onMainRoom(room: Room): void {
    this.lineBefore = null;
    const changed = () => {
      if (this.room === room) this.sync();
    };
    this.microphone = new Sender(room, Track.Source.Microphone, changed);
    this.camera = new Sender(room, Track.Source.Camera, changed);
    this.screen = new Sender(room, Track.Source.ScreenShare, changed);
    playSound(room, (identity) => this.hears(identity));
    const word = () => {
      if (this.room !== room) return;
      const next = newerWord(this.state.get().word, parseWord(room.metadata));
      this.patch({ word: next });
      if (next?.state === "closed" && this.state.get().phase === "conference") this.enter();
      this.sync();
      this.syncTalk();
    };
    room
      .on(RoomEvent.Connected, word)
      .on(RoomEvent.Reconnected, word)
      .on(RoomEvent.RoomMetadataChanged, word)
      .on(RoomEvent.Connected, () => this.useSpeaker(this.devices.state.get().speaker))
      .on(RoomEvent.ParticipantConnected, changed)
      .on(RoomEvent.ParticipantDisconnected, changed)
      .on(RoomEvent.TrackPublished, changed)
      .on(RoomEvent.TrackUnpublished, changed)
      .on(RoomEvent.TrackSubscribed, changed)
      .on(RoomEvent.TrackUnsubscribed, changed)
      .on(RoomEvent.TrackMuted, changed)
      .on(RoomEvent.TrackUnmuted, changed)
      .on(RoomEvent.LocalTrackPublished, changed)
      .on(RoomEvent.LocalTrackUnpublished, changed)
      .on(RoomEvent.ParticipantPermissionsChanged, changed)
      .on(RoomEvent.AudioPlaybackStatusChanged, () => this.patch({ soundBlocked: !room.canPlaybackAudio }))
      .on(RoomEvent.ConnectionQualityChanged, (quality: ConnectionQuality, participant: Participant) => {
        if (participant === room.localParticipant) this.patch({ quality });
      });
  }

  private hears(identity: string): boolean {
    return mayBeHeard(this.state.get().word, identity, this.room?.localParticipant.identity ?? "");
  }

  /** Bring publications and subscriptions to what the word, the permission and the person say. */
  private sync(): void {
    const room = this.room;
    const { word, own, hostMuted, ownScreen } = this.state.get();
    // Signalling alone is away: pictures and sound go on, so nothing on screen changes.
    if (room?.state === ConnectionState.SignalReconnecting) return;
    if (!room || !own || room.state !== ConnectionState.Connected) {
      this.patch({ publishing: false });
      return;
    }
    const { camera, microphone } = this.devices.state.get();
    this.camera?.want(camera.track);
    const open = mayOpenMicrophone(word, own.site, permitted(room, Track.Source.Microphone), hostMuted);
    this.microphone?.want(open ? microphone.track : null);
    const mayShare = word?.sharing.includes(own.site) ?? false;
    if (!mayShare && ownScreen) this.stopShare();
    else this.screen?.want(mayShare ? ownScreen : null);

    const scene = word?.scene;
    applyWanted(room, {
      pictures: scene ? wantedPictures([{ scene, height: this.sceneHeight }], own.site) : [],
      hears: (identity) => this.hears(identity),
    });
    const pictures = new Map<string, MediaStreamTrack>();
    for (const pane of scene?.panes ?? []) {
      if (pane.site === own.site) continue;
      const track = pictureOf(room, pane.site, pane.source);
      if (track) pictures.set(pictureKey(pane.site, pane.source), track);
    }
    const sites = new Set([own.site]);
    for (const identity of room.remoteParticipants.keys()) {
      const site = siteOf(identity);
      if (site !== null) sites.add(site);
    }
    this.patch({
      present: sites.size,
      publishing: open && (this.microphone?.publishing ?? false),
      sharing: this.screen?.publishing ?? false,
      pictures: sameMap(pictures, this.state.get().pictures) ? this.state.get().pictures : pictures,
    });
  }

  // ---- the talk room -------------------------------------------------------------------------

  private onTalkRoom(room: Room): void {
    const changed = () => {
      if (this.talkRoom === room) this.syncTalk();
    };
    this.talkMicrophone = new Sender(room, Track.Source.Microphone, changed);
    playSound(room, (identity) => parseIdentity(identity)?.kind === "desk" && this.talkNow().hear);
    room
      .on(RoomEvent.Connected, changed)
      .on(RoomEvent.Reconnected, changed)
      .on(RoomEvent.ParticipantConnected, changed)
      .on(RoomEvent.ParticipantDisconnected, changed)
      .on(RoomEvent.TrackPublished, changed)
      .on(RoomEvent.TrackUnpublished, changed)
      .on(RoomEvent.TrackSubscribed, changed)
      .on(RoomEvent.TrackMuted, changed)
      .on(RoomEvent.TrackUnmuted, changed)
      .on(RoomEvent.LocalTrackPublished, changed)
      .on(RoomEvent.LocalTrackUnpublished, changed)
      .on(RoomEvent.ParticipantPermissionsChanged, changed)
      .on(RoomEvent.AudioPlaybackStatusChanged, () => {
        if (!room.canPlaybackAudio) this.patch({ soundBlocked: true });
      });
  }

  private talkNow(): { send: boolean; hear: boolean } {
    const { word, calling, listening } = this.state.get();
    return talkWants({ state: word?.state ?? null, calling, listening });
  }

  private syncTalk(): void {
    const room = this.talkRoom;
    if (!room || room.state !== ConnectionState.Connected) {
      this.patch({ talking: false, deskSpeaks: false });
      return;
    }
    const { send, hear } = this.talkNow();
    this.talkMicrophone?.want(send ? this.devices.state.get().microphone.track : null);
    applyWanted(room, {
      pictures: [],
      hears: (identity) => hear && parseIdentity(identity)?.kind === "desk",
    });
    let deskSpeaks = false;
    for (const participant of room.remoteParticipants.values()) {
      if (parseIdentity(participant.identity)?.kind !== "desk") continue;
      for (const publication of participant.audioTrackPublications.values()) {
        if (!publication.isMuted) deskSpeaks = true;
      }
    }
    this.patch({ deskSpeaks, talking: send && (this.talkMicrophone?.publishing ?? false) });
  }

  // ---- the line ------------------------------------------------------------------------------

  private startLine(): void {
    this.lineTimer ??= setInterval(() => {
      void this.measureLine();
      this.sync(); // a publication that failed once is tried again here
      this.syncTalk();
    }, LINE_EVERY_MS);
  }

  private stopLine(): void {
    if (this.lineTimer) clearInterval(this.lineTimer);
    this.lineTimer = null;
  }

  private async measureLine(): Promise<void> {
    const room = this.room;
    if (!room || room.state !== ConnectionState.Connected) return;
    const tracks: (LocalTrack | RemoteTrack)[] = [];
    for (const publication of room.localParticipant.trackPublications.values()) {
      if (publication.track) tracks.push(publication.track);
    }
    for (const participant of room.remoteParticipants.values()) {
      for (const publication of participant.trackPublications.values()) {
        if (publication.track) tracks.push(publication.track as RemoteTrack);
      }
    }
    const reports = await Promise.all(tracks.map((track) => track.getRTCStatsReport().catch(() => undefined)));
    if (this.room !== room || reports.every((report) => !report)) return;
    const entries = new Map<string, Parameters<typeof countLine>[0] extends Iterable<infer E> ? E : never>();
    for (const report of reports) report?.forEach((entry, id) => entries.set(id, entry));
    const now = countLine(entries.values());
    this.patch({ figures: lineFigures(this.lineBefore, now) });
    this.lineBefore = now;
  }

  // ---- small things --------------------------------------------------------------------------

  private clearAgain(): void {
    if (this.again) clearTimeout(this.again);
    this.again = null;
  }

  private patch(change: Partial<RoomState>): void {
    const now = this.state.get();
    const keys = Object.keys(change) as (keyof RoomState)[];
    if (keys.every((key) => Object.is(now[key], change[key]))) return;
    this.state.set({ ...now, ...change });
  }
}
