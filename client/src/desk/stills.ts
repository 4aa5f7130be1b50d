/**
 * Stills on the wall: a few cameras at a time are let through at the lowest quality, the first
 * new frame is drawn, and the camera is held back again. So a wall of 60 costs as much as a few.
 */
import { type RemoteTrackPublication, VideoQuality } from "livekit-client";

const AT_ONCE = 6;
/** A picture is this old at least before it is renewed. */
const RENEW_MS = 5000;
/** A camera that sends nothing in this time is tried again later. */
const PATIENCE_MS = 2500;
const TICK_MS = 200;

export class Stills {
  private readonly canvases = new Map<string, HTMLCanvasElement>();
  private readonly drawn = new Map<string, number>();
  private readonly running = new Map<string, () => void>();
  private seen: ReadonlySet<string> = new Set();
  private timer: ReturnType<typeof setInterval> | null = null;

  constructor(private readonly camera: (site: string) => RemoteTrackPublication | null) {}

  add(site: string, canvas: HTMLCanvasElement): () => void {
    this.canvases.set(site, canvas);
    this.drawn.delete(site);
    return () => {
      if (this.canvases.get(site) === canvas) this.canvases.delete(site);
      this.running.get(site)?.();
    };
  }

  /** Whether a site's camera is let through for its still just now. */
  uses(site: string): boolean {
    return this.running.has(site);
  }

  /** `seen` are sites whose camera flows anyway, in a scene: it is never held back here. */
  run(on: boolean, seen: ReadonlySet<string>): void {
    this.seen = seen;
    if (on && this.timer === null) this.timer = setInterval(() => this.turn(), TICK_MS);
    if (!on) this.stop();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    for (const end of [...this.running.values()]) end();
  }

  private turn(): void {
    if (document.hidden) return;
    const now = performance.now();
    const age = (site: string): number => now - (this.drawn.get(site) ?? -Infinity);
    const due = [...this.canvases.keys()]
      .filter((site) => !this.running.has(site) && age(site) >= RENEW_MS)
      .sort((a, b) => (age(b) === age(a) ? 0 : age(b) - age(a)));
    for (const site of due) {
      if (this.running.size >= AT_ONCE) return;
      this.take(site);
    }
  }

  private take(site: string): void {
    const publication = this.camera(site);
    const track = publication?.track;
    if (!publication || !track || publication.isMuted) {
      this.drawn.set(site, performance.now() - RENEW_MS + 1000);
      return;
    }
    const video = document.createElement("video");
    video.muted = true;
    video.playsInline = true;
    const end = (): void => {
      clearTimeout(patience);
      this.running.delete(site);
      video.srcObject = null;
      if (!this.seen.has(site) && publication.isDesired) publication.setEnabled(false);
    };
    const patience = setTimeout(() => {
      this.drawn.set(site, performance.now());
      end();
    }, PATIENCE_MS);
    this.running.set(site, end);
    if (!publication.isEnabled) {
      publication.setEnabled(true);
      publication.setVideoQuality(VideoQuality.LOW);
    }
    const draw = (): void => {
      if (this.running.get(site) !== end) return;
      const canvas = this.canvases.get(site);
      if (canvas && video.videoWidth > 0) paint(canvas, video);
      this.drawn.set(site, performance.now());
      end();
    };
    if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(draw);
    else (video as HTMLVideoElement).addEventListener("timeupdate", draw, { once: true });
    video.srcObject = new MediaStream([track.mediaStreamTrack]);
    // A muted video may play; if the page is being left there is nothing to draw.
    video.play().catch(() => undefined);
  }
}

/** Fill the canvas with the picture, cut to its shape. */
function paint(canvas: HTMLCanvasElement, video: HTMLVideoElement): void {
  const width = Math.max(1, Math.round(canvas.clientWidth));
  const height = Math.max(1, Math.round(canvas.clientHeight));
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const scale = Math.max(width / video.videoWidth, height / video.videoHeight);
  const wide = video.videoWidth * scale;
  const high = video.videoHeight * scale;
  canvas.getContext("2d")?.drawImage(video, (width - wide) / 2, (height - high) / 2, wide, high);
  canvas.dataset.drawn = "yes";
}
