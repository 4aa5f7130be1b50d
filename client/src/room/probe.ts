// Measuring the connection before joining, and the tone that tests the loudspeaker.
import { api, Refusal } from "../api/client";
import { median } from "../domain/check";
import { audioContext } from "../engine/level";

export interface ProbeResult {
  /** Round trip to the web server in milliseconds, the median of five; null: out of reach. */
  roundTripMs: number | null;
  /** null: the page does not know the engine's address yet. */
  engineReachable: boolean | null;
}

async function once(): Promise<number> {
  const begun = performance.now();
  try {
    await api.health();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error; // any answer at all is a round trip
  }
  return performance.now() - begun;
}

/**
 * Is the engine's signalling within reach? A WebSocket without a token is refused at once, which a
 * page cannot tell from a closed port; so its plain address is asked, which answers everybody.
 */
async function engineAnswers(url: string): Promise<boolean> {
  try {
    await fetch(url.replace(/^ws/, "http"), { mode: "no-cors", cache: "no-store", signal: AbortSignal.timeout(4000) });
    return true;
  } catch {
    return false;
  }
}

export async function probe(engineUrl: string | null): Promise<ProbeResult> {
  const times: number[] = [];
  try {
    await once(); // the first one opens the connection and is not counted
    for (let count = 0; count < 5; count += 1) times.push(await once());
  } catch {
    return { roundTripMs: null, engineReachable: null };
  }
  const roundTrip = median(times);
  return {
    roundTripMs: roundTrip === null ? null : Math.round(roundTrip),
    engineReachable: engineUrl ? await engineAnswers(engineUrl) : null,
  };
}

/** Play a short chime of two notes on this loudspeaker. */
export async function playTone(speaker: string): Promise<void> {
  const context = audioContext();
  await context.resume();
  const out = context.createMediaStreamDestination();
  const gain = context.createGain();
  gain.connect(out);
  const start = context.currentTime + 0.05;
  gain.gain.setValueAtTime(0.0001, start);
  gain.gain.exponentialRampToValueAtTime(0.4, start + 0.03);
  gain.gain.setValueAtTime(0.4, start + 0.9);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + 1.3);
  [523.25, 783.99].forEach((frequency, index) => {
    const note = context.createOscillator();
    note.frequency.value = frequency;
    note.connect(gain);
    note.start(start + index * 0.45);
    note.stop(start + (index === 0 ? 0.45 : 1.3));
  });
  const element = new Audio();
  element.srcObject = out.stream;
  if (speaker && "setSinkId" in element) {
    // A loudspeaker that was pulled out leaves the computer's own choice.
    await element.setSinkId(speaker).catch(() => undefined);
  }
  await element.play();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  element.srcObject = null;
}
