import { describe, expect, it } from "vitest";
import { countLine, lineFigures, lineWord } from "./line";

describe("the line", () => {
  it("counts what was lost since the last look, not since the beginning", () => {
    const before = countLine([{ type: "inbound-rtp", packetsReceived: 900, packetsLost: 100 }]);
    const now = countLine([{ type: "inbound-rtp", packetsReceived: 1890, packetsLost: 110 }]);
    expect(lineFigures(before, now).loss).toBeCloseTo(0.01);
  });

  it("shows the worse direction", () => {
    const now = countLine([
      { type: "inbound-rtp", packetsReceived: 100, packetsLost: 0 },
      { type: "remote-inbound-rtp", fractionLost: 0.07, roundTripTime: 0.2 },
    ]);
    expect(lineFigures(null, now)).toEqual({ loss: 0.07, roundTripMs: 200 });
  });

  it("takes the round trip of the path in use", () => {
    const now = countLine([
      { type: "candidate-pair", state: "waiting", currentRoundTripTime: 9 },
      { type: "candidate-pair", state: "succeeded", nominated: true, currentRoundTripTime: 0.041 },
    ]);
    expect(lineFigures(null, now).roundTripMs).toBe(41);
  });

  it("does not invent loss when a subscription ends", () => {
    const before = countLine([{ type: "inbound-rtp", packetsReceived: 900, packetsLost: 100 }]);
    expect(lineFigures(before, countLine([])).loss).toBe(0);
  });

  it("has a word for it", () => {
    expect(lineWord("excellent", null)).toBe("good");
    expect(lineWord("poor", null)).toBe("weak");
    expect(lineWord("good", { loss: 0.08, roundTripMs: 20 })).toBe("weak");
    expect(lineWord("lost", null)).toBe("lost");
    expect(lineWord("unknown", null)).toBe("unknown");
  });
});
