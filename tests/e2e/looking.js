// What a test asks of a page. Read into the page before each question.
const everything = "a[href], button, input, select, textarea, summary, [tabindex='0']";
const isShown = (e) =>
  e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0 && !e.disabled && e.type !== "hidden";
const named = (e) => `${e.tagName.toLowerCase()}#${e.id || e.name || e.textContent.trim().slice(0, 30)}`;
const reachable = () => [...document.querySelectorAll(everything)].filter(isShown);

// Radios of one name are one stop.
const countReachable = () => {
  const first = (e) => document.querySelector(`[type=radio][name="${CSS.escape(e.name)}"]`);
  return reachable().filter((e) => e.type !== "radio" || e === first(e)).length;
};

const whereFocusIs = () => {
  const e = document.activeElement;
  return `${[...document.querySelectorAll("*")].indexOf(e)} ${e.textContent.trim()}`;
};

// Whether what has the focus looks different without it. Radios draw theirs on the label.
const focusIsSeen = () => {
  const e = document.activeElement;
  const drawn = [e, ...(e.labels || [])].flatMap((one) => ["", "::before", "::after"].map((part) => [one, part]));
  const look = () =>
    drawn.map(([one, part]) => {
      const s = getComputedStyle(one, part || null);
      return [s.outline, s.boxShadow, s.backgroundColor, s.borderColor, s.borderWidth].join();
    }).join();
  const focused = look();
  e.blur();
  const plain = look();
  e.focus();
  return focused !== plain;
};

const problemsOfOrder = () => {
  const problems = [];
  if (document.querySelectorAll("h1").length !== 1) problems.push("not one h1");
  const isWrong = !!document.querySelector(".govuk-error-summary, .summary");
  if (document.title.startsWith("Error: ") !== isWrong) problems.push("title: " + document.title);
  if (document.body.innerText.includes("if whether")) problems.push("'if whether' is no English");
  for (const e of reachable()) {
    if (e.tabIndex > 0) problems.push("a tab order of its own: " + named(e));
    const label = /radio|checkbox/.test(e.type) && e.labels && e.labels[0];
    const { width, height } = (label || e).getBoundingClientRect();
    const isInText =
      e.tagName === "A" &&
      getComputedStyle(e).display === "inline" &&
      e.parentElement.textContent.trim().length > e.textContent.trim().length;
    if (isInText || e.matches(".govuk-skip-link, .skip, [aria-hidden=true][tabindex=\"-1\"]")) continue;
    if (width < 24 || height < 24)
      problems.push(`small target ${Math.round(width)}×${Math.round(height)}: ${named(e)}`);
  }
  return problems;
};

const sideways = () => {
  const width = document.documentElement.clientWidth;
  const over = document.scrollingElement.scrollWidth - width;
  if (over <= 0) return [];
  const wide = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > width + 1);
  return [`${over}px sideways: ${wide.slice(-3).map((e) => e.outerHTML.slice(0, 120)).join(" | ")}`];
};

const cutOff = () =>
  [...document.querySelectorAll("main *, header *, footer *")]
    .filter((e) => {
      const style = getComputedStyle(e);
      return (
        e.children.length === 0 &&
        e.textContent.trim() &&
        /hidden|clip/.test(style.overflowX + style.overflowY) &&
        !e.closest(".govuk-visually-hidden, .unseen, option") &&
        isShown(e) &&
        (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)
      );
    })
    .map((e) => "cut off: " + e.outerHTML.slice(0, 120));
