// The workbench: the text box becomes an editor that checks as one types, completes from the schema,
// saves without leaving the page and loads the preview anew. Without it all works as plain forms.
(() => {
  const data = document.currentScript.dataset;
  const form = document.querySelector("form[data-form]");
  if (!form) return;
  const box = form.querySelector("#text");
  const version = form.querySelector("[name=version]");
  const problems = document.querySelector("#problems");
  const saved = document.querySelector("#saved");
  const state = document.querySelector("#state");
  const frame = document.querySelector("iframe[name=preview]");
  const address = `/design/${form.dataset.form}`;
  const file = `${form.dataset.form}.yml`;
  let digest = form.dataset.digest;
  let written = box.value;
  let editor = null;
  let timer;
  let asked = 0;

  const text = () => (editor ? editor.text() : box.value);
  const goTo = (line, column) => {
    if (editor) return editor.goTo(line, column);
    const at = box.value.split("\n").slice(0, line - 1).join("\n").length + column;
    box.focus();
    box.setSelectionRange(at, at);
  };

  const element = (name, words, className) => {
    const made = document.createElement(name);
    made.textContent = words;
    if (className) made.className = className;
    return made;
  };
  const show = (findings) => {
    editor?.mark(findings.filter((finding) => finding.file === file));
    if (!findings.length) return problems.replaceChildren(element("p", "None.", "govuk-body"));
    const list = element("ol", "", "govuk-list design-problems");
    for (const { file: where, line, column, message, hint, code } of findings) {
      const row = document.createElement("li");
      if (where === file) {
        const link = element("a", `Line ${line}`, "govuk-link");
        link.href = "#text";
        Object.assign(link.dataset, { line, column });
        row.append(link);
      } else row.append(`${where}, line ${line}`);
      row.append(`: ${message}${hint ? `. ${hint}` : ""} `, element("span", code, "design-name"));
      list.append(row);
    }
    problems.replaceChildren(list);
  };
  problems.addEventListener("click", (event) => {
    const { line, column } = event.target.dataset;
    if (!line) return;
    event.preventDefault();
    goTo(Number(line), Number(column));
  });

  const post = async (deed) => {
    const body = new FormData(form);
    body.set("text", text());
    body.set("deed", deed);
    const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
    return answer.json();
  };
  const readOnly = "readOnly" in form.dataset;
  const check = async () => {
    if (readOnly) return;
    const number = ++asked;
    const told = await post("check").catch(() => null);
    if (told?.findings && number === asked) show(told.findings);
  };
  const reload = () => {
    if (frame) frame.src = frame.contentWindow.location.pathname;
  };
  const save = async () => {
    if (readOnly) return;
    saved.textContent = "Saving";
    const sent = text();
    const told = await post("save").catch(() => ({ error: "It could not be saved: try again." }));
    if (told.error) return (saved.textContent = told.error);
    [version.value, digest, written] = [told.version, told.digest, sent];
    state.textContent = told.state;
    const count = told.findings.length;
    saved.textContent = `Saved as a draft definition${count ? ", with problems: the preview is the last good version" : ""}.`;
    show(told.findings);
    reload();
  };
  form.addEventListener("submit", (event) => {
    if (event.submitter?.value === "discard") return;
    event.preventDefault();
    if (event.submitter?.value === "check") check();
    else save();
  });
  addEventListener("beforeunload", (event) => text() !== written && event.preventDefault());
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(check, 400);
  };
  box.addEventListener("input", changed);

  // The file, or the draft, was saved elsewhere: the preview follows, and so does what is not changed here.
  let isOut = false;
  const watch = async () => {
    if (document.hidden) return;
    const asked = fetch(`${address}/state`, { headers: { Accept: "application/json" } });
    const told = await asked.then((answer) => answer.json()).catch(() => null);
    if (!told) return;
    if (told.error) {
      // Said once: a screen reader would say it again every three seconds.
      if (!isOut) saved.textContent = told.error;
      isOut = true;
      return;
    }
    if (isOut) saved.textContent = "You are signed in again: go on.";
    isOut = false;
    form.elements.csrf_token.value = told.csrf_token;
    if (told.digest === digest) return;
    digest = told.digest;
    state.textContent = told.state;
    reload();
    if (text() !== written) return (saved.textContent = "This form was saved elsewhere. What you see here is what you typed.");
    location.reload();
  };
  setInterval(watch, 3000);

  // Which keys belong at a place: the keys above it with less indent lead down the schema.
  let schema = null;
  const resolve = (node) => (node?.$ref ? resolve(schema.$defs[node.$ref.split("/").pop()]) : node);
  const indent = (line) => line.match(/^(\s*(?:- +)*)/)[0].length;
  const keyOf = (line) => line.match(/^\s*(?:- +)*([\w-]+):/)?.[1];
  const levels = (lines, number, depth) => {
    const path = [];
    for (let n = number - 2; n >= 0 && depth > 0; n--) {
      const key = keyOf(lines[n]);
      if (!key) continue;
      const opens = lines[n].search(/\S/);
      if (indent(lines[n]) < depth && !(opens < depth && indent(lines[n]) >= depth)) {
        path.unshift(key);
        depth = indent(lines[n]);
      }
    }
    return path;
  };
  const down = (path) => {
    let nodes = [schema];
    for (const key of path) {
      nodes = nodes.flatMap((node) => {
        const found = resolve(node.properties?.[key]);
        const item = found?.items ? resolve(found.items) : found;
        return item ? (item.oneOf || [item]).map(resolve) : [];
      });
    }
    return nodes;
  };
  const siblings = (lines, number, depth) => {
    const around = [];
    const starts = (line) => /^\s*- /.test(line) && indent(line) === depth;
    for (let n = number - 1; n >= 0; n--) {
      if (n !== number - 1 && lines[n].trim() && indent(lines[n]) < depth) break;
      around.push(lines[n]);
      if (starts(lines[n])) break;
    }
    for (let n = number; n < lines.length; n++) {
      if (lines[n].trim() && (indent(lines[n]) < depth || starts(lines[n]))) break;
      around.push(lines[n]);
    }
    return around.filter((line) => indent(line) === depth);
  };
  const complete = (whole, number, column) => {
    if (!schema) return [];
    const lines = whole.split("\n");
    const line = lines[number - 1];
    const before = line.slice(0, column);
    const depth = indent(line);
    let nodes = down(levels(lines, number, depth));
    const value = before.match(/^\s*(?:- +)*([\w-]+): +[\w-]*$/)?.[1];
    if (value) {
      const told = nodes.flatMap((node) => {
        const key = resolve(node.properties?.[value]);
        return key?.const ? [key.const] : (key?.enum || []).filter((one) => typeof one === "string");
      });
      return [...new Set(told)].map((label) => ({ label, type: "enum" }));
    }
    if (!/^\s*(?:- +)*[\w-]*$/.test(before)) return [];
    const near = siblings(lines, number, depth);
    const kind = near.map((one) => one.match(/^\s*(?:- +)*type: +([\w-]+)/)?.[1]).find(Boolean);
    const exact = nodes.filter((node) => node.properties?.type?.const === kind);
    if (kind && exact.length) nodes = exact;
    const there = new Set(near.filter((one) => one !== line).map(keyOf));
    const keys = new Map(nodes.flatMap((node) => Object.entries(node.properties || {})));
    return [...keys]
      .filter(([label]) => !there.has(label))
      .map(([label, { description }]) => ({ label, type: "property", info: description, apply: `${label}: ` }));
  };

  const dress = () => {
    const parent = document.createElement("div");
    parent.className = "design-editor";
    box.before(parent);
    box.hidden = true;
    editor = window.portalEditor({
      parent,
      text: box.value,
      label: "The definition",
      complete,
      onChange: changed,
      onSave: save,
    });
    form.querySelector("label[for=text]").addEventListener("click", () => goTo(1, 1));
    check();
  };
  const script = document.createElement("script");
  script.src = data.editor;
  script.onload = dress;
  document.head.append(script);
  fetch("/design/schema.json").then((answer) => answer.json()).then((told) => (schema = told)).catch(() => {});
})();
