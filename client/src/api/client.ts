// Calls to the server of the same origin. Three ways to fail are kept apart, because screens treat
// them differently: the server said no (Refusal), the server is out of reach (ServerLost).
import createClient from "openapi-fetch";
import type {
  Command,
  CommandResult,
  DeskSnapshot,
  JoinAnswer,
  JoinRequest,
} from "./messages";
import type { paths } from "./schema";

export type { Me, Link as SignInLink } from "./messages";

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

/** The proof against forged requests: behind https its cookie belongs to this host alone. */
function proof(): string {
  return cookie("__Host-csrftoken") || cookie("csrftoken");
}

async function refusal(response: Response): Promise<Refusal> {
  const body = await response.json().catch(() => null) as { detail_vi?: string; detail_en?: string } | null;
  return new Refusal(response.status, body?.detail_vi ?? "", body?.detail_en ?? "");
}

/** `fetch` with our time limit; whatever does not end in an answer is ServerLost. */
async function guarded(request: Request): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(request, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw new ServerLost(String(error));
  }
  if (response.status >= 500) throw new ServerLost(`HTTP ${response.status}`);
  if (response.status >= 400) throw await refusal(response);
  return response;
}

const http = createClient<paths>({
  // Tests run without a window; there every call is answered by a stand-in.
  baseUrl: typeof location === "undefined" ? "http://localhost" : location.origin,
  fetch: guarded,
  credentials: "same-origin",
  cache: "no-store",
  redirect: "error",
  headers: { Accept: "application/json" },
});

http.use({
  onRequest({ request }) {
    if (request.method === "POST") request.headers.set("X-CSRFToken", proof());
    return request;
  },
});

/** @returns the JSON answer. Throws Refusal or ServerLost, also for an answer that is no JSON. */
async function answer<T>(call: Promise<{ data?: T; response: Response }>): Promise<T> {
  const found = await answerOrNothing(call);
  if (found === null) throw new ServerLost("empty answer");
  return found;
}

/** The same, or null for 204. */
async function answerOrNothing<T>(call: Promise<{ data?: T; response: Response }>): Promise<T | null> {
  try {
    const { data, response } = await call;
    return response.status === 204 || data === undefined ? null : data;
  } catch (error) {
    if (error instanceof Refusal || error instanceof ServerLost) throw error;
    throw new ServerLost(String(error));
  }
}

const of = (conference: number) => ({ path: { conference_id: conference } });

export const api = {
  me: () => answer(http.GET("/api/me")),
  join: (conference: number, request: JoinRequest): Promise<JoinAnswer> =>
    answer(http.POST("/api/conferences/{conference_id}/join", { params: of(conference), body: request })),
  leave: async (conference: number) => {
    await answerOrNothing(http.POST("/api/conferences/{conference_id}/leave", { params: of(conference) }));
  },
  /** @returns null when nothing changed since `version`. */
  desk: (conference: number, since?: number): Promise<DeskSnapshot | null> =>
    answerOrNothing(
      http.GET("/api/conferences/{conference_id}/desk", { params: { ...of(conference), query: { since } } }),
    ),
  deskTokens: (conference: number) =>
    answer(http.POST("/api/conferences/{conference_id}/desk/tokens", { params: of(conference) })),
  /** The caller makes the id, so that it can ask for the outcome after a lost answer. */
  command: (conference: number, id: string, command: Command): Promise<CommandResult> =>
    answer(
      http.POST("/api/conferences/{conference_id}/commands", { params: of(conference), body: { id, command } }),
    ),
  commandOutcome: (id: string): Promise<CommandResult> =>
    answer(http.GET("/api/commands/{command_id}", { params: { path: { command_id: id } } })),
  signInLink: (site: string) => answer(http.POST("/api/sign-in-links", { body: { site } })),
  language: async (language: "vi" | "en") => {
    await answerOrNothing(http.POST("/api/language", { body: { language } }));
  },
  health: () => answer(http.GET("/api/health")),
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
