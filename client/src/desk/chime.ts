import { audioContext } from "../engine";

/** Two short tones for a new critical alarm, at the desk only. */
export function chime(): void {
  const context = audioContext();
  // Before the first press the browser allows no sound; the alarm is on the screen all the same.
  if (context.state !== "running") return;
  [880, 660].forEach((frequency, index) => {
    const start = context.currentTime + index * 0.16;
    const tone = context.createOscillator();
    const gain = context.createGain();
    tone.frequency.value = frequency;
    gain.gain.setValueAtTime(0.0001, start);
    gain.gain.exponentialRampToValueAtTime(0.15, start + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, start + 0.14);
    tone.connect(gain).connect(context.destination);
    tone.start(start);
    tone.stop(start + 0.15);
  });
}
