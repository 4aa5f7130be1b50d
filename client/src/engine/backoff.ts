// How long to wait before the next try. Pure, so that the figures are tested.

const ENGINE_DELAYS_MS = [0, 100, 150, 200, 200, 200, 300, 400, 500, 700, 1000, 1400, 2000];
/** After this long the engine's own retries end, and the server is asked for a fresh place. */
const ENGINE_PATIENCE_MS = 20_000;

/** Delay before try number `count` (from 0) of the SDK's reconnection; null: give up. */
export function engineDelay(count: number, elapsedMs: number): number | null {
  if (elapsedMs > ENGINE_PATIENCE_MS) return null;
  return ENGINE_DELAYS_MS[Math.min(count, ENGINE_DELAYS_MS.length - 1)] ?? 2000;
}

/** Delay before asking the server again, try number `count` from 0: 0,3 s growing to 3 s. */
export function joinDelay(count: number): number {
  return Math.min(3000, Math.round(300 * 1.6 ** count));
}
