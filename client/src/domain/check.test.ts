import { describe, expect, it } from "vitest";
import { cameraVerdict, median, microphoneVerdict, roundTripVerdict, tally } from "./check";

describe("the device check", () => {
  it("passes a camera from 1280×720 and lets a smaller one stand as borderline", () => {
    expect(cameraVerdict(1280, 720)).toBe("pass");
    expect(cameraVerdict(1920, 1080)).toBe("pass");
    expect(cameraVerdict(640, 480)).toBe("near");
    expect(cameraVerdict(320, 240)).toBe("fail");
    expect(cameraVerdict(0, 0)).toBe("fail");
  });

  it("waits for speech before it judges a microphone", () => {
    expect(microphoneVerdict(-90)).toBe("pending");
    expect(microphoneVerdict(-45)).toBe("near");
    expect(microphoneVerdict(-21)).toBe("pass");
    expect(microphoneVerdict(-1)).toBe("near");
  });

  it("judges the round trip, and fails when something cannot be reached", () => {
    expect(roundTripVerdict(null, null)).toBe("pending");
    expect(roundTripVerdict(41, true)).toBe("pass");
    expect(roundTripVerdict(300, true)).toBe("near");
    expect(roundTripVerdict(900, true)).toBe("fail");
    expect(roundTripVerdict(null, false)).toBe("fail");
    expect(roundTripVerdict(20, false)).toBe("fail");
  });

  it("sums up", () => {
    expect(tally(["pass", "pass", "fail"])).toEqual({ pass: 2, near: 0, fail: 1, pending: 0 });
    expect(median([9, 1, 5])).toBe(5);
    expect(median([])).toBeNull();
  });
});
