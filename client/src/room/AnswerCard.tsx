// Every answer to a join that is not "go in": one calm card that says what is, and what to do.
import { type ReactNode, useState } from "react";
import type { JoinAnswer } from "../api/messages";
import { dayMonthYear, duration, elapsed, hourMinute } from "../domain/format";
import { Button } from "../ui/Button";
import { useNow } from "../ui/Clock";
import {
  IconCircleHalf2,
  IconCircleXFilled,
  IconClock,
  IconDeviceDesktop,
  IconDoorExit,
  IconLink,
  IconPhone,
  IconPower,
  IconRefresh,
  IconUsers,
} from "../ui/icons";
import { useLanguage, useText } from "../ui/i18n";
import { LanguageSwitch } from "../ui/LanguageSwitch";
import { TEXT } from "./text";

export interface CardProps {
  outcome: string;
  icon: ReactNode;
  title: string;
  children?: ReactNode;
  acts?: ReactNode;
  site?: string;
  phone?: string;
}

/** A full screen with one card. */
export function FullCard({ outcome, icon, title, children, acts, site, phone }: CardProps) {
  const t = useText(TEXT);
  return (
    <div className="r-full">
      <header className="r-head">
        <div className="r-head__title">{site ? <h1>{t("site_title", { site })}</h1> : <h1>diemcau</h1>}</div>
        <LanguageSwitch />
      </header>
      <main className="r-full__body">
        <section className="r-card" data-testid="answer" data-outcome={outcome} aria-live="polite">
          <span className="r-card__icon" aria-hidden="true">
            {icon}
          </span>
          <h2>{title}</h2>
          {children ? <div className="r-card__text">{children}</div> : null}
          {acts ? <div className="r-card__acts">{acts}</div> : null}
          {phone ? (
            <a className="u-button u-button--normal u-button--site r-card__phone" href={`tel:${phone.replace(/\s/g, "")}`}>
              <IconPhone size={20} aria-hidden="true" />
              {t("call_number", { phone })}
            </a>
          ) : null}
        </section>
      </main>
    </div>
  );
}

function Countdown({ to }: { to: string }) {
  const t = useText(TEXT);
  const left = Date.parse(to) - useNow();
  return <p className="r-card__count">{left > 0 ? t("not_open_left", { left: duration(left + 999) }) : t("not_open_now")}</p>;
}

function Waited({ since }: { since: string }) {
  const t = useText(TEXT);
  const now = useNow();
  return <p className="r-dim">{t("waiting_since", { at: hourMinute(since), wait: duration(elapsed(since, now)) })}</p>;
}

const SIGN_IN = "diemcau.sign-in";

function signingIn(): boolean {
  try {
    return localStorage.getItem(SIGN_IN) === "yes";
  } catch {
    return false;
  }
}

export function markSigningIn(yes: boolean): void {
  try {
    if (yes) localStorage.setItem(SIGN_IN, "yes");
    else localStorage.removeItem(SIGN_IN);
  } catch {
    // then the steps are opened again after signing in
  }
}

export interface AnswerCardProps {
  answer: Exclude<JoinAnswer, { outcome: "admitted" }>;
  onEnter: (options: { takeover?: boolean; ask_consent?: boolean }) => void;
}

export function AnswerCard({ answer, onEnter }: AnswerCardProps) {
  const t = useText(TEXT);
  const [signIn, setSignIn] = useState(signingIn);
  // The answer that stood when taking over was asked for: another one like it is the refusal.
  const [askedAt, setAskedAt] = useState<JoinAnswer | null>(null);
  const common = { outcome: answer.outcome, site: answer.own.name, phone: answer.own.technician_phone };
  switch (answer.outcome) {
    case "waiting":
      return (
        <FullCard {...common} icon={<IconCircleHalf2 size={44} />} title={t("waiting")}>
          <p>
            {t(
              answer.why === "not_listed"
                ? "waiting_not_listed"
                : answer.why === "consent_asked"
                  ? "waiting_consent"
                  : "waiting_needs_admission",
            )}
          </p>
          <Waited since={answer.since} />
        </FullCard>
      );
    case "elsewhere":
    case "replaced":
      return (
        <FullCard
          {...common}
          icon={<IconDeviceDesktop size={44} stroke={1.5} />}
          title={t(answer.outcome)}
          acts={
            <>
              <Button kind={signIn ? "normal" : "action"} data-testid="ask-consent" onClick={() => onEnter({ ask_consent: true })}>
                {t("ask_consent")}
              </Button>
              {signIn ? null : (
                <Button
                  data-testid="sign-in-again"
                  onClick={() => {
                    markSigningIn(true);
                    setSignIn(true);
                  }}
                >
                  {t("sign_in_again")}
                </Button>
              )}
              <Button kind="quiet" icon={<IconRefresh size={18} />} onClick={() => onEnter({})}>
                {t("retry")}
              </Button>
            </>
          }
        >
          {answer.outcome === "elsewhere" ? (
            <p>{t("elsewhere_device", { device: answer.device, at: hourMinute(answer.since) })}</p>
          ) : (
            <p>{t("replaced_sub", { by: answer.by, at: hourMinute(answer.at) })}</p>
          )}
          {answer.outcome === "elsewhere" && answer.declined ? <p className="r-warn">{t("elsewhere_declined")}</p> : null}
          {signIn ? (
            <div className="r-card__steps">
              <p>{t("sign_in_steps")}</p>
              {askedAt !== null && askedAt !== answer ? <p className="r-warn">{t("takeover_refused")}</p> : null}
              <Button
                kind="action"
                data-testid="takeover"
                onClick={() => {
                  setAskedAt(answer);
                  onEnter({ takeover: true });
                }}
              >
                {t("takeover")}
              </Button>
            </div>
          ) : (
            <p>{t("elsewhere_sub")}</p>
          )}
        </FullCard>
      );
    case "removed":
      return (
        <FullCard {...common} icon={<IconDoorExit size={44} stroke={1.5} />} title={t("removed")}>
          <p className="r-card__reason">{t("removed_reason", { reason: answer.reason })}</p>
          <p>{t("removed_sub", { at: hourMinute(answer.at) })}</p>
        </FullCard>
      );
    case "not_open":
      return (
        <FullCard {...common} icon={<IconClock size={44} stroke={1.5} />} title={t("not_open")}>
          <p className="r-card__reason">{answer.title}</p>
          <Countdown to={answer.connect_at} />
          <p>
            {t("not_open_sub", {
              connect: hourMinute(answer.connect_at),
              opening: hourMinute(answer.opening_at),
              day: dayMonthYear(answer.opening_at),
            })}
          </p>
          <p className="r-dim">{t("not_open_auto")}</p>
        </FullCard>
      );
    case "closed":
      return (
        <FullCard {...common} icon={<IconPower size={44} stroke={1.5} />} title={t("closed")}>
          <p>{t("closed_sub", { at: hourMinute(answer.at) })}</p>
        </FullCard>
      );
    case "full":
      return (
        <FullCard {...common} icon={<IconUsers size={44} stroke={1.5} />} title={t("full")}>
          <p>{t("full_sub", { limit: answer.limit })}</p>
        </FullCard>
      );
  }
}

/** The server said no: a link that is spent, or a conference that is not this site's. */
export function RefusedCard({ status, vi, en, onRetry }: { status: number; vi: string; en: string; onRetry: () => void }) {
  const t = useText(TEXT);
  const link = status === 401;
  const detail = useLanguage() === "en" ? en : vi;
  return (
    <FullCard
      outcome={link ? "bad_link" : "refused"}
      icon={link ? <IconLink size={44} stroke={1.5} /> : <IconCircleXFilled size={44} />}
      title={link ? t("bad_link") : t("forbidden")}
      acts={
        <Button icon={<IconRefresh size={18} />} onClick={onRetry}>
          {t("retry")}
        </Button>
      }
    >
      {detail ? <p>{detail}</p> : null}
      {link || !detail ? <p>{t("bad_link_sub")}</p> : null}
    </FullCard>
  );
}
