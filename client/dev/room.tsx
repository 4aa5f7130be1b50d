// ?view=mic_off|requested|mic_on|lost|… shows the site screen in that state.
import { createRoot } from "react-dom/client";
import type { JoinAnswer, Pane, Word } from "../src/api/messages";
import { Devices } from "../src/engine/devices";
import { AnswerCard, FullCard, RefusedCard } from "../src/room/AnswerCard";
import { CheckScreen } from "../src/room/CheckScreen";
import { Conference } from "../src/room/Conference";
import "../src/room/room.css";
import { RoomSession, type RoomState } from "../src/room/session";
import "../src/ui/fonts";
import { setLanguage } from "../src/ui/i18n";
import "../src/ui/tokens.css";
import "../src/ui/ui.css";
import { roomTrack, toneTrack } from "./pictures";

const query = new URLSearchParams(location.search);
const view = query.get("view") ?? "mic_off";
setLanguage(query.get("lang") === "en" ? "en" : "vi");
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

const own = {
  site: "xa-da-teh",
  number: 30,
  name: query.get("name") ?? "UBND xã Đạ Tẻh",
  host: view.startsWith("host"),
  technician_phone: "0912 000 014",
};
const pane = (site: string, caption: string, detail = ""): Pane => ({ site, caption, detail, source: "camera" });
const others: Pane[] = [
  pane("ubnd-tinh", "UBND tỉnh – P.1", "Nguyễn Văn Minh, Phó Chủ tịch UBND tỉnh"),
  pane("so-nnmt", "Sở NN&MT", "Trần Thị Hòa, Giám đốc Sở"),
  pane("dai-kttv", "Đài KTTV tỉnh"),
  pane("phuong-xuan-huong", "Phường Xuân Hương – Đà Lạt"),
  pane("xa-cat-tien-2", "Xã Cát Tiên 2"),
  pane("xa-d-ran", "Xã D’Ran"),
  pane("xa-lac-duong", "Xã Lạc Dương"),
  pane("xa-tanh-linh", "Xã Tánh Linh"),
  pane("xa-duc-linh", "Xã Đức Linh"),
];
const self = pane(own.site, "Xã Đạ Tẻh", "K’ Thịnh, Chủ tịch UBND xã");
const onAir = ["mic_on", "mic_opening", "on_air", "floor_without_mic", "weak"].includes(view);

const word: Word = {
  version: 7,
  conference: 1,
  title: query.get("title") ?? "Hội nghị ứng phó mưa lũ tháng 11/2026",
  host_body: "UBND tỉnh Lâm Đồng",
  state: view === "checking" ? "joining" : "live",
  drill: query.get("drill") === "1",
  connect_at: ago(3600),
  opening_at: ago(-900),
  opened_at: null,
  host: own.host ? own.site : "ubnd-tinh",
  host_mic_open: view !== "host_closed",
  expected: 48,
  scene: {
    layout: (query.get("layout") as Word["scene"]["layout"] | null) ?? "speaker_strip",
    panes: view === "empty" ? [] : [...(onAir ? [self] : []), ...others].slice(0, Number(query.get("panes") ?? 4)),
  },
  preview: view === "preview" ? [own.site] : [],
  floor: ["mic_on", "mic_opening", "floor_without_mic", "weak"].includes(view)
    ? [{ site: own.site, caption: "Xã Đạ Tẻh", since: ago(134) }]
    : [],
  queue: ["requested", "lost"].includes(view)
    ? [
        { site: "a", caption: "A", since: ago(300) },
        { site: "b", caption: "B", since: ago(280) },
        { site: own.site, caption: "Xã Đạ Tẻh", since: ago(250) },
      ]
    : [],
  locked: view === "mic_locked" ? [own.site] : [],
  sharing: view === "mic_on" || view === "share" ? [own.site] : [],
  audible: [],
};

const devices = new Devices();
const session = new RoomSession(1, devices);
const noDevices = query.get("devices") === "none";
const none = { track: null, trouble: "denied" as const, opening: false, deviceId: "", label: "" };
const info = (kind: MediaDeviceKind, label: string, deviceId: string): MediaDeviceInfo => ({
  kind,
  label,
  deviceId,
  groupId: "",
  toJSON: () => ({}),
});
devices.state.set({
  camera: noDevices ? none : { track: roomTrack(4, true), trouble: null, opening: false, deviceId: "c", label: "" },
  microphone: noDevices ? none : { track: toneTrack(), trouble: null, opening: false, deviceId: "m", label: "" },
  speaker: "",
  cameras: noDevices ? [] : [info("videoinput", "Camera USB phòng họp", "c")],
  microphones: noDevices ? [] : [info("audioinput", "Bàn trộn USB", "m")],
  speakers: [],
});
const state: Partial<RoomState> = {
  phase: "conference",
  own,
  word,
  link:
    view === "lost"
      ? { kind: "lost", since: Date.now() - 12_000, attempt: 2 }
      : { kind: view === "connecting" ? "connecting" : "connected", since: Date.now(), attempt: 1 },
  talkConnected: true,
  publishing: ["mic_on", "host_on", "weak"].includes(view),
  talking: view === "checking",
  hostMuted: view === "host_self_muted",
  calling: view === "calling",
  deskSpeaks: view === "desk_calls",
  soundBlocked: view === "blocked",
  quality: view === "weak" ? "poor" : "excellent",
  figures: { loss: view === "weak" ? 0.071 : 0.004, roundTripMs: view === "weak" ? 212 : 41 },
  present: 43,
  pictures: new Map(
    query.get("pictures") === "none"
      ? []
      : others.map((entry, index) => [`${entry.site} camera`, roomTrack(index, index === 0)] as const),
  ),
  notice:
    view === "notice"
      ? { id: 1, tone: "warning", vi: "Chưa thực hiện: đăng ký phát biểu. Bấm lại.", en: "Not done. Press again.", clause: "LĐ 12.2a" }
      : null,
};
session.setSceneHeight = () => undefined; // no room: what is set here stays
session.state.set({ ...session.state.get(), ...state });

const answers: Record<string, JoinAnswer> = {
  waiting: { outcome: "waiting", own, why: "needs_admission", since: ago(75) },
  consent: { outcome: "waiting", own, why: "consent_asked", since: ago(15) },
  elsewhere: { outcome: "elsewhere", own, device: "Máy tính Windows, Chrome", since: ago(1500), declined: false },
  replaced: { outcome: "replaced", own, by: "Máy tính bảng, Chrome", at: ago(60) },
  removed: { outcome: "removed", own, reason: "Tiếng ồn lớn từ hội trường, chưa khắc phục", at: ago(60) },
  not_open: { outcome: "not_open", own, title: word.title, connect_at: ago(-2527), opening_at: ago(-4327) },
  closed: { outcome: "closed", own, at: ago(100) },
  full: { outcome: "full", own, limit: 120 },
};

function Page() {
  const answer = answers[view];
  if (answer && answer.outcome !== "admitted") return <AnswerCard answer={answer} onEnter={() => undefined} />;
  if (view === "bad_link") return <RefusedCard status={401} vi="" en="" onRetry={() => undefined} />;
  if (view === "left") return <FullCard outcome="left" icon={null} title="Đã rời hội nghị" />;
  if (view === "check") {
    return (
      <CheckScreen
        me={{ name: "K’ Thịnh", role: "site_operator", site: own.site, site_name: own.name, unit: "UBND xã Đạ Tẻh", province: "lam-dong" }}
        site={own.name}
        title={word.title}
        who={{ person: "K’ Thịnh, Chủ tịch UBND xã", unit: "UBND xã Đạ Tẻh" }}
        devices={devices}
        engineUrl={null}
        onJoin={() => undefined}
      />
    );
  }
  return <Conference session={session} devices={devices} onLeave={() => undefined} />;
}

const page = document.getElementById("app");
if (page) createRoot(page).render(<Page />);
