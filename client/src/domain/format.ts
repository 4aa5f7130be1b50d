// Figures as they are read in Viet Nam: 24 hours, decimal comma, official time.
const ZONE = "Asia/Ho_Chi_Minh";

const parts = new Intl.DateTimeFormat("en-GB", {
  timeZone: ZONE,
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

function fields(at: Date | number | string): Record<string, string> {
  const date = at instanceof Date ? at : new Date(at);
  return Object.fromEntries(parts.formatToParts(date).map((part) => [part.type, part.value]));
}

/** 09:47 */
export function hourMinute(at: Date | number | string): string {
  const f = fields(at);
  return `${f.hour}:${f.minute}`;
}

/** 09:47:11 */
export function clockTime(at: Date | number | string): string {
  const f = fields(at);
  return `${f.hour}:${f.minute}:${f.second}`;
}

/** 20/11/2026 */
export function dayMonthYear(at: Date | number | string): string {
  const f = fields(at);
  return `${f.day}/${f.month}/${f.year}`;
}

/** 02:14, or 1:02:14 from one hour on. Never negative. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** Time since an instant of the server, for a screen whose clock may be a little behind. */
export function elapsed(since: string | null, now: number): number {
  return since ? Math.max(0, now - Date.parse(since)) : 0;
}

/** 0,4 % — `share` is 0–1. */
export function percent(share: number, language: "vi" | "en" = "vi", digits = 1): string {
  const text = (share * 100).toFixed(digits);
  return `${language === "vi" ? text.replace(".", ",") : text} %`;
}

/** Level of samples with this root mean square (0–1), in dBFS, not below −90. */
export function dbfs(rms: number): number {
  return rms <= 0.0000316 ? -90 : Math.max(-90, 20 * Math.log10(rms));
}

/** −21 dBFS, with a true minus sign. */
export function level(db: number): string {
  const whole = Math.round(db);
  return `${whole < 0 ? `−${Math.abs(whole)}` : whole} dBFS`;
}

/** A level as 0–1 for a meter from −60 to 0 dBFS. */
export function meterShare(db: number): number {
  return Math.min(1, Math.max(0, (db + 60) / 60));
}
