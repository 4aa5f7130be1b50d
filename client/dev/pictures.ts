// Drawn meeting rooms instead of cameras, for looking at screens without a server.
const WALLS = ["#46505e", "#4a443c", "#33403c", "#3b3a4a", "#40362f", "#2f4038"];
const BANNERS = ["#31507a", "#6d2b2b", "#31507a", "#7a5a2b"];

function person(g: CanvasRenderingContext2D, x: number, y: number, size: number, coat: string): void {
  g.fillStyle = coat;
  g.beginPath();
  g.ellipse(x, y + size * 1.5, size * 1.15, size, 0, Math.PI, 0);
  g.fill();
  g.fillStyle = "#a88b74";
  g.beginPath();
  g.ellipse(x, y, size * 0.5, size * 0.62, 0, 0, Math.PI * 2);
  g.fill();
  g.fillStyle = "#15191c";
  g.beginPath();
  g.ellipse(x, y - size * 0.3, size * 0.54, size * 0.42, 0, Math.PI, 0);
  g.fill();
}

/** A drawn room; `seed` varies colours and seats. */
export function drawRoom(canvas: HTMLCanvasElement, seed: number, speaker: boolean): void {
  const g = canvas.getContext("2d");
  if (!g) return;
  const { width: w, height: h } = canvas;
  g.fillStyle = WALLS[seed % WALLS.length] ?? "#444";
  g.fillRect(0, 0, w, h);
  g.fillStyle = BANNERS[seed % BANNERS.length] ?? "#345";
  g.fillRect(w * 0.2, h * 0.08, w * 0.6, h * 0.13);
  g.fillStyle = "rgb(255 255 255 / 40%)";
  g.fillRect(w * 0.32, h * 0.13, w * 0.36, h * 0.03);
  if (speaker) {
    person(g, w * 0.15, h * 0.55, h * 0.1, "#252b31");
    person(g, w * 0.85, h * 0.55, h * 0.1, "#252b31");
    person(g, w * 0.5, h * 0.5, h * 0.19, "#171b1f");
  } else {
    for (let seat = 0; seat < 5; seat += 1) person(g, w * (0.12 + seat * 0.19), h * (0.5 + (seat % 2) * 0.05), h * 0.075, "#22282d");
  }
  g.fillStyle = "#66503a";
  g.fillRect(0, h * 0.8, w, h * 0.2);
  g.fillStyle = "#d8dbde";
  g.fillRect(w * 0.4, h * 0.82, w * 0.2, h * 0.08);
}

/** A drawn room as a camera track. */
export function roomTrack(seed: number, speaker = false): MediaStreamTrack {
  const canvas = document.createElement("canvas");
  canvas.width = 1280;
  canvas.height = 720;
  drawRoom(canvas, seed, speaker);
  const track = canvas.captureStream(5).getVideoTracks()[0];
  if (!track) throw new Error("no track from canvas");
  setInterval(() => drawRoom(canvas, seed, speaker), 400);
  return track;
}

/** A steady tone as a microphone track. */
export function toneTrack(): MediaStreamTrack {
  const context = new AudioContext();
  const note = context.createOscillator();
  const gain = context.createGain();
  gain.gain.value = 0.11;
  const out = context.createMediaStreamDestination();
  note.connect(gain).connect(out);
  note.start();
  const track = out.stream.getAudioTracks()[0];
  if (!track) throw new Error("no track from audio context");
  return track;
}
