// Who sits at this device, remembered here so that it is typed once.
export interface Who {
  person: string;
  unit: string;
}

const key = (site: string | null) => `diemcau.who.${site ?? ""}`;

export function rememberedWho(site: string | null): Who | null {
  try {
    const found = JSON.parse(localStorage.getItem(key(site)) ?? "null") as Partial<Who> | null;
    return found && typeof found.person === "string" && typeof found.unit === "string"
      ? { person: found.person, unit: found.unit }
      : null;
  } catch {
    return null; // forbidden or spoilt storage: the account's own name stands
  }
}

export function rememberWho(site: string | null, who: Who): void {
  try {
    localStorage.setItem(key(site), JSON.stringify(who));
  } catch {
    // typed again next time
  }
}

// Joined in this tab: after a reload the site comes back without a click.
const JOINED = "diemcau.joined";

export function markJoined(conference: number | null): void {
  try {
    if (conference === null) sessionStorage.removeItem(JOINED);
    else sessionStorage.setItem(JOINED, String(conference));
  } catch {
    // then a reload shows the check again
  }
}

export function wasJoined(conference: number): boolean {
  try {
    return sessionStorage.getItem(JOINED) === String(conference);
  } catch {
    return false;
  }
}
