// Shows the lock page when the time is over; the server decides. What was typed is kept in this
// window and put back once, except passwords and codes.
(function () {
  "use strict";
  const script = document.currentScript;
  const kind = location.pathname.startsWith("/quan-tri/") ? "?quan-tri" : "";
  const key = "diemcau-kept:" + location.pathname;
  const kept = "input:not([type=hidden]):not([type=password]):not([autocomplete=one-time-code])," +
    "textarea,select";

  function fields() {
    return [...document.querySelectorAll("main form")].flatMap((form) =>
      [...form.querySelectorAll(kept)].filter((field) => field.name));
  }

  function keep() {
    const values = fields().map((field) =>
      [field.name, field.type === "checkbox" || field.type === "radio" ? field.checked : field.value]);
    if (values.length > 0) sessionStorage.setItem(key, JSON.stringify(values));
  }

  function restore() {
    const found = sessionStorage.getItem(key);
    if (found === null) return;
    sessionStorage.removeItem(key);
    const values = JSON.parse(found);
    fields().forEach((field, index) => {
      const pair = values[index];
      if (!pair || pair[0] !== field.name) return;
      if (typeof pair[1] === "boolean") field.checked = pair[1];
      else field.value = pair[1];
    });
  }

  function later(seconds) {
    setTimeout(look, Math.max(1, seconds) * 1000);
  }

  async function look() {
    try {
      const answer = await fetch("/phien/con" + kind, { cache: "no-store" });
      const { seconds } = await answer.json();
      if (seconds > 0) return later(seconds + 1);
    } catch {
      return later(30); // without the server nothing can be shown; it decides at the next click
    }
    keep();
    location.assign("/mo-khoa?next=" + encodeURIComponent(location.pathname + location.search));
  }

  restore();
  later(Number(script.dataset.seconds));
})();
