import type { ReactNode } from "react";
import {
  IconBarsWeak,
  IconCircleDashed,
  IconCircleFilled,
  IconCircleHalf2,
  IconHandStop,
  IconLockFilled,
  IconMicrophoneFilled,
  IconMicrophoneOff,
  IconRectangle,
  IconRectangleFilled,
  IconVolumeOff,
  IconX,
} from "./icons";
import type { Text } from "./i18n";

/** The states of a site, each with its word, colour and shape. */
export type SiteSign =
  | "absent"
  | "waiting"
  | "connected"
  | "preview"
  | "on_air"
  | "requested"
  | "mic_off"
  | "mic_on"
  | "mic_locked"
  | "noisy"
  | "weak"
  | "lost";

export const SIGN_TEXT: Record<SiteSign, Text> = {
  absent: ["Vắng", "absent"],
  waiting: ["Chờ vào", "waiting"],
  connected: ["Đã kết nối", "connected"],
  preview: ["Chuẩn bị", "preview"],
  on_air: ["Lên hình", "on air"],
  requested: ["Đăng ký", "asks for floor"],
  mic_off: ["Micro tắt", "mic closed"],
  mic_on: ["Micro bật", "mic open"],
  mic_locked: ["Khóa micro", "muted by desk"],
  noisy: ["Ồn", "noisy"],
  weak: ["Đường truyền yếu", "weak link"],
  lost: ["Mất kết nối", "lost"],
};

/** The shape of a state; give the size in px. */
export function signShape(sign: SiteSign, size: number): ReactNode {
  const stroke = { size, stroke: 2 };
  switch (sign) {
    case "absent":
      return <IconCircleDashed {...stroke} />;
    case "waiting":
      return <IconCircleHalf2 {...stroke} />;
    case "connected":
      return <IconCircleFilled size={size * 0.7} />;
    case "preview":
      return <IconRectangle {...stroke} />;
    case "on_air":
      return <IconRectangleFilled size={size} />;
    case "requested":
      return <IconHandStop {...stroke} />;
    case "mic_off":
      return <IconMicrophoneOff {...stroke} />;
    case "mic_on":
      return <IconMicrophoneFilled size={size} />;
    case "mic_locked":
      return <IconLockFilled size={size} />;
    case "noisy":
      return <IconVolumeOff {...stroke} />;
    case "weak":
      return <IconBarsWeak {...stroke} />;
    case "lost":
      return <IconX size={size} stroke={3} />;
  }
}

export function StateSign({ sign, size = 14, label }: { sign: SiteSign; size?: number; label?: string }) {
  return (
    <span className={`u-sign u-sign--${sign}`} title={label}>
      <span className="u-sign__shape" aria-hidden="true">
        {signShape(sign, size)}
      </span>
      {label ? <span className="visually-hidden">{label}</span> : null}
    </span>
  );
}
