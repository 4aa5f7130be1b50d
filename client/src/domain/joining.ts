// What follows from the answer to a join.
import type { JoinAnswer } from "../api/messages";

/** Milliseconds until the device asks again by itself, or null: a person decides. */
export function askAgainAfter(answer: JoinAnswer, now: number): number | null {
  switch (answer.outcome) {
    case "waiting":
      return 2000;
    case "removed":
      return 3000; // the desk may admit again; the site then comes back without a click
    case "full":
      return 5000;
    case "not_open": {
      const left = Date.parse(answer.connect_at) - now;
      // The desk may open earlier than planned, so the plan is not waited out.
      return left > 0 ? Math.min(5000, left + 200) : 2000;
    }
    default:
      return null;
  }
}

/** What a person has to give before joining, trimmed; null when something is missing. */
export function joinRequest(person: string, unit: string): { person: string; unit: string } | null {
  const clean = { person: person.trim().normalize("NFC").slice(0, 80), unit: unit.trim().normalize("NFC").slice(0, 120) };
  return clean.person && clean.unit ? clean : null;
}
