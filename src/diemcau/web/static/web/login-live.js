// On a live screen: tells the server that it is open, and shows when the account came elsewhere.
(function () {
  "use strict";
  const app = document.getElementById("app");
  const every = app.dataset.page === "desk" ? 5000 : 20000;
  const csrf = () => (/csrftoken=([^;]+)/.exec(document.cookie) || ["", ""])[1];
  let bar = null;
  let read = "";

  function show(text) {
    if (bar !== null && bar.dataset.text !== text) {
      bar.remove();
      bar = null;
    }
    if (text === "" || text === read || bar !== null) return;
    bar = document.createElement("div");
    bar.className = "login-alert";
    bar.setAttribute("role", "alert");
    bar.dataset.testid = "login-alert";
    bar.dataset.text = text;
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = document.documentElement.lang === "en" ? "Noted" : "Đã rõ";
    close.addEventListener("click", function () {
      read = text;
      show("");
    });
    bar.append(text, close);
    document.body.append(bar);
  }

  async function sign() {
    try {
      const answer = await fetch("/phien/truc-tiep", {
        method: "POST",
        headers: { "X-CSRFToken": csrf() },
        body: new URLSearchParams({ conference: app.dataset.conference }),
        redirect: "error",
      });
      const { alert, put_out: out } = await answer.json();
      if (out) {
        location.replace("/o-may-khac?next=" + encodeURIComponent(location.pathname));
        return;
      }
      show(alert);
    } catch {
      // The screen itself says when the server is lost.
    }
    setTimeout(sign, every);
  }

  setTimeout(sign, every);
})();
