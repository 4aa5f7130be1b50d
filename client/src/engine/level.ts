// Level of a sound track in dBFS, measured ten times a second: cheap enough for a computer of 2015.
import { dbfs } from "../domain/format";

let shared: AudioContext | null = null;

/** One AudioContext per page; it wakes with the first press if the browser holds it back. */
export function audioContext(): AudioContext {
  if (!shared) {
    const context = new AudioContext({ latencyHint: "interactive" });
    const wake = () => {
      if (context.state === "suspended") void context.resume();
    };
    window.addEventListener("pointerdown", wake, { capture: true });
    window.addEventListener("keydown", wake, { capture: true });
    shared = context;
  }
  return shared;
}

/** Watch a track's level. @returns the act that ends it. */
export function watchLevel(track: MediaStreamTrack, onLevel: (db: number) => void): () => void {
  const context = audioContext();
  if (context.state === "suspended") void context.resume();
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = context.createAnalyser();
  analyser.fftSize = 2048;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let shown = -90;
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    let sum = 0;
    for (const sample of samples) sum += sample * sample;
    const now = dbfs(Math.sqrt(sum / samples.length));
    shown = now > shown ? now : Math.max(now, shown - 2.5); // quick up, slow down, as meters do
    onLevel(shown);
  }, 100);
  return () => {
    clearInterval(timer);
    source.disconnect();
    analyser.disconnect();
  };
}
