// Starts allauth's WebAuthn forms: which one and with which elements stands in data attributes,
// because the security policy lets no script stand in a page.
(function () {
  "use strict";
  document.addEventListener("allauth.error", function (event) {
    const name = event.detail && event.detail.exception && event.detail.exception.name;
    event.preventDefault();
    const shown = document.querySelector("[data-key-problem]");
    // Closing the browser's own window is no error.
    if (shown && name !== "AbortError") shown.hidden = false;
  });
  document.addEventListener("DOMContentLoaded", function () {
    for (const form of document.querySelectorAll("[data-key-form]")) {
      const given = form.dataset;
      const start = window.allauth.webauthn.forms[given.keyForm];
      if (!window.PublicKeyCredential) {
        document.getElementById(given.keyButton).disabled = true;
        continue;
      }
      start({
        ids: {
          add: given.keyButton,
          authenticate: given.keyButton,
          login: given.keyButton,
          credential: given.keyCredential,
          passwordless: given.keyPasswordless,
          data: "js_data",
        },
      });
    }
  });
})();
