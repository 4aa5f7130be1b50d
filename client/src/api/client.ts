// Calls to the server of the same origin. Three ways to fail are kept apart, because screens treat
// them differently: the server said no (Refusal), the server is out of reach (ServerLost).
import type {
  Command,
  CommandResult,
  DeskSnapshot,
  DeskTokens,
  JoinAnswer,
  JoinRequest,
} from "./messages";

export interface Me {
  name: string;
  role: "control_operator" | "site_operator";
  site: string | null;
  site_name: string | null;
  unit: string;
  province: string;
}

export interface SignInLink {
  url: string;
  expires_at: string;
}

/** The server answered with 4xx: what to say, in both languages. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly detail_vi: string,
    readonly detail_en: string,
  ) {
    super(detail_vi || `HTTP ${status}`);
  }
}

/** No answer, or a 5xx: whether a command was carried out is not known. */
export class ServerLost extends Error {}

const TIMEOUT_MS = 8000;

function cookie(name: string): string {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

async function refusal(response: Response): Promise<Refusal> {
  const body = await response.json().catch(() => null) as { detail_vi?: string; detail_en?: string } | null;
  return new Refusal(response.status, body?.detail_vi ?? "", body?.detail_en ?? "");
}

/** @returns the JSON answer, or null for 204. Throws Refusal or ServerLost. */
async function call<T>(method: "GET" | "POST", path: string, body?: unknown): Promise<T | null> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method === "POST") {
    headers["X-CSRFToken"] = cookie("csrftoken");
    headers["Content-Type"] = "application/json";
  }
  let response: Response;
  try {
    response = await fetch(`/api${path}`, {
      method,
      headers,
      body: method === "POST" ? JSON.stringify(body ?? {}) : undefined,
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    throw new ServerLost(String(error));
  }
  if (response.status >= 500) throw new ServerLost(`HTTP ${response.status}`);
  if (response.status >= 400) throw await refusal(response);
  if (response.status === 204) return null;
  try {
    return (await response.json()) as T;
  } catch (error) {
    throw new ServerLost(String(error));
  }
}

async function answer<T>(method: "GET" | "POST", path: string, body?: unknown): Promise<T> {
  const found = await call<T>(method, path, body);
  if (found === null) throw new ServerLost(`empty answer: ${path}`);
  return found;
}

export const api = {
  me: () => answer<Me>("GET", "/me"),
  join: (conference: number, request: JoinRequest) =>
    answer<JoinAnswer>("POST", `/conferences/${conference}/join`, request),
  leave: (conference: number) => call<never>("POST", `/conferences/${conference}/leave`),
  /** @returns null when nothing changed since `version`. */
  desk: (conference: number, since?: number) =>
    call<DeskSnapshot>(
      "GET",
      `/conferences/${conference}/desk${since === undefined ? "" : `?since=${since}`}`,
    ),
  deskTokens: (conference: number) =>
    answer<DeskTokens>("POST", `/conferences/${conference}/desk/tokens`),
  /** The caller makes the id, so that it can ask for the outcome after a lost answer. */
  command: (conference: number, id: string, command: Command) =>
    answer<CommandResult>("POST", `/conferences/${conference}/commands`, { id, command }),
  commandOutcome: (id: string) => answer<CommandResult>("GET", `/commands/${id}`),
  signInLink: (site: string) => answer<SignInLink>("POST", "/sign-in-links", { site }),
  language: (language: "vi" | "en") => call<never>("POST", "/language", { language }),
  health: () => call<unknown>("GET", "/health"),
};

export type Api = typeof api;

/** A fresh command id. `randomUUID` is missing on plain http from another machine. */
export function commandId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
