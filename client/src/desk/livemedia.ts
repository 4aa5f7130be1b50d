/** The desk's pictures and sound from the media engine: the conference and the talk room beside it. */
import {
  ConnectionQuality,
  createLocalAudioTrack,
  type LocalAudioTrack,
  type RemoteParticipant,
  type RemoteTrackPublication,
  type Room,
  RoomEvent,
  Track,
} from "livekit-client";
import { api } from "../api/client";
import type { DeskTokens, Source } from "../api/messages";
import { wantedPictures } from "../domain/scene";
import type { Line } from "../domain/wall";
import { siteOf } from "../domain/word";
import {
  type Admission,
  applyWanted,
  participantOf,
  pictureOf,
  RoomLink,
  SOURCE,
  Store,
} from "../engine";
import { playSound } from "../engine/sound";
import type { DeskMedia, DeskWish, Packets, TalkState } from "./media";
import { Stills } from "./stills";

const LINES: Record<ConnectionQuality, Line> = {
  [ConnectionQuality.Excellent]: "good",
  [ConnectionQuality.Good]: "fair",
  [ConnectionQuality.Poor]: "weak",
  [ConnectionQuality.Lost]: "weak",
  [ConnectionQuality.Unknown]: "unknown",
};

export interface LiveMediaOptions {
  readonly conference: number;
  readonly onMetadata: (metadata: string | undefined) => void;
  /** The server says over the engine that something changed. */
  readonly onPush: () => void;
}

export class LiveMedia implements DeskMedia {
  readonly lostSince = new Store<number | null>(null);
  readonly lines = new Store<ReadonlyMap<string, Line>>(new Map());
  readonly revision = new Store(0);
  readonly talk = new Store<TalkState>("off");
  readonly calling = new Store<readonly string[]>([]);
  readonly hearing = new Store<string | null>(null);
  readonly muted = new Store(false);
  readonly soundBlocked = new Store(false);

  readonly conference: RoomLink;
  readonly beside: RoomLink;
  private wanted: DeskWish | null = null;
  private readonly stills = new Stills((site) => this.camera(site));
  private tokens: Promise<DeskTokens> | null = null;
  private voice: LocalAudioTrack | null = null;
  private talkHeld = false;
  private talkTurn: Promise<void> = Promise.resolve();

  constructor(private readonly options: LiveMediaOptions) {
    this.conference = new RoomLink({
      admit: () => this.admit((tokens) => tokens.token),
      onRoom: (room) => this.onConference(room),
      roomOptions: { dynacast: false },
    });
    this.beside = new RoomLink({
      admit: () => this.admit((tokens) => tokens.talk_token),
      onRoom: (room) => this.onBeside(room),
      roomOptions: { dynacast: false },
    });
    this.conference.state.subscribe(() => this.onLink());
  }

  start(): void {
    this.conference.start();
    this.beside.start();
  }

  stop(): void {
    this.stills.stop();
    this.conference.stop();
    this.beside.stop();
    this.voice?.stop();
    this.voice = null;
  }

  /** Both rooms come with one answer; whoever asks first asks for both. */
  private async admit(token: (tokens: DeskTokens) => string): Promise<Admission> {
    this.tokens ??= api.deskTokens(this.options.conference);
    const asked = this.tokens;
    try {
      const tokens = await asked;
      return { url: tokens.engine_url, token: token(tokens) };
    } finally {
      // A later connection needs a fresh place: only questions asked together share an answer.
      if (this.tokens === asked) this.tokens = null;
    }
  }

  private onLink(): void {
    const link = this.conference.state.get();
    // While the page starts, "connecting" is not yet a loss.
    if (link.kind === "lost") this.lostSince.set(link.since);
    else if (link.kind === "connected") this.lostSince.set(null);
    else if (link.kind === "connecting" && link.attempt > 2) this.lostSince.set(link.since);
  }

  private onConference(room: Room): void {
    const apply = (): void => this.apply();
    playSound(room, (identity) => this.wanted?.word.audible.includes(identity) ?? false);
    room
      .on(RoomEvent.RoomMetadataChanged, (metadata) => this.options.onMetadata(metadata))
      .on(RoomEvent.Connected, () => {
        this.options.onMetadata(room.metadata);
        this.options.onPush();
        apply();
      })
      .on(RoomEvent.Reconnected, apply)
      .on(RoomEvent.ParticipantConnected, apply)
      .on(RoomEvent.ParticipantDisconnected, apply)
      .on(RoomEvent.TrackPublished, apply)
      .on(RoomEvent.TrackUnpublished, apply)
      .on(RoomEvent.TrackSubscribed, () => this.changed())
      .on(RoomEvent.TrackUnsubscribed, () => this.changed())
      .on(RoomEvent.TrackMuted, () => this.changed())
      .on(RoomEvent.TrackUnmuted, () => this.changed())
      .on(RoomEvent.ConnectionQualityChanged, () => this.measureLines(room))
      .on(RoomEvent.AudioPlaybackStatusChanged, () => this.soundBlocked.set(!room.canPlaybackAudio))
      .on(RoomEvent.DataReceived, (_payload, from, _kind, topic) => {
        if (topic === "desk" && from === undefined) this.options.onPush();
      });
  }

  private onBeside(room: Room): void {
    const look = (): void => this.lookBeside(room);
    playSound(room, (identity) => siteOf(identity) === this.hearing.get());
    room
      .on(RoomEvent.Connected, look)
      .on(RoomEvent.TrackPublished, look)
      .on(RoomEvent.TrackUnpublished, look)
      .on(RoomEvent.ParticipantDisconnected, look)
      .on(RoomEvent.TrackMuted, look)
      .on(RoomEvent.TrackUnmuted, look)
      .on(RoomEvent.TrackSubscribed, () => this.changed())
      .on(RoomEvent.TrackUnsubscribed, () => this.changed());
  }

  private changed(): void {
    this.muteElements();
    this.revision.set(this.revision.get() + 1);
  }

  wish(wish: DeskWish): void {
    this.wanted = wish;
    this.apply();
  }

  private apply(): void {
    const room = this.conference.room;
    const wish = this.wanted;
    if (room === null || wish === null) return;
    const pictures = wantedPictures(
      [
        { scene: wish.word.scene, height: wish.programHeight },
        { scene: wish.preview, height: wish.previewHeight },
      ],
      null,
    );
    const shown = new Set(pictures.map((picture) => `${picture.site} ${SOURCE[picture.source]}`));
    const spare = (publication: RemoteTrackPublication, site: string | null): boolean =>
      publication.source === Track.Source.Camera &&
      site !== null &&
      !shown.has(`${site} ${publication.source}`);
    const owner = new Map<RemoteTrackPublication, string>();
    for (const participant of room.remoteParticipants.values())
      for (const publication of participant.trackPublications.values())
        owner.set(publication as RemoteTrackPublication, siteOf(participant.identity) ?? "");
    applyWanted(room, {
      pictures,
      hears: (identity) => wish.word.audible.includes(identity),
      leave: (publication) => spare(publication, owner.get(publication) ?? null),
    });
    // Every camera is subscribed once, which also tells the quality of the line, but no picture
    // is sent until the stills ask for it.
    for (const [publication, site] of owner) {
      if (!spare(publication, site)) continue;
      if (!publication.isDesired) publication.setSubscribed(true);
      if (publication.isEnabled && !this.stills.uses(site)) publication.setEnabled(false);
    }
    const seen = new Set(pictures.map((picture) => picture.site));
    this.stills.run(wish.stills, seen);
    this.measureLines(room);
    this.changed();
  }

  private camera(site: string): RemoteTrackPublication | null {
    const room = this.conference.room;
    const found = room ? participantOf(room, site)?.getTrackPublication(Track.Source.Camera) : null;
    return (found as RemoteTrackPublication | undefined | null) ?? null;
  }

  private measureLines(room: Room): void {
    const next = new Map<string, Line>();
    for (const participant of room.remoteParticipants.values()) {
      const site = siteOf(participant.identity);
      if (site !== null) next.set(site, LINES[participant.connectionQuality]);
    }
    const now = this.lines.get();
    const same = now.size === next.size && [...next].every(([site, line]) => now.get(site) === line);
    if (!same) this.lines.set(next);
  }

  picture(site: string, source: Source): MediaStreamTrack | null {
    return pictureOf(this.conference.room, site, source);
  }

  sound(identity: string): MediaStreamTrack | null {
    return soundOf(this.conference.room?.remoteParticipants.get(identity) ?? null);
  }

  heard(): MediaStreamTrack | null {
    const site = this.hearing.get();
    const room = this.beside.room;
    return site !== null && room ? soundOf(participantOf(room, site)) : null;
  }

  hear(site: string | null): void {
    this.hearing.set(site);
    if (this.beside.room) this.lookBeside(this.beside.room);
    this.changed();
  }

  private lookBeside(room: Room): void {
    applyWanted(room, {
      pictures: [],
      hears: (identity) => siteOf(identity) === this.hearing.get(),
    });
    const calling: string[] = [];
    for (const participant of room.remoteParticipants.values()) {
      const site = siteOf(participant.identity);
      const microphone = participant.getTrackPublication(Track.Source.Microphone);
      if (site !== null && microphone && !microphone.isMuted) calling.push(site);
    }
    calling.sort();
    if (calling.join() !== this.calling.get().join()) this.calling.set(calling);
  }

  mute(muted: boolean): void {
    this.muted.set(muted);
    this.muteElements();
  }

  /** The desk's own loudspeaker; while it talks, it hears nothing, or it would hear itself. */
  private muteElements(): void {
    const quiet = this.muted.get() || this.talk.get() === "on";
    for (const participant of this.conference.room?.remoteParticipants.values() ?? [])
      for (const publication of participant.audioTrackPublications.values())
        for (const element of publication.track?.attachedElements ?? []) element.muted = quiet;
  }

  enableSound(): void {
    void this.conference.room?.startAudio().then(() => this.soundBlocked.set(false));
    void this.beside.room?.startAudio();
  }

  startTalk(): void {
    if (this.talkHeld) return;
    this.talkHeld = true;
    this.talk.set("starting");
    this.talkTurn = this.talkTurn.then(() => this.publishVoice());
  }

  stopTalk(): void {
    if (!this.talkHeld) return;
    this.talkHeld = false;
    this.talkTurn = this.talkTurn.then(() => this.withdrawVoice());
  }

  private async publishVoice(): Promise<void> {
    const room = this.beside.room;
    if (!this.talkHeld) return;
    if (room === null || this.beside.state.get().kind !== "connected") {
      this.talk.set("away");
      return;
    }
    try {
      this.voice ??= await createLocalAudioTrack({ echoCancellation: true, noiseSuppression: true });
    } catch {
      // No microphone or no permission: said beside the button.
      this.talk.set("refused");
      return;
    }
    if (!this.talkHeld) return;
    try {
      await room.localParticipant.publishTrack(this.voice, { source: Track.Source.Microphone });
      this.talk.set("on");
    } catch {
      // The room went away meanwhile: that is not the browser's doing.
      this.talk.set("away");
    }
    this.muteElements();
  }

  private async withdrawVoice(): Promise<void> {
    const voice = this.voice;
    // The device is released too: an open microphone at the desk is nobody's wish.
    this.voice = null;
    if (voice !== null) {
      await this.beside.room?.localParticipant.unpublishTrack(voice, true).catch(() => undefined);
      voice.stop();
    }
    const failed = this.talk.get() === "refused" || this.talk.get() === "away";
    if (!failed) this.talk.set("off");
    this.muteElements();
  }

  still(site: string, canvas: HTMLCanvasElement): () => void {
    return this.stills.add(site, canvas);
  }

  async packets(site: string): Promise<Packets | null> {
    const publication = this.camera(site);
    if (!publication?.isEnabled || !publication.track) return null;
    const report = await publication.track.getRTCStatsReport();
    let found: Packets | null = null;
    report?.forEach((entry: unknown) => {
      const stats = entry as { type?: string; packetsReceived?: number; packetsLost?: number };
      if (stats.type === "inbound-rtp" && typeof stats.packetsReceived === "number")
        found = { received: stats.packetsReceived, lost: Math.max(0, stats.packetsLost ?? 0) };
    });
    return found;
  }
}

function soundOf(participant: RemoteParticipant | null): MediaStreamTrack | null {
  const publication = participant?.getTrackPublication(Track.Source.Microphone);
  if (!publication?.track || publication.isMuted) return null;
  return publication.track.mediaStreamTrack;
}
