import { api } from "../api/client";
import { setLanguage, useLanguage } from "./i18n";

/** One press changes the language, here at once and for the pages of the server. */
export function LanguageSwitch() {
  const now = useLanguage();
  const next = now === "vi" ? "en" : "vi";
  return (
    <button
      type="button"
      className="u-language"
      data-testid="language"
      lang={next}
      aria-label={next === "en" ? "EN: English" : "VI: Tiếng Việt"}
      onClick={() => {
        setLanguage(next);
        // The screen has changed already; the server's pages follow when it can be reached.
        api.language(next).catch(() => undefined);
      }}
    >
      {next === "en" ? "EN" : "VI"}
    </button>
  );
}
