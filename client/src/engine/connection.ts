// One connection to a room of the media engine that never needs a click: the SDK reconnects by
// itself with an eager policy; when it finally gives up, a fresh place is asked for and taken.
import { Room, RoomEvent, type RoomOptions, setLogLevel } from "livekit-client";
import { engineDelay, joinDelay } from "./backoff";
import { Store } from "./store";

// The SDK reports every ended connection as an error; what matters is on the screen.
setLogLevel("silent");

/** Where to connect, and with which token. */
export interface Admission {
  url: string;
  token: string;
}

export type LinkKind = "idle" | "connecting" | "connected" | "lost" | "stopped";

export interface LinkState {
  kind: LinkKind;
  /** Since when, in milliseconds. */
  since: number;
  /** Number of the running try, from 1, while connecting or lost. */
  attempt: number;
}

export interface RoomLinkOptions {
  /**
   * Ask for a place. null: there is none (the owner shows why) and the link stops.
   * A rejected promise is tried again with back-off.
   */
  admit: () => Promise<Admission | null>;
  /** A new Room was made: register its events here, before it connects. */
  onRoom: (room: Room) => void;
  roomOptions?: RoomOptions;
}

/** A short outage of signalling alone does not count: pictures and sound go on. */
const SIGNAL_GRACE_MS = 1200;

export class RoomLink {
  readonly state = new Store<LinkState>({ kind: "idle", since: Date.now(), attempt: 0 });
  room: Room | null = null;
  private running = 0;
  private signalTimer: ReturnType<typeof setTimeout> | null = null;
  private wake: (() => void) | null = null;

  constructor(private readonly options: RoomLinkOptions) {
    if (typeof window !== "undefined") window.addEventListener("online", () => this.wake?.());
  }

  /** Connect and stay connected until `stop`. `first` saves asking when the place is known. */
  start(first?: Admission): void {
    this.running += 1;
    this.enter("connecting", 1);
    void this.run(this.running, first ?? null);
  }

  /** Leave the room. */
  stop(): void {
    this.running += 1;
    this.wake?.();
    this.dropRoom();
    this.enter("stopped", 0);
  }

  private async run(turn: number, first: Admission | null): Promise<void> {
    let known = first;
    let tries = 0;
    while (turn === this.running) {
      try {
        const admission = known ?? (await this.options.admit());
        known = null;
        if (turn !== this.running) return;
        if (!admission) {
          this.running += 1;
          this.enter("stopped", 0);
          return;
        }
        const { ended } = await this.connect(turn, admission);
        tries = 0;
        await ended;
        if (turn !== this.running) return;
        this.lost(1);
      } catch {
        // The server or the engine is out of reach: that is what this loop is for.
        if (turn !== this.running) return;
        tries += 1;
        const now = this.state.get();
        this.enter(now.kind === "lost" ? "lost" : "connecting", now.attempt + 1);
        await this.pause(joinDelay(tries - 1));
      }
    }
  }

  /** Resolves when connected; `ended` resolves when the connection has finally ended. */
  private async connect(turn: number, admission: Admission): Promise<{ ended: Promise<unknown> }> {
    this.dropRoom();
    const room = new Room({
      adaptiveStream: false,
      dynacast: true,
      disconnectOnPageLeave: true,
      reconnectPolicy: {
        nextRetryDelayInMs: ({ retryCount, elapsedMs }) => {
          if (turn === this.running && retryCount > 0) this.lost(retryCount + 1);
          return engineDelay(retryCount, elapsedMs);
        },
      },
      ...this.options.roomOptions,
    });
    this.room = room;
    const ended = new Promise<unknown>((resolve) => room.once(RoomEvent.Disconnected, resolve));
    room
      .on(RoomEvent.SignalReconnecting, () => {
        this.signalTimer ??= setTimeout(() => this.lost(1), SIGNAL_GRACE_MS);
      })
      .on(RoomEvent.Reconnecting, () => this.lost(1))
      .on(RoomEvent.Reconnected, () => this.connected());
    this.options.onRoom(room);
    await room.connect(admission.url, admission.token, {
      autoSubscribe: false,
      maxRetries: 0,
      websocketTimeout: 5000,
      peerConnectionTimeout: 10_000,
    });
    if (turn !== this.running) {
      void room.disconnect();
      throw new Error("stopped meanwhile");
    }
    this.connected();
    return { ended };
  }

  private connected(): void {
    this.clearSignalTimer();
    this.enter("connected", 0);
  }

  private lost(attempt: number): void {
    this.clearSignalTimer();
    const now = this.state.get();
    if (now.kind === "lost") {
      if (attempt > now.attempt) this.state.set({ ...now, attempt });
    } else if (now.kind === "connected") {
      this.enter("lost", attempt);
    }
  }

  private enter(kind: LinkKind, attempt: number): void {
    const now = this.state.get();
    const since = now.kind === kind ? now.since : Date.now();
    this.state.set({ kind, since, attempt });
  }

  private pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, milliseconds);
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
      this.wake = done;
    });
  }

  private clearSignalTimer(): void {
    if (this.signalTimer !== null) clearTimeout(this.signalTimer);
    this.signalTimer = null;
  }

  private dropRoom(): void {
    this.clearSignalTimer();
    const room = this.room;
    this.room = null;
    if (!room) return;
    // Listeners stay until the end, so that played sound is taken down with its track.
    void room.disconnect().finally(() => room.removeAllListeners());
  }
}
