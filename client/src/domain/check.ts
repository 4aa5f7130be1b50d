// Verdicts of the device check: a figure beside what it should be. A failure never keeps a site out.

export type Verdict = "pass" | "near" | "fail" | "pending";

/** Good from 1280×720; 640×360 still serves a small pane. */
export function cameraVerdict(width: number, height: number): Verdict {
  const pixels = width * height;
  if (pixels <= 0) return "fail";
  if (pixels >= 1280 * 720) return "pass";
  return pixels >= 640 * 360 ? "near" : "fail";
}

/** Loudest level heard so far, in dBFS. Speech at a normal distance lies between −36 and −6. */
export function microphoneVerdict(loudest: number): Verdict {
  if (loudest < -50) return "pending";
  if (loudest < -36) return "near";
  return loudest <= -3 ? "pass" : "near";
}

/** Round trip in milliseconds; null while it is being measured. */
export function roundTripVerdict(milliseconds: number | null, reachable: boolean | null): Verdict {
  if (reachable === false) return "fail";
  if (milliseconds === null || reachable === null) return "pending";
  if (milliseconds <= 150) return "pass";
  return milliseconds <= 400 ? "near" : "fail";
}

export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

export interface Tally {
  pass: number;
  near: number;
  fail: number;
  pending: number;
}

export function tally(verdicts: readonly Verdict[]): Tally {
  const count: Tally = { pass: 0, near: 0, fail: 0, pending: 0 };
  for (const verdict of verdicts) count[verdict] += 1;
  return count;
}
