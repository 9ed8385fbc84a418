// The editor of the workbench: CodeMirror 6 with what a form definition needs, and nothing else.
// It is put into a shadow root, where its styles are adopted sheets: the portal's policy allows no
// style elements. `window.portalEditor` is what static/js/design.js asks for.
import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

// Each pair has at least 4.5:1 against white.
const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "#0b3f4c", fontWeight: "bold" },
  { tag: [tags.string, tags.content], color: "#0b0c0c" },
  { tag: tags.comment, color: "#505a5f", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.meta], color: "#6b3fa0" },
]);
const look = EditorView.theme({
  "&": { height: "100%", fontSize: "15px", backgroundColor: "#ffffff", color: "#0b0c0c" },
  "&.cm-focused": { outline: "3px solid #ffdd00", outlineOffset: "0" },
  ".cm-scroller": { fontFamily: "ui-monospace, monospace", lineHeight: "1.5" },
  ".cm-gutters": { backgroundColor: "#f3f2f1", color: "#505a5f" },
  // In place of the lint package's pictures: they are data addresses, which the policy forbids.
  ".cm-lintRange-error, .cm-lintRange-warning, .cm-lintRange-info, .cm-lintRange-hint": {
    backgroundImage: "none",
    textDecoration: "underline wavy #d4351c",
  },
  ".cm-lint-marker": { borderRadius: "50%", backgroundColor: "#d4351c" },
  ".cm-lint-marker-error, .cm-lint-marker-warning, .cm-lint-marker-info": { content: '""' },
  ".cm-activeLine": { backgroundColor: "#eef5f455" },
});

window.portalEditor = ({ parent, text, label, complete, onChange, onSave }) => {
  const root = parent.attachShadow({ mode: "open" });
  const completions = (context) => {
    const line = context.state.doc.lineAt(context.pos);
    const word = context.matchBefore(/[\w-]*/);
    if (!context.explicit && word.from === word.to) return null;
    const options = complete(context.state.doc.toString(), line.number, context.pos - line.from);
    return options.length ? { from: word.from, options, validFor: /^[\w-]*$/ } : null;
  };
  const save = () => (onSave(), true);
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        bracketMatching(),
        indentUnit.of("  "),
        EditorState.tabSize.of(2),
        yaml(),
        syntaxHighlighting(colours),
        look,
        autocompletion({ override: [completions] }),
        EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
        // Tab leaves the editor, as the keyboard's users expect of a text box: no tab binding.
        keymap.of([
          { key: "Mod-s", run: save, preventDefault: true },
          ...completionKeymap, ...lintKeymap, ...searchKeymap, ...historyKeymap, ...defaultKeymap,
        ]),
        EditorView.updateListener.of((update) => update.docChanged && onChange()),
      ],
    }),
  });
  const at = (line, column) => {
    const found = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
    return { from: Math.min(found.from + Math.max(column - 1, 0), found.to), to: found.to };
  };
  return {
    text: () => view.state.doc.toString(),
    goTo(line, column) {
      const { from } = at(line, column);
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
      view.focus();
    },
    mark(findings) {
      const marks = findings.map(({ line, column, severity, message, hint }) => ({
        ...at(line, column),
        severity,
        message: hint ? `${message}. ${hint}` : message,
      }));
      view.dispatch(setDiagnostics(view.state, marks));
    },
  };
};
