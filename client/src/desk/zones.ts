/** Tab goes from zone to zone, arrows go within; each zone remembers where the focus was. */
import type { Step } from "../domain/wall";

const STOPS = "button, input, select, textarea, a[href], [tabindex='0']";
const remembered = new WeakMap<Element, HTMLElement>();

function stops(zone: Element): HTMLElement[] {
  return [...zone.querySelectorAll<HTMLElement>(STOPS)].filter(
    (stop) => !stop.hasAttribute("disabled") && stop.offsetParent !== null,
  );
}

function zoneOf(element: Element | null): Element | null {
  return element?.closest("[data-zone]") ?? null;
}

/** Move the focus to the next zone. @returns false at the end: the browser goes on from there. */
export function moveZone(event: KeyboardEvent): boolean {
  const zones = [...document.querySelectorAll("[data-zone]")].filter(
    (zone) => stops(zone).length > 0,
  );
  const active = document.activeElement;
  const here = zoneOf(active);
  if (here !== null && active instanceof HTMLElement) remembered.set(here, active);
  const index = here === null ? -1 : zones.indexOf(here);
  const next = event.shiftKey
    ? index === -1
      ? zones.length - 1
      : index - 1
    : index + 1;
  const zone = zones[next];
  if (zone === undefined) {
    // From the edge of the page the browser's own Tab leaves it.
    const edge = event.shiftKey ? zones[0] : zones[zones.length - 1];
    const ends = edge === undefined ? [] : stops(edge);
    ends[event.shiftKey ? 0 : ends.length - 1]?.focus();
    return false;
  }
  const all = stops(zone);
  const before = remembered.get(zone);
  const tile = zone.querySelector<HTMLElement>("[role='option'][tabindex='0']");
  (tile ?? (before !== undefined && all.includes(before) ? before : all[0]))?.focus();
  return true;
}

/** Move within the focused zone. @returns false where arrows belong to the wall. */
export function moveInZone(step: Step): boolean {
  const active = document.activeElement;
  const zone = zoneOf(active);
  if (zone === null || !(active instanceof HTMLElement)) return false;
  if (zone.getAttribute("data-zone") === "wall") return false;
  const all = stops(zone);
  const index = all.indexOf(active);
  const to =
    step === "home"
      ? 0
      : step === "end"
        ? all.length - 1
        : index + (["left", "up", "page_up"].includes(step) ? -1 : 1);
  all[Math.min(all.length - 1, Math.max(0, to))]?.focus();
  return true;
}

const REGULATIONS: Readonly<Record<string, string>> = { LD: "LĐ", BD: "BĐ" };

/** How a clause is written: "LD-12.2a" → "LĐ 12.2a". */
export function clauseLabel(clause: string): string {
  const found = /^([A-Z]+)-(.+)$/.exec(clause);
  if (!found) return clause;
  const [, code = "", rest = ""] = found;
  return `${REGULATIONS[code] ?? code} ${rest}`;
}
