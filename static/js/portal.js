// Makes forms marked data-enhance safe on a bad connection, and says what happens.
// Everything works without it; htmx itself is fetched when somebody first touches the page.
(() => {
  const data = document.currentScript.dataset;
  const self = document.currentScript.src;
  const find = (selector, within = document) => within.querySelector(selector);
  const all = (selector) => document.querySelectorAll(selector);
  const on = (names, act, options) =>
    names.split(" ").forEach((name) => document.addEventListener(name, act, options));

  const fetched = new Set();
  const fetchScript = (name) => {
    if (fetched.has(name)) return;
    fetched.add(name);
    const script = document.createElement("script");
    script.src = data[name];
    script.onerror = () => fetched.delete(name);
    document.head.append(script);
  };

  let timer;
  const announce = (text, wait = 100) => {
    const announcer = find("#announcer");
    clearTimeout(timer);
    if (!announcer) return;
    announcer.textContent = "";
    timer = setTimeout(() => (announcer.textContent = text), wait);
  };

  let shown;
  const place = () => location.pathname + location.search;

  // A page has come, or has been swapped in: dress its forms, and put the reader at its beginning.
  const arrive = (isSwapped) => {
    shown = place();
    for (const form of all("form[data-enhance]")) {
      const set = (name, value) => form.setAttribute("hx-" + name, value);
      set("post", form.getAttribute("action"));
      set("target", "#page");
      set("select", "#page");
      // Settling would copy the style of a text box somebody has dragged larger: the policy forbids it.
      set("swap", "outerHTML settle:0");
      set("sync", "drop");
      // An upload from a phone takes its time.
      if (form.enctype[0] === "m") set("config", "timeout:180000");
    }
    if (navigator.geolocation) {
      for (const button of all("[data-use-location]")) {
        button.hidden = false;
        fetchScript("location");
      }
    }
    if (find("[data-shrink]")) fetchScript("files");
    const summary = find(".govuk-error-summary");
    const start = summary || (isSwapped && find("main h1"));
    if (isSwapped) scrollTo(0, 0);
    if (start) {
      start.tabIndex = -1;
      start.focus();
    }
  };

  let pressed;
  const tellNotSaved = (form) => {
    find(".portal-not-saved")?.remove();
    const notice = find("#not-saved").content.firstElementChild.cloneNode(true);
    const button = form.contains(pressed) ? pressed : find("[type=submit]", form);
    const again = find("button", notice);
    if (button?.name) [again.name, again.value] = [button.name, button.value];
    (button?.closest(".govuk-button-group") || button || form.lastChild).before(notice);
    pressed = again;
    notice.scrollIntoView({ block: "nearest" });
    announce(find("p", notice).textContent);
  };

  on("pointerdown keydown focusin touchstart", () => find("[data-enhance]") && fetchScript("htmx"), {
    passive: true,
  });

  let sent, reachable;
  const onSubmit = (event) => {
    const form = event.target;
    pressed = event.submitter;
    // Another language is another whole page, header and footer too: the browser's own business.
    if (pressed?.name === "language") return event.stopPropagation();
    if (form.method !== "post" || form._htmx) return;
    if (sent === form) return event.preventDefault();
    sent = form;
    setTimeout(() => (sent = null), 2000);
    // htmx is not here, and the browser says there is no network: a plain post would lose the page.
    if (navigator.onLine || reachable || !("enhance" in form.dataset)) return;
    event.preventDefault();
    const retry = (isReachable) => {
      reachable = isReachable;
      sent = null;
      return isReachable ? form.requestSubmit(event.submitter) : tellNotSaved(form);
    };
    fetch(self, { method: "HEAD", cache: "no-store" }).then(() => retry(true), () => retry(false));
  };
  on("submit", onSubmit, true);

  on("htmx:error", ({ detail, target }) => detail.ctx && tellNotSaved(target));
  on("htmx:response:error", ({ detail, target }) => detail.ctx.response.status > 499 && tellNotSaved(target));
  on("htmx:before:swap", (event) => {
    const { ctx, tasks } = event.detail;
    const page = tasks[0]?.fragment.firstElementChild;
    const answer = ctx.response.raw;
    if (answer.status > 499) return;
    if (page && !(answer.ok && "whole" in page.dataset)) return;
    event.preventDefault();
    if (answer.ok) location.assign(answer.url);
    else tellNotSaved(event.target);
  });
  on("htmx:before:history:update", (event) => {
    if (new URL(event.detail.history.path, location).href === location.href) event.preventDefault();
  });
  // Back and forward load the page anew. This is ours rather than htmx's, which may not be here yet.
  on("htmx:before:history:restore", (event) => event.preventDefault());
  on("htmx:after:history:push", () => (shown = place()));
  addEventListener("popstate", () => place() !== shown && location.reload());
  on("htmx:after:settle", ({ target }) => target.id === "page" && arrive(true));

  // How much of a text is left; read out when the typing pauses.
  on("input focusin", ({ target }) => {
    const group = target.closest?.(".govuk-character-count");
    const message = group && find(".govuk-character-count__message", group);
    if (!message || target.tagName !== "TEXTAREA") return;
    const { maxlength, maxwords, left, over } = group.dataset;
    const text = target.value;
    const rest = maxwords ? maxwords - (text.match(/\S+/g) || []).length : maxlength - text.length;
    const unit = maxwords ? "Words" : "Characters";
    const words = rest < 0 ? over || unit + " too many: {n}" : left || unit + " left: {n}";
    message.textContent = words.replace("{n}", Math.abs(rest).toLocaleString());
    message.classList.toggle("govuk-error-message", rest < 0);
    message.classList.toggle("govuk-hint", rest >= 0);
    announce(message.textContent, 1000);
  });

  // "None of these" and the others exclude one another.
  on("change", ({ target }) => {
    if (target.type !== "checkbox" || !target.checked) return;
    const alone = "exclusive";
    for (const box of all(`input[type=checkbox][name="${CSS.escape(target.name)}"]`)) {
      if (box !== target && (box.dataset.behaviour === alone || target.dataset.behaviour === alone)) {
        box.checked = false;
      }
    }
  });

  arrive(false);
})();
