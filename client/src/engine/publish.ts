// What this device sends. Each publication gets a clone of the open device, so that the engine may
// end a publication at any moment and the device stays ready for the next one.
import { LocalAudioTrack, LocalVideoTrack, type Room, ConnectionState, Track, VideoPreset } from "livekit-client";

/** TrackSource of the engine's protocol. */
const PROTOCOL_SOURCE: Partial<Record<Track.Source, number>> = {
  [Track.Source.Camera]: 1,
  [Track.Source.Microphone]: 2,
  [Track.Source.ScreenShare]: 3,
};

/** Does the server permit this source now? */
export function permitted(room: Room | null, source: Track.Source): boolean {
  const permissions = room?.localParticipant.permissions;
  if (!permissions?.canPublish) return false;
  const number = PROTOCOL_SOURCE[source];
  return (
    permissions.canPublishSources.length === 0 ||
    permissions.canPublishSources.some((allowed) => Number(allowed) === number)
  );
}

function h264(): boolean {
  const codecs = typeof RTCRtpSender === "undefined" ? [] : (RTCRtpSender.getCapabilities("video")?.codecs ?? []);
  return codecs.some((codec) => codec.mimeType.toLowerCase() === "video/h264");
}

/** After a refusal: long enough to be no burden, short enough for the next word. */
const RETRY_MS = 400;

/** Publishes one source of one room, as wanted, one step at a time. */
export class Sender {
  private wanted: MediaStreamTrack | null = null;
  private source: MediaStreamTrack | null = null;
  private working = false;
  private notBefore = 0;

  constructor(
    private readonly room: Room,
    private readonly kind: Track.Source.Camera | Track.Source.Microphone | Track.Source.ScreenShare,
    private readonly changed: () => void,
  ) {}

  get publishing(): boolean {
    return this.room.localParticipant.getTrackPublication(this.kind) !== undefined;
  }

  /** Send this track, or nothing. */
  want(track: MediaStreamTrack | null): void {
    this.wanted = track;
    void this.work();
  }

  private async work(): Promise<void> {
    if (this.working || Date.now() < this.notBefore) return;
    this.working = true;
    let acted = false;
    try {
      // While the SDK reconnects it republishes by itself; afterwards the owner asks again.
      while (this.room.state === ConnectionState.Connected) {
        const now = this.room.localParticipant.getTrackPublication(this.kind);
        const target = this.wanted?.readyState === "live" && permitted(this.room, this.kind) ? this.wanted : null;
        if (now && (target === null || this.source !== target)) {
          acted = true;
          this.source = null;
          if (now.track) await this.room.localParticipant.unpublishTrack(now.track, true);
          else break;
        } else if (!now && target) {
          acted = true;
          this.source = target;
          await this.publish(target.clone());
        } else {
          break;
        }
      }
    } catch {
      // Refused or cut off: the state on screen says "Micro tắt"; it is tried again a little later.
      this.source = null;
      this.notBefore = Date.now() + RETRY_MS;
    } finally {
      this.working = false;
    }
    if (acted) this.changed();
  }

  private async publish(clone: MediaStreamTrack): Promise<void> {
    const participant = this.room.localParticipant;
    try {
      if (this.kind === Track.Source.Microphone) {
        await participant.publishTrack(new LocalAudioTrack(clone), {
          source: this.kind,
          dtx: true,
          red: true,
          audioPreset: { maxBitrate: 48_000 },
        });
      } else if (this.kind === Track.Source.Camera) {
        await participant.publishTrack(new LocalVideoTrack(clone), {
          source: this.kind,
          simulcast: true,
          videoCodec: h264() ? "h264" : "vp8",
          backupCodec: false,
          videoEncoding: { maxBitrate: 1_500_000, maxFramerate: 25 },
          videoSimulcastLayers: [
            new VideoPreset(320, 180, 150_000, 15),
            new VideoPreset(640, 360, 450_000, 25),
          ],
          degradationPreference: "balanced",
        });
      } else {
        clone.contentHint = "detail";
        await participant.publishTrack(new LocalVideoTrack(clone), {
          source: this.kind,
          simulcast: false,
          videoCodec: h264() ? "h264" : "vp8",
          backupCodec: false,
          screenShareEncoding: { maxBitrate: 2_000_000, maxFramerate: 10 },
          degradationPreference: "maintain-resolution",
        });
      }
    } catch (error) {
      clone.stop();
      throw error;
    }
  }
}
