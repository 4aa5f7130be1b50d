// Figures of the line from the browser's statistics: loss and round trip.

/** Counters at one moment. */
export interface LineCount {
  received: number;
  lost: number;
  /** Loss of what this device sends, as the engine reports it (0–1), or null. */
  sentLoss: number | null;
  /** Seconds, or null when not measured. */
  roundTrip: number | null;
}

export interface LineFigures {
  /** 0–1, the worse direction. */
  loss: number;
  roundTripMs: number | null;
}

interface Entry {
  type: string;
  packetsReceived?: number;
  packetsLost?: number;
  fractionLost?: number;
  roundTripTime?: number;
  currentRoundTripTime?: number;
  nominated?: boolean;
  state?: string;
}

/** Add up the entries of any number of statistics reports. */
export function countLine(entries: Iterable<Entry>): LineCount {
  const count: LineCount = { received: 0, lost: 0, sentLoss: null, roundTrip: null };
  let remoteTrip: number | null = null;
  for (const entry of entries) {
    if (entry.type === "inbound-rtp") {
      count.received += entry.packetsReceived ?? 0;
      count.lost += Math.max(0, entry.packetsLost ?? 0);
    } else if (entry.type === "remote-inbound-rtp") {
      if (entry.fractionLost !== undefined) count.sentLoss = Math.max(count.sentLoss ?? 0, entry.fractionLost);
      if (entry.roundTripTime) remoteTrip = Math.max(remoteTrip ?? 0, entry.roundTripTime);
    } else if (entry.type === "candidate-pair" && entry.currentRoundTripTime !== undefined) {
      if (entry.nominated || entry.state === "succeeded") count.roundTrip = entry.currentRoundTripTime;
    }
  }
  count.roundTrip ??= remoteTrip;
  return count;
}

/** What happened between two moments. */
export function lineFigures(before: LineCount | null, now: LineCount): LineFigures {
  const received = now.received - (before?.received ?? 0);
  const lost = now.lost - (before?.lost ?? 0);
  // A subscription that ended takes its counters away: then there is nothing to compare.
  const inward = received >= 0 && lost >= 0 && received + lost > 0 ? lost / (received + lost) : 0;
  return {
    loss: Math.max(inward, now.sentLoss ?? 0),
    roundTripMs: now.roundTrip === null ? null : Math.round(now.roundTrip * 1000),
  };
}

export type LineWord = "good" | "weak" | "lost" | "unknown";

/** The word for the line: the engine's own judgement, or figures that a listener would notice. */
export function lineWord(quality: string, figures: LineFigures | null): LineWord {
  if (quality === "lost") return "lost";
  if (quality === "poor") return "weak";
  if (figures && (figures.loss > 0.05 || (figures.roundTripMs ?? 0) > 400)) return "weak";
  if (quality === "excellent" || quality === "good") return "good";
  return figures ? "good" : "unknown";
}
