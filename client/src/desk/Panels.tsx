/** The few acts that ask: remove, close; and what is shown once: a sign-in link; and the keys. */
import { type FormEvent, useEffect, useRef, useState } from "react";
import { api, Refusal, type SignInLink } from "../api/client";
import type { DeskSnapshot, WallSite } from "../api/messages";
import { hourMinute } from "../domain/format";
import { Button } from "../ui/Button";
import { useLanguage, useText } from "../ui/i18n";
import { Key } from "../ui/Key";
import { SidePanel } from "../ui/SidePanel";
import { Rules } from "./Side";
import { TEXT, type TextKey } from "./text";

export function RemovePanel({ site, onNo, onYes }: { site: WallSite; onNo: () => void; onYes: (reason: string) => void }) {
  const t = useText(TEXT);
  const [reason, setReason] = useState("");
  const [asked, setAsked] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const submit = (event?: FormEvent): void => {
    event?.preventDefault();
    if (reason.trim() === "") {
      setAsked(true);
      field.current?.focus();
    } else onYes(reason.trim());
  };
  return (
    <SidePanel
      title={t("remove_title", { site: site.name })}
      onClose={onNo}
      actions={
        <>
          <Button data-first onClick={onNo} data-testid="panel-no">
            {t("no")}
          </Button>
          <Button kind="danger" onClick={() => submit()} data-testid="panel-yes">
            {t("remove_yes", { site: site.name })}
          </Button>
        </>
      }
    >
      <p>{t("remove_help", { site: site.name })}</p>
      <form onSubmit={submit} className="d-form">
        <label htmlFor="remove-reason">{t("reason")}</label>
        <input
          id="remove-reason"
          ref={field}
          value={reason}
          maxLength={300}
          autoComplete="off"
          aria-invalid={asked && reason.trim() === ""}
          aria-describedby="remove-needed"
          onChange={(event) => setReason(event.target.value)}
        />
        <p id="remove-needed" className="d-form__need" role="alert">
          {asked && reason.trim() === "" ? t("reason_needed") : ""}
        </p>
      </form>
    </SidePanel>
  );
}

export function ClosePanel({ title, present, onNo, onYes }: { title: string; present: number; onNo: () => void; onYes: (reason: string) => void }) {
  const t = useText(TEXT);
  const [reason, setReason] = useState("");
  return (
    <SidePanel
      title={t("close_title", { title })}
      onClose={onNo}
      actions={
        <>
          <Button data-first onClick={onNo} data-testid="panel-no">
            {t("no")}
          </Button>
          <Button kind="danger" onClick={() => onYes(reason.trim())} data-testid="panel-yes">
            {t("close_yes")}
          </Button>
        </>
      }
    >
      <p>{t("close_help", { present })}</p>
      <div className="d-form">
        <label htmlFor="close-reason">{t("reason_optional")}</label>
        <input id="close-reason" value={reason} maxLength={300} autoComplete="off" onChange={(event) => setReason(event.target.value)} />
      </div>
    </SidePanel>
  );
}

export function LinkPanel({ site, onClose, issue = api.signInLink }: { site: WallSite; onClose: () => void; issue?: (site: string) => Promise<SignInLink> }) {
  const t = useText(TEXT);
  const language = useLanguage();
  const [link, setLink] = useState<SignInLink | null>(null);
  const [failure, setFailure] = useState<{ vi: string; en: string } | null>(null);
  const [copied, setCopied] = useState<boolean | null>(null);
  const asked = useRef(false);
  useEffect(() => {
    // Each question makes one more link that works: ask once, also when effects run twice.
    if (asked.current) return;
    asked.current = true;
    issue(site.site).then(setLink, (error: unknown) =>
      setFailure(
        error instanceof Refusal
          ? { vi: error.detail_vi, en: error.detail_en }
          : { vi: TEXT.n_no_server[0], en: TEXT.n_no_server[1] },
      ),
    );
  }, [issue, site.site]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(link?.url ?? "");
      setCopied(true);
    } catch {
      setCopied(false);
    }
  };
  return (
    <SidePanel
      title={t("sign_in_title", { site: site.name })}
      onClose={onClose}
      actions={
        <>
          <Button data-first onClick={onClose}>
            {t("close_panel")}
          </Button>
          {link ? (
            <Button kind="action" onClick={() => void copy()} data-testid="copy-link">
              {t(copied ? "copied" : "copy")}
            </Button>
          ) : null}
        </>
      }
    >
      {failure ? <p role="alert">{language === "en" ? failure.en : failure.vi}</p> : null}
      {!link && !failure ? <p>{t("sign_in_making")}</p> : null}
      {link ? (
        <div className="d-form">
          <input readOnly value={link.url} aria-label={t("sign_in_link")} data-testid="link-url" onFocus={(event) => event.target.select()} />
          <p>{t("sign_in_help", { time: hourMinute(link.expires_at) })}</p>
          {copied === false ? <p role="alert">{t("copy_failed")}</p> : null}
        </div>
      ) : null}
    </SidePanel>
  );
}

const KEYS: readonly (readonly [key: string, act: TextKey])[] = [
  ["F1", "k_list"],
  ["F2", "k_give"],
  ["Ctrl F2", "k_add"],
  ["⇧F2", "k_take_back"],
  ["F3", "k_find"],
  ["⇧F3", "k_admit_all"],
  ["F4", "k_mute_all"],
  ["⇧F4", "k_lock"],
  ["F8", "k_undo"],
  ["⇧F8", "k_redo"],
  ["F9", "k_take"],
  ["⇧1–⇧6", "k_layouts"],
  ["0–9", "k_digits"],
  ["← ↑ ↓ →", "k_arrows"],
  ["PgUp PgDn", "k_page"],
  ["Enter", "k_enter"],
  ["⇧Enter", "k_admit"],
  ["Del", "k_remove"],
  ["Ins", "k_talk"],
  ["Ctrl ↵", "k_ack"],
  ["Esc", "k_esc"],
  ["Tab", "k_tab"],
];

export function KeyListPanel({ rules, onClose }: { rules: DeskSnapshot["rules"]; onClose: () => void }) {
  const t = useText(TEXT);
  return (
    <SidePanel
      title={t("keys")}
      onClose={onClose}
      actions={
        <Button data-first onClick={onClose} keys="Esc">
          {t("close_panel")}
        </Button>
      }
    >
      <dl className="d-keylist">
        {KEYS.map(([key, act]) => (
          <div key={key}>
            <dt>
              <Key>{key}</Key>
            </dt>
            <dd>{t(act)}</dd>
          </div>
        ))}
      </dl>
      <p>{t("k_note")}</p>
      <Rules rules={rules} />
    </SidePanel>
  );
}

const STRIP: readonly (readonly [key: string, act: TextKey, wide: boolean])[] = [
  ["F1", "b_keys", false],
  ["F2", "b_give", false],
  ["⇧F2", "b_take_back", true],
  ["F3", "b_find", false],
  ["⇧F3", "b_admit_all", true],
  ["F4", "b_mute_all", false],
  ["⇧F4", "b_lock", false],
  ["F8", "b_undo", false],
  ["F9", "b_take", false],
  ["⇧1–6", "b_layouts", false],
  ["0–9", "b_digits", false],
  ["← ↑ ↓ →", "b_move", true],
  ["Enter", "b_enter", false],
  ["⇧Enter", "b_admit", true],
  ["Del", "b_remove", false],
  ["Ins", "b_talk", true],
  ["Ctrl ↵", "b_ack", true],
];

export function KeyStrip() {
  const t = useText(TEXT);
  return (
    <footer className="d-keys" aria-hidden="true">
      {STRIP.map(([key, act, wide]) => (
        <span key={key} className={wide ? "d-keys__wide" : undefined}>
          <Key>{key}</Key> {t(act)}
        </span>
      ))}
    </footer>
  );
}
