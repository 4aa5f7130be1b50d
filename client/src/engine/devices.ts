// Camera, microphone and loudspeaker of this computer. Nothing here may stop a site from joining:
// whatever is missing is said with its remedy, and the site watches.
import { Store } from "./store";

/** Why a device gives nothing. */
export type Trouble =
  | "denied" // the browser or the person refused
  | "missing" // there is none
  | "busy" // another program holds it
  | "insecure" // the page is not https, so the browser offers no devices
  | "failed";

export interface DeviceState {
  track: MediaStreamTrack | null;
  trouble: Trouble | null;
  opening: boolean;
  deviceId: string;
  label: string;
}

export interface DevicesState {
  camera: DeviceState;
  microphone: DeviceState;
  speaker: string;
  cameras: MediaDeviceInfo[];
  microphones: MediaDeviceInfo[];
  speakers: MediaDeviceInfo[];
}

const NONE: DeviceState = { track: null, trouble: null, opening: false, deviceId: "", label: "" };
const STORED = "diemcau.devices";

interface Chosen {
  camera?: string;
  microphone?: string;
  speaker?: string;
}

function stored(): Chosen {
  try {
    return JSON.parse(localStorage.getItem(STORED) ?? "{}") as Chosen;
  } catch {
    return {}; // forbidden or spoilt storage: the browser's own choice stands
  }
}

function store(chosen: Chosen): void {
  try {
    localStorage.setItem(STORED, JSON.stringify({ ...stored(), ...chosen }));
  } catch {
    // the choice holds until the page is left
  }
}

export function troubleOf(error: unknown): Trouble {
  const name = error instanceof DOMException || error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError" || name === "PermissionDeniedError") return "denied";
  if (name === "NotFoundError" || name === "DevicesNotFoundError" || name === "OverconstrainedError") return "missing";
  if (name === "NotReadableError" || name === "TrackStartError" || name === "AbortError") return "busy";
  return "failed";
}

const SIZES = [
  { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 25, max: 30 } },
  { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 25, max: 30 } },
];

export class Devices {
  readonly state: Store<DevicesState>;

  constructor() {
    this.state = new Store<DevicesState>({
      camera: NONE,
      microphone: NONE,
      speaker: stored().speaker ?? "",
      cameras: [],
      microphones: [],
      speakers: [],
    });
    navigator.mediaDevices?.addEventListener?.("devicechange", () => void this.onDeviceChange());
  }

  /** Open both devices. One question of the browser for both, then each by itself. */
  async open(): Promise<void> {
    if (!navigator.mediaDevices?.getUserMedia) {
      const state: DeviceState = { ...NONE, trouble: "insecure" };
      this.patch({ camera: state, microphone: state });
      return;
    }
    await this.openMicrophone(stored().microphone);
    await this.openCamera(stored().camera);
    await this.list();
  }

  async openCamera(deviceId?: string): Promise<void> {
    this.close("camera");
    this.patch({ camera: { ...NONE, opening: true } });
    let last: unknown = null;
    for (const size of SIZES) {
      for (const exact of deviceId ? [deviceId, undefined] : [undefined]) {
        try {
          const stream = await navigator.mediaDevices.getUserMedia({
            video: exact ? { ...size, deviceId: { exact } } : size,
          });
          this.keep("camera", stream.getVideoTracks()[0] ?? null);
          return;
        } catch (error) {
          last = error; // the next smaller size, or the browser's own choice of device
          if (troubleOf(error) === "denied") break;
        }
      }
    }
    this.patch({ camera: { ...NONE, trouble: troubleOf(last) } });
  }

  async openMicrophone(deviceId?: string): Promise<void> {
    this.close("microphone");
    this.patch({ microphone: { ...NONE, opening: true } });
    const wanted = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    let last: unknown = null;
    for (const exact of deviceId ? [deviceId, undefined] : [undefined]) {
      try {
        const stream = await navigator.mediaDevices.getUserMedia({
          audio: exact ? { ...wanted, deviceId: { exact } } : wanted,
        });
        this.keep("microphone", stream.getAudioTracks()[0] ?? null);
        return;
      } catch (error) {
        last = error;
      }
    }
    this.patch({ microphone: { ...NONE, trouble: troubleOf(last) } });
  }

  async chooseCamera(deviceId: string): Promise<void> {
    store({ camera: deviceId });
    await this.openCamera(deviceId);
  }

  async chooseMicrophone(deviceId: string): Promise<void> {
    store({ microphone: deviceId });
    await this.openMicrophone(deviceId);
  }

  chooseSpeaker(deviceId: string): void {
    store({ speaker: deviceId });
    this.patch({ speaker: deviceId });
  }

  closeAll(): void {
    this.close("camera");
    this.close("microphone");
    this.patch({ camera: NONE, microphone: NONE });
  }

  private keep(kind: "camera" | "microphone", track: MediaStreamTrack | null): void {
    if (!track) {
      this.patch({ [kind]: { ...NONE, trouble: "missing" } });
      return;
    }
    // A device that is pulled out ends its track.
    track.addEventListener("ended", () => {
      if (this.state.get()[kind].track === track) this.patch({ [kind]: { ...NONE, trouble: "missing" } });
    });
    const id = track.getSettings().deviceId ?? "";
    this.patch({ [kind]: { track, trouble: null, opening: false, deviceId: id, label: track.label } });
  }

  private close(kind: "camera" | "microphone"): void {
    this.state.get()[kind].track?.stop();
  }

  private async list(): Promise<void> {
    const all = await navigator.mediaDevices.enumerateDevices().catch(() => []);
    const of = (kind: MediaDeviceKind) => all.filter((device) => device.kind === kind && device.deviceId !== "");
    this.patch({ cameras: of("videoinput"), microphones: of("audioinput"), speakers: of("audiooutput") });
  }

  private async onDeviceChange(): Promise<void> {
    await this.list();
    const { camera, microphone } = this.state.get();
    // Plugged in again: take it, without a click.
    if (camera.trouble === "missing") await this.openCamera(stored().camera);
    if (microphone.trouble === "missing") await this.openMicrophone(stored().microphone);
  }

  private patch(change: Partial<DevicesState>): void {
    this.state.set({ ...this.state.get(), ...change });
  }
}
