# ruff: noqa: E501  # each line is one that a designer reads
"""One slip each in files that are right, and every line the check must say about it."""

from dataclasses import dataclass

from portal.forms.fields import FIELD_TYPES
from portal.forms.language import FORM as FORM_KEYS
from tests.forms.hall import CALENDARS, COUNCIL, FEES, FORM, SHARED


@dataclass(frozen=True)
class Case:
    """A file, what is changed in it, and the lines `portal check` says, hints included."""

    name: str
    file: str
    old: str
    new: str
    said: list[str]


_HALL, _TWO = (
    "pages:\n  - page: hall\n",
    "  - {section: hall, title: The hall}\n  - {section: you, title: You}\n",
)
_CHAIRS = """\
  - repeat: chairs
    section: hall
    title: Chairs
    each: chair
    pages:
      - page: chair
        section: you
        questions:
          - {question: colour, ask: Colour, type: text}
  - page: your-details
"""


def sectioned(
    sections: str = _TWO, guests: str = "hall", crowded: str = "hall", details: str = "you"
) -> str:
    """The form with sections, and these for its pages."""
    text = FORM.replace(_HALL, f"sections:\n{sections}{_HALL}    section: hall\n")
    for page, section in (("guests", guests), ("crowded", crowded), ("your-details", details)):
        if section:
            text = text.replace(f"- page: {page}\n", f"- page: {page}\n    section: {section}\n")
    return text


CASES = [
    Case(
        "a question mark inside braces",
        FORM,
        "  - page: your-details\n",
        "  - {page: more, questions: [{question: more, ask: More?, type: yes-no}]}\n"
        "  - page: your-details\n",
        [
            "hire-a-hall.yml:41:56: error Y002 this is not YAML: expected ',' or '}', but got '?'",
            "    Inside braces and brackets put a text with a question mark in double quotes.",
        ],
    ),
    Case(
        "an empty file",
        FORM,
        FORM,
        "",
        [
            "hire-a-hall.yml:1:1: error F000 the file is empty",
            "    Begin with `form:` and the form's name.",
        ],
    ),
    Case(
        "text alone",
        FORM,
        FORM,
        "hello",
        [
            "hire-a-hall.yml:1:1: error F001 this must be a list of `key: value` lines",
        ],
    ),
    Case(
        "pages in braces",
        FORM,
        "pages:\n  - page: hall\n",
        "pages:\n  - just words\n  - page: hall\n",
        [
            "hire-a-hall.yml:10:5: error F001 this must be a list of `key: value` lines",
        ],
    ),
    Case(
        "a key with a slip",
        FORM,
        "title: Hire a hall",
        "titel: Hire a hall",
        [
            "hire-a-hall.yml:1:1: error F003 title is missing",
            "    What the service is called, as people would say it.",
            "hire-a-hall.yml:2:1: error F002 titel is not a key that belongs here",
            "    Did you mean title?",
        ],
    ),
    Case(
        "a merge key",
        FORM,
        "takes: 3 minutes",
        "<<: {takes: 3 minutes}",
        [
            "hire-a-hall.yml:7:1: error F002 << is not a key that belongs here",
            f"    Use one of: {', '.join(FORM_KEYS)}.",
        ],
    ),
    Case(
        "a key from nowhere",
        FORM,
        "  - line: hire",
        "  - zzzzz: 1\n    line: hire",
        [
            "hire-a-hall.yml:45:5: error F002 zzzzz is not a key that belongs here",
            "    Use one of: line, label, when, amount, by, times, income_code, vat.",
        ],
    ),
    Case(
        "a key missing",
        FORM,
        "lgsl: 461\n",
        "",
        [
            "hire-a-hall.yml:1:1: error F003 lgsl is missing",
            "    The service's number in the Local Government Service List.",
        ],
    ),
    Case(
        "a key left empty",
        FORM,
        "summary: Hire a hall for an afternoon",
        "summary:",
        [
            "hire-a-hall.yml:3:1: error F003 summary is missing",
            "    One sentence for the list of services.",
        ],
    ),
    Case(
        "a question without a type",
        FORM,
        "        type: radios\n        options:\n          big: The big hall\n          small: The small hall\n",
        "",
        [
            "hire-a-hall.yml:12:9: error F003 type is missing",
            "    The field type.",
        ],
    ),
    Case(
        "a list where text is wanted",
        FORM,
        "title: Hire a hall",
        "title: [Hire, a hall]",
        [
            "hire-a-hall.yml:2:1: error F004 title must be text",
        ],
    ),
    Case(
        "an own error that is no text",
        FORM,
        "        min: 0",
        "        errors: {missing: [a]}\n        min: 0",
        [
            "hire-a-hall.yml:26:18: error F004 missing must be text",
        ],
    ),
    Case(
        "a page name with capitals",
        FORM,
        "page: guests",
        "page: Your Guests",
        [
            "hire-a-hall.yml:18:5: error F005 'Your Guests' cannot be the name of a page",
            "    Use small letters, digits and hyphens, beginning with a letter.",
        ],
    ),
    Case(
        "a question name with a hyphen",
        FORM,
        "question: cars",
        "question: how-many",
        [
            "hire-a-hall.yml:28:9: error F005 'how-many' cannot be the name of a question",
            "    Use small letters, digits and underscores, beginning with a letter.",
            "hire-a-hall.yml:33:15: error C001 there is no question called cars",
            "    Use the name after `question:`.",
            "hire-a-hall.yml:35:9: error F031 the question cars is not on this page",
            "hire-a-hall.yml:75:37: error F039 there is no question called cars",
            "hire-a-hall.yml:76:15: error F039 there is no question called cars",
        ],
    ),
    Case(
        "neither yes nor no",
        FORM,
        "exit: yes",
        "exit: maybe",
        [
            "hire-a-hall.yml:38:5: error F006 exit must be yes or no",
        ],
    ),
    Case(
        "a number in words",
        FORM,
        "lgsl: 461",
        "lgsl: four",
        [
            "hire-a-hall.yml:5:1: error F007 lgsl must be a whole number",
        ],
    ),
    Case(
        "a negative number",
        FORM,
        "lgsl: 461",
        "lgsl: -4",
        [
            "hire-a-hall.yml:5:1: error F007 lgsl must be a whole number",
        ],
    ),
    Case(
        "an amount in words",
        FORM,
        "fee: £20.00",
        "fee: twenty",
        [
            "hire-a-hall.yml:70:5: error F008 'twenty' is not an amount of money",
            "    Write it like £45.00.",
        ],
    ),
    Case(
        "a day that does not exist",
        FORM,
        "on: 2026-05-01",
        "on: 2026-02-30",
        [
            "hire-a-hall.yml:67:5: error F009 '2026-02-30' is not a date",
            "    Write it like 2026-04-01.",
        ],
    ),
    Case(
        "text where a list is wanted",
        FORM,
        "audience: [resident]",
        "audience: resident",
        [
            "hire-a-hall.yml:6:1: error F010 audience must be a list of texts",
            "    Write it like [one, two].",
        ],
    ),
    Case(
        "an audience nobody knows",
        FORM,
        "audience: [resident]",
        "audience: [dog]",
        [
            "hire-a-hall.yml:6:12: error F011 audience cannot be 'dog'",
            "    Choose from resident, business; or officer by itself.",
        ],
    ),
    Case(
        "a VAT nobody knows",
        FORM,
        "vat: exempt",
        "vat: none",
        [
            "hire-a-hall.yml:49:5: error F011 vat cannot be 'none'",
            "    Choose from outside-scope, exempt, zero, reduced, standard.",
        ],
    ),
    Case(
        "one page without its hyphen",
        FORM,
        "examples:\n",
        "examples: none\nwhatever:\n",
        [
            "hire-a-hall.yml:65:1: error F012 examples must be a list",
            "    Begin each item with a hyphen.",
            "hire-a-hall.yml:66:1: error F002 whatever is not a key that belongs here",
            f"    Use one of: {', '.join(FORM_KEYS)}.",
        ],
    ),
    Case(
        "two pages of one name",
        FORM,
        "page: guests",
        "page: hall",
        [
            "hire-a-hall.yml:18:5: error F020 there are two pages called hall",
        ],
    ),
    Case(
        "a page the portal has itself",
        FORM,
        "page: guests",
        "page: check-answers",
        [
            "hire-a-hall.yml:18:5: error F021 a page cannot be called check-answers",
            "    The portal uses that address itself.",
        ],
    ),
    Case(
        "one question asked twice",
        FORM,
        "question: cars",
        "question: hall",
        [
            "hire-a-hall.yml:28:9: error F022 hall is asked twice, first on the page hall",
            "hire-a-hall.yml:33:15: error C001 there is no question called cars",
            "    Use the name after `question:`.",
            "hire-a-hall.yml:35:9: error F031 the question cars is not on this page",
            "hire-a-hall.yml:75:37: error F039 there is no question called cars",
            "hire-a-hall.yml:76:15: error F039 there is no question called cars",
        ],
    ),
    Case(
        "an exit page that asks",
        FORM,
        "    guidance: The hall holds 500.",
        "    questions:\n      - {question: sure, ask: Are you sure, type: yes-no}",
        [
            "hire-a-hall.yml:38:5: error F023 an exit page asks nothing",
            "    Move its questions to another page.",
        ],
    ),
    Case(
        "an empty page",
        FORM,
        "  - page: crowded",
        "  - page: blank\n    title: Blank\n  - page: crowded",
        [
            "hire-a-hall.yml:36:5: error F024 the page blank is empty",
            "    Give it questions or guidance.",
        ],
    ),
    Case(
        "a shared page that is not there",
        FORM,
        "use: contact",
        "use: contacts",
        [
            "hire-a-hall.yml:42:5: error F025 _shared.yml has no page called contacts",
            "    It has: contact, unused.",
            "hire-a-hall.yml:61:27: error F037 {your_name} is not a question of this form",
            "    Write the name after `question:`.",
            "hire-a-hall.yml:62:14: error F036 your_name is not a question of type name or text",
            "    These are: none.",
            "hire-a-hall.yml:62:31: error F036 email is not a question of type email",
            "    These are: none.",
            "hire-a-hall.yml:68:28: error F039 there is no question called your_name",
            "hire-a-hall.yml:68:52: error F039 there is no question called email",
        ],
    ),
    Case(
        "a question with CEL's name",
        FORM,
        "question: cars",
        "question: int",
        [
            "hire-a-hall.yml:28:9: error F026 int means something else in conditions",
            "    Choose another name.",
            "hire-a-hall.yml:33:15: error C001 there is no question called cars",
            "    Use the name after `question:`.",
            "hire-a-hall.yml:35:9: error F031 the question cars is not on this page",
            "hire-a-hall.yml:75:37: error F039 there is no question called cars",
            "hire-a-hall.yml:76:15: error F039 there is no question called cars",
        ],
    ),
    Case(
        "a type nobody has",
        FORM,
        "type: radios",
        "type: radio",
        [
            "hire-a-hall.yml:14:9: error F027 there is no field type called radio",
            "    Did you mean radios?",
        ],
    ),
    Case(
        "a type like no other",
        FORM,
        "type: radios",
        "type: dropdown",
        [
            "hire-a-hall.yml:14:9: error F027 there is no field type called dropdown",
            f"    Choose from {', '.join(sorted(FIELD_TYPES))}.",
        ],
    ),
    Case(
        "a choice without its quotes",
        FORM,
        'when: hall == "big"',
        "when: hall == big",
        [
            "hire-a-hall.yml:19:19: error C001 there is no question called big",
            '    A choice stands in quotes: "big".',
        ],
    ),
    Case(
        "a question without words",
        FORM,
        "        ask: How many cars?\n",
        "",
        [
            "hire-a-hall.yml:28:9: error F028 ask is missing",
            "    Every question needs its words.",
        ],
    ),
    Case(
        "two questions without a title",
        FORM,
        "    title: Your guests\n",
        "",
        [
            "hire-a-hall.yml:18:5: error F029 the page guests needs a title",
            "    Only a page with exactly one question is headed by it.",
        ],
    ),
    Case(
        "limits the wrong way round",
        FORM,
        "        min: 0\n        max: 999",
        "        min: 10\n        max: 9",
        [
            "hire-a-hall.yml:26:9: error F030 min must not be more than max",
        ],
    ),
    Case(
        "a check at another page's question",
        FORM,
        "        at: cars",
        "        at: hall",
        [
            "hire-a-hall.yml:35:9: error F031 the question hall is not on this page",
        ],
    ),
    Case(
        "a file of another name",
        FORM,
        "form: hire-a-hall",
        "form: hire-the-hall",
        [
            "hire-a-hall.yml:1:1: error F032 the file is called hire-a-hall.yml but the form hire-the-hall",
            "    Give both the same name.",
        ],
    ),
    Case(
        "nothing but an exit",
        FORM,
        FORM[FORM.index("  - page: hall") : FORM.index("declaration")],
        "  - {page: no, exit: yes, title: No}\n",
        [
            "hire-a-hall.yml:9:1: error F033 every page is an exit page",
            "    Nothing could ever be sent.",
            "hire-a-hall.yml:20:11: error C001 there is no question called hall",
            "    Use the name after `question:`.",
            (
                "hire-a-hall.yml:22:5: error P009 "
                "guests is not a whole-number question or computed number of this form"
            ),
            "    There are: none.",
            "hire-a-hall.yml:29:13: error F037 {hall} is not a question of this form",
            "    Write the name after `question:`.",
            "hire-a-hall.yml:29:27: error F037 {your_name} is not a question of this form",
            "    Write the name after `question:`.",
            "hire-a-hall.yml:30:14: error F036 your_name is not a question of type name or text",
            "    These are: none.",
            "hire-a-hall.yml:30:31: error F036 email is not a question of type email",
            "    These are: none.",
            "hire-a-hall.yml:36:15: error F039 there is no question called hall",
            "hire-a-hall.yml:36:28: error F039 there is no question called your_name",
            "hire-a-hall.yml:36:52: error F039 there is no question called email",
            "hire-a-hall.yml:37:12: error F040 there is no page called hall",
            "hire-a-hall.yml:37:18: error F040 there is no page called your-details",
            "hire-a-hall.yml:40:15: error F039 there is no question called hall",
            "hire-a-hall.yml:40:26: error F039 there is no question called guests",
            "hire-a-hall.yml:41:5: error F040 there is no page called crowded",
            "hire-a-hall.yml:43:15: error F039 there is no question called hall",
            "hire-a-hall.yml:43:26: error F039 there is no question called guests",
            "hire-a-hall.yml:43:37: error F039 there is no question called cars",
            "hire-a-hall.yml:44:15: error F039 there is no question called cars",
        ],
    ),
    Case(
        "a keep nobody understands",
        FORM,
        "draft: 28 days",
        "draft: a while",
        [
            "hire-a-hall.yml:64:8: error F034 'a while' is not a length of time",
            "    Write it like 28 days or 6 years.",
        ],
    ),
    Case(
        "a target in weeks",
        FORM,
        "5 working days",
        "two weeks",
        [
            "hire-a-hall.yml:60:3: error F035 target must be a number of working days",
            "    Write it like 20 working days.",
        ],
    ),
    Case(
        "a customer of the wrong type",
        FORM,
        "email: email}",
        "email: hall}",
        [
            "hire-a-hall.yml:62:31: error F036 hall is not a question of type email",
            "    These are: email.",
        ],
    ),
    Case(
        "a placeholder of no question",
        FORM,
        "{your_name}",
        "{yourname}",
        [
            "hire-a-hall.yml:61:27: error F037 {yourname} is not a question of this form",
            "    Did you mean your_name?",
        ],
    ),
    Case(
        "a part no answer has",
        FORM,
        "{hall.label}",
        "{guests.town}",
        [
            "hire-a-hall.yml:61:13: error F038 {guests.town}: a whole-number has no town",
            "    Write {guests}.",
        ],
    ),
    Case(
        "an example of no question",
        FORM,
        "answers: {hall: small,",
        "answers: {hal: small,",
        [
            "hire-a-hall.yml:68:15: error F039 there is no question called hal",
            "    Did you mean hall?",
        ],
    ),
    Case(
        "an example that sees no page",
        FORM,
        "sees: [hall,",
        "sees: [hal,",
        [
            "hire-a-hall.yml:69:12: error F040 there is no page called hal",
            "    Did you mean hall?",
        ],
    ),
    Case(
        "an example that ends nowhere",
        FORM,
        "ends_at: crowded",
        "ends_at: crowd",
        [
            "hire-a-hall.yml:73:5: error F040 there is no page called crowd",
            "    Did you mean crowded?",
        ],
    ),
    Case(
        "a placeholder with a space",
        FORM,
        "{hall.label}",
        "{ hall }",
        [
            "hire-a-hall.yml:61:13: error F042 { hall } is not a placeholder",
            "    Write it like {name} or {home.one_line}.",
        ],
    ),
    Case(
        "a condition of no question",
        FORM,
        'when: hall == "big"',
        'when: hal == "big"',
        [
            "hire-a-hall.yml:19:11: error C001 there is no question called hal",
            "    Did you mean hall?",
        ],
    ),
    Case(
        "a condition cut short",
        FORM,
        "when: guests > 500",
        "when: guests >",
        [
            "hire-a-hall.yml:37:19: error C001 the expression is not complete or has a slip",
            '    For example: request == "new" && plots > 10',
        ],
    ),
    Case(
        "a condition with a number that has a point",
        FORM,
        "when: guests > 500",
        "when: guests > 4.8",
        [
            (
                "hire-a-hall.yml:37:18: error C001 "
                "> does not work between a number and a number with a point"
            ),
            (
                "    Conditions count in the smallest part: "
                "a decimal of 4.8 with two places is 480, and so is £4.80."
            ),
        ],
    ),
    Case(
        "a condition between types",
        FORM,
        "when: guests > 500",
        'when: guests > "500"',
        [
            "hire-a-hall.yml:37:18: error C001 > does not work between a number and a text",
            '    Text goes in quotes ("yes"), numbers do not.',
        ],
    ),
    Case(
        "a function of the wrong type",
        FORM,
        "when: guests > 500",
        "when: age(guests) > 500",
        [
            "hire-a-hall.yml:37:11: error C001 age() takes a date, not a number",
        ],
    ),
    Case(
        "a function nobody has",
        FORM,
        "when: guests > 500",
        "when: size_of(guests) > 500",
        [
            "hire-a-hall.yml:37:11: error C001 there is no function called size_of",
            "    There are: today, working_days_until, working_days_between, days_until, days_between, add_working_days, age, hours_between, pounds, sum.",
        ],
    ),
    Case(
        "a condition that is a number",
        FORM,
        "when: guests > 500",
        "when: guests + 1",
        [
            "hire-a-hall.yml:37:11: error C002 this gives a number, not a yes or no",
            "    Compare it with something: plots > 10.",
        ],
    ),
    Case(
        "a condition that is a list",
        FORM,
        "when: guests > 500",
        'when: "[hall]"',
        [
            "hire-a-hall.yml:37:12: error C002 this gives a list, not a yes or no",
            "    Compare it with something: plots > 10.",
        ],
    ),
    Case(
        "a condition on what comes later",
        FORM,
        'when: hall == "big"\n    title',
        'when: your_name.first == "Ann"\n    title',
        [
            "hire-a-hall.yml:19:11: error C003 your_name is asked later",
            "    A condition reads only earlier answers.",
        ],
    ),
    Case(
        "a condition that builds lists",
        FORM,
        "when: guests > 500",
        'when: "([hall] + [hall]).size() > 1"',
        [
            "hire-a-hall.yml:37:12: error C001 a condition cannot build lists or texts",
            "    Use exists, all, in, or sum(list.map(each, each.number)).",
        ],
    ),
    Case(
        "a tab",
        FORM,
        "    questions:\n      - question: hall\n",
        "    questions:\n\t  - question: hall\n",
        [
            "hire-a-hall.yml:12:1: error Y002 this is not YAML: found character '\\t' that cannot start any token",
            "    Indent with spaces, never with tabs.",
        ],
    ),
    Case(
        "text with a colon",
        FORM,
        "title: Hire a hall",
        "title: Hire: a hall",
        [
            "hire-a-hall.yml:2:12: error Y002 this is not YAML: mapping values are not allowed here",
            '    Put text that contains ": " in double quotes, or check the indentation above.',
        ],
    ),
    Case(
        "a quote left open",
        FORM,
        "title: Hire a hall",
        'title: "Hire a hall',
        [
            "hire-a-hall.yml:19:20: error Y002 this is not YAML: expected <block end>, but found '<scalar>'",
            "    Check the indentation and the quotes on this line and the one above.",
        ],
    ),
    Case(
        "two documents",
        FORM,
        "takes: 3 minutes",
        "---\ntakes: 3 minutes",
        [
            "hire-a-hall.yml:7:1: error Y002 this is not YAML: but found another document",
            "    Keep one form in a file: remove the line ---.",
        ],
    ),
    Case(
        "a backslash in quotes",
        FORM,
        "title: Hire a hall",
        'title: "C:\\hall"',
        [
            "hire-a-hall.yml:2:12: error Y002 this is not YAML: found unknown escape character 'h'",
            "    Use single quotes around text with a backslash.",
        ],
    ),
    Case(
        "a python tag",
        FORM,
        "title: Hire a hall",
        "title: !!python/object/apply:os.system [ls]",
        [
            "hire-a-hall.yml:2:1: error F004 title must be text",
            "hire-a-hall.yml:2:8: error Y004 the tag !!python/object/apply:os.system is not allowed",
            "    A text that begins with ! must be in quotes.",
        ],
    ),
    Case(
        "an exclamation",
        FORM,
        "title: Hire a hall",
        "title: !important",
        [
            "hire-a-hall.yml:2:1: error F003 title is missing",
            "    What the service is called, as people would say it.",
            "hire-a-hall.yml:2:8: error Y004 the tag !important is not allowed",
            "    A text that begins with ! must be in quotes.",
        ],
    ),
    Case(
        "a key that is a list",
        FORM,
        "takes: 3 minutes",
        "? [takes, it]\n: 3 minutes",
        [
            "hire-a-hall.yml:7:3: error Y005 a key must be plain text",
            "    Write it like `key: value`.",
        ],
    ),
    Case(
        "a key written twice",
        FORM,
        "takes: 3 minutes",
        "title: Again",
        [
            "hire-a-hall.yml:7:1: error Y006 title is written twice",
            "    It is already on line 2. Keep one of them.",
        ],
    ),
    Case(
        "an alias",
        FORM,
        "takes: 3 minutes",
        "takes: *title",
        [
            "hire-a-hall.yml:7:8: error Y007 an alias (*title) is not allowed",
            "    A text that begins with * must be in quotes.",
        ],
    ),
    Case(
        "an ampersand",
        FORM,
        "takes: 3 minutes",
        "takes: &about three minutes",
        [
            "hire-a-hall.yml:7:8: error Y007 an anchor (&about) is not allowed",
            "    A text that begins with & must be in quotes.",
        ],
    ),
    Case(
        "a NUL",
        FORM,
        "takes: 3 minutes",
        "takes: 3\x00 minutes",
        [
            "hire-a-hall.yml:7:9: error Y008 the character U+0000 cannot be shown",
            "    Remove it.",
        ],
    ),
    Case(
        "an escaped half character",
        FORM,
        "takes: 3 minutes",
        'takes: "\\ud800"',
        [
            "hire-a-hall.yml:7:8: error Y008 the character U+D800 cannot be shown",
            "    Remove it.",
        ],
    ),
    Case(
        "not UTF-8",
        FORM,
        "takes: 3 minutes",
        "takes: 3 � minutes",
        [
            "hire-a-hall.yml:7:10: error Y008 this is not UTF-8 text",
            "    Save the file as UTF-8.",
        ],
    ),
    Case(
        "dates that fall",
        FEES,
        "from: 2027-04-01",
        "from: 2025-04-01",
        [
            "_fees.yml:2:3: error P001 the dates of hall-hire must rise",
            "    Put the oldest amount first.",
        ],
    ),
    Case(
        "a fee without amounts",
        FEES,
        "  unused:\n    - from: 2026-01-01\n      amount: £1.00\n",
        "  unused: []\n",
        [
            "_fees.yml:10:3: error P002 unused has no amount",
            "    Add a `from:` and an `amount:`.",
        ],
    ),
    Case(
        "neither amount nor bands",
        FEES,
        "      amount: £1.00\n",
        "",
        [
            "_fees.yml:11:7: error P003 a fee has either one amount or bands",
            "    Keep one of the two.",
        ],
    ),
    Case(
        "bands that fall",
        FEES,
        "to: 50",
        "to: 0",
        [
            "_fees.yml:9:7: error P004 each band must end higher than the one before it",
            "    Only the last band leaves `to:` out.",
        ],
    ),
    Case(
        "a band that ends nowhere",
        FEES,
        "{amount: £30.00}",
        "{to: 40, amount: £30.00}",
        [
            "_fees.yml:9:7: error P004 each band must end higher than the one before it",
        ],
    ),
    Case(
        "a fee that is a text",
        FEES,
        "  unused:\n    - from: 2026-01-01\n      amount: £1.00\n",
        "  unused: £1.00\n",
        [
            "_fees.yml:10:3: error F012 unused must be a list",
            "    Begin each item with a hyphen.",
        ],
    ),
    Case(
        "two lines of one name",
        FORM,
        "line: chairs",
        "line: hire",
        [
            "hire-a-hall.yml:50:5: error P005 there are two lines called hire",
        ],
    ),
    Case(
        "bands without a number",
        FORM,
        "    by: guests\n",
        "",
        [
            "hire-a-hall.yml:50:5: error P006 hall-chairs has bands, so the line needs `by:`",
            "    Name the whole-number question that chooses the band.",
        ],
    ),
    Case(
        "a number without bands",
        FORM,
        "    amount: hall-hire\n",
        "    amount: hall-hire\n    by: guests\n",
        [
            "hire-a-hall.yml:48:5: error P007 hall-hire has no bands, so `by:` does nothing",
            "    Use `times:` to multiply, or remove it.",
        ],
    ),
    Case(
        "a fee that is not there",
        FORM,
        "amount: hall-hire",
        "amount: hall-hires",
        [
            "hire-a-hall.yml:47:5: error P008 _fees.yml has no fee called hall-hires",
            "    It has: hall-hire, hall-chairs, unused.",
        ],
    ),
    Case(
        "a number that is no number",
        FORM,
        "by: guests",
        "by: hall",
        [
            (
                "hire-a-hall.yml:54:5: error P009 "
                "hall is not a whole-number question or computed number of this form"
            ),
            "    There are: cars, guests.",
        ],
    ),
    Case(
        "less than a card can pay",
        FORM,
        "amount: hall-hire",
        "amount: £0.29",
        [
            "hire-a-hall.yml:47:5: error P010 hire is less than 30p, which no card can pay",
            "    Charge nothing, or 30p or more.",
        ],
    ),
    Case(
        "a shared file of other keys",
        SHARED,
        "pages:",
        "page:",
        [
            "_shared.yml:1:1: error F002 page is not a key that belongs here",
            "    Did you mean pages?",
            "_shared.yml:1:1: error F003 pages is missing",
            "    Pages several forms share, by name.",
        ],
    ),
    Case(
        "a shared page without words",
        SHARED,
        "{question: nothing, ask: Nothing, type: text}",
        "{question: nothing, type: text}",
        [
            "_shared.yml:9:9: error F028 ask is missing",
            "    Every question needs its words.",
        ],
    ),
    Case(
        "a prefix in small letters",
        COUNCIL,
        "reference_prefix: EX",
        "reference_prefix: ex",
        [
            "_council.yml:7:1: error F041 the prefix must be two or three capital letters",
        ],
    ),
    Case(
        "a council without a name",
        COUNCIL,
        "name: Example Council\n",
        "",
        [
            "_council.yml:1:1: error F003 name is missing",
            "    The council's name.",
        ],
    ),
    Case(
        "a council that is no YAML",
        COUNCIL,
        "name: Example Council",
        "name: [Example",
        [
            "_council.yml:2:6: error Y002 this is not YAML: expected ',' or ']', but got ':'",
            "    Check the indentation and the quotes on this line and the one above.",
        ],
    ),
    Case(
        "21 levels",
        FORM,
        "title: Hire a hall",
        "title: " + "[" * 21,
        [
            "hire-a-hall.yml:2:27: error Y003 nested more than 20 levels deep",
            "    Check the indentation and the brackets.",
        ],
    ),
    Case(
        "too many values",
        FORM,
        "title: Hire a hall",
        "title: [" + "a," * 8_000 + "]",
        [
            "hire-a-hall.yml:2:15999: error Y001 the file has more than 8000 values",
            "    Split the form.",
        ],
    ),
    Case(
        "two megabytes",
        FORM,
        "title: Hire a hall",
        "title: " + "a" * 2_000_000,
        [
            "hire-a-hall.yml:1:1: error Y001 the file is larger than 128 KB",
            "    Split the form.",
        ],
    ),
    Case(
        "a list with more than it may have",
        FORM,
        "  - page: your-details\n",
        "  - repeat: chairs\n    title: Chairs\n    each: chair\n    min: 5\n    max: 2\n    pages:\n      - page: chair\n        questions:\n          - {question: colour, ask: Colour, type: text}\n  - page: your-details\n",
        [
            "hire-a-hall.yml:44:5: error F047 min must not be more than max",
        ],
    ),
    Case(
        "a list without end",
        FORM,
        "  - page: your-details\n",
        "  - repeat: chairs\n    title: Chairs\n    each: chair\n    max: 999\n    pages:\n      - page: chair\n        questions:\n          - {question: colour, ask: Colour, type: text}\n  - page: your-details\n",
        [
            "hire-a-hall.yml:44:5: error F048 max must be 200 or less",
        ],
    ),
    Case(
        "a list that is called like a question",
        FORM,
        "  - page: your-details\n",
        "  - repeat: hall\n    title: Chairs\n    each: chair\n    max: 9\n    pages:\n      - page: chair\n        questions:\n          - {question: colour, ask: Colour, type: text}\n  - page: your-details\n",
        [
            "hire-a-hall.yml:19:16: error C001 == does not work between a list and a text",
            '    Text goes in quotes ("yes"), numbers do not.',
            "hire-a-hall.yml:41:5: error F051 something else is called hall",
            "    Choose another name.",
            "hire-a-hall.yml:60:16: error C001 == does not work between a list and a text",
            '    Text goes in quotes ("yes"), numbers do not.',
        ],
    ),
    Case(
        "a list that is called like a word of conditions",
        FORM,
        "  - page: your-details\n",
        "  - repeat: today\n    title: Chairs\n    each: chair\n    max: 9\n    pages:\n      - page: chair\n        questions:\n          - {question: colour, ask: Colour, type: text}\n  - page: your-details\n",
        [
            "hire-a-hall.yml:41:5: error F052 a list cannot be called today",
            "    Choose another name.",
        ],
    ),
    Case(
        "a list that asks nothing",
        FORM,
        "  - page: your-details\n",
        "  - {repeat: chairs, title: Chairs, each: chair, pages: [{page: chair, title: A, guidance: B}]}\n  - page: your-details\n",
        [
            "hire-a-hall.yml:41:50: error F045 chairs asks nothing",
            "    Give it a page with a question.",
        ],
    ),
    Case(
        "a list whose first page may not be asked",
        FORM,
        "  - page: your-details\n",
        '  - repeat: chairs\n    title: Chairs\n    each: chair\n    max: 9\n    pages:\n      - page: chair\n        when: hall == "big"\n        questions:\n          - {question: colour, ask: Colour, type: text}\n  - page: your-details\n',
        [
            "hire-a-hall.yml:45:5: error F044 chairs must begin with a page that is always asked",
            "    A new one begins there. Move the page without `when:` to the front.",
        ],
    ),
    Case(
        "a list in a list in a list",
        FORM,
        "  - page: your-details\n",
        "  - repeat: one\n    title: One\n    each: one\n    pages:\n      - {page: first, questions: [{question: q1, ask: Q, type: text}]}\n      - repeat: two\n        title: Two\n        each: two\n        pages:\n          - {page: second, questions: [{question: q2, ask: Q, type: text}]}\n          - repeat: three\n            title: Three\n            each: three\n            pages:\n              - {page: third, questions: [{question: q3, ask: Q, type: text}]}\n  - page: your-details\n",
        [
            "hire-a-hall.yml:51:13: error F049 three repeats inside a group that is inside another",
            "    Groups may be nested once.",
        ],
    ),
    Case(
        "what is asked in a list and read outside it",
        FORM,
        "  - page: your-details\n",
        '  - repeat: chairs\n    title: Chairs\n    each: chair\n    max: 9\n    pages:\n      - page: chair\n        questions:\n          - {question: colour, ask: Colour, type: text}\n  - page: red\n    title: Red\n    guidance: Red.\n    when: colour == "red"\n  - page: your-details\n',
        [
            "hire-a-hall.yml:52:5: error C006 colour is asked for each of chairs",
            "    Read the list, for example chairs.exists(each, …).",
        ],
    ),
    Case(
        "a question with a slip in its name within a list",
        FORM,
        "  - page: your-details\n",
        '  - repeat: chairs\n    title: Chairs\n    each: chair\n    max: 9\n    pages:\n      - page: chair\n        title: Chair\n        questions:\n          - {question: colour, ask: Colour, type: text}\n          - {question: legs, ask: Legs, type: whole-number, min: 0, max: 9}\n  - page: red\n    title: Red\n    guidance: Red.\n    when: chairs.exists(c, c.color == "red")\n  - page: your-details\n',
        [
            "hire-a-hall.yml:54:30: error C007 chairs has no question called color",
            "    Did you mean colour?",
        ],
    ),
    Case(
        "a number compared with a text within a list",
        FORM,
        "  - page: your-details\n",
        '  - repeat: chairs\n    title: Chairs\n    each: chair\n    max: 9\n    pages:\n      - page: chair\n        title: Chair\n        questions:\n          - {question: colour, ask: Colour, type: text}\n          - {question: legs, ask: Legs, type: whole-number, min: 0, max: 9}\n  - page: red\n    title: Red\n    guidance: Red.\n    when: chairs.all(c, c.legs > "3")\n  - page: your-details\n',
        [
            "hire-a-hall.yml:54:32: error C008 > does not work between a number and a text",
            '    Text goes in quotes ("yes"), numbers do not.',
        ],
    ),
    Case(
        "a section in a form without sections",
        FORM,
        FORM,
        FORM.replace(_HALL, f"{_HALL}    section: hall\n"),
        [
            "hire-a-hall.yml:11:5: error F090 this form has no sections",
            "    Add `sections:` before `pages:`.",
        ],
    ),
    Case(
        "two sections with one name",
        FORM,
        FORM,
        sectioned(f"{_TWO}  - {{section: you, title: You again}}\n"),
        ["hire-a-hall.yml:12:6: error F091 there are two sections called you"],
    ),
    Case(
        "a page in no section",
        FORM,
        FORM,
        sectioned(guests=""),
        ["hire-a-hall.yml:22:5: error F092 guests is in no section", "    Choose from hall, you."],
    ),
    Case(
        "a section with a slip in its name",
        FORM,
        FORM,
        sectioned(details="yuo"),
        [
            "hire-a-hall.yml:48:5: error F093 there is no section called yuo",
            "    Did you mean you?",
        ],
    ),
    Case(
        "a section nobody knows",
        FORM,
        FORM,
        sectioned(details="payment"),
        [
            "hire-a-hall.yml:48:5: error F093 there is no section called payment",
            "    Choose from hall, you.",
        ],
    ),
    Case(
        "pages of a section that stand apart",
        FORM,
        FORM,
        sectioned(guests="you"),
        [
            "hire-a-hall.yml:42:5: error F094 the pages of hall do not stand together",
            "    Move crowded up to the other pages of hall, or into you.",
        ],
    ),
    Case(
        "a section without pages",
        FORM,
        FORM,
        sectioned(f"{_TWO}  - {{section: more, title: More}}\n"),
        ["hire-a-hall.yml:12:5: error F095 no page is in the section more", "    Remove it."],
    ),
    Case(
        "a section of a page within a group",
        FORM,
        FORM,
        sectioned().replace("  - page: your-details\n", _CHAIRS),
        [
            "hire-a-hall.yml:53:9: error F096 a page of a group is in the section of the group",
            "    Write `section:` beside `repeat: chairs` only.",
        ],
    ),
    Case(
        "a task list without sections",
        FORM,
        FORM,
        FORM.replace(_HALL, f"task_list: yes\n{_HALL}"),
        [
            "hire-a-hall.yml:9:1: error F097 a task list needs sections",
            "    Add `sections:`, and name its section on every page.",
        ],
    ),
    Case(
        "sections in another order than their pages",
        FORM,
        FORM,
        sectioned("".join(reversed(_TWO.splitlines(keepends=True)))),
        [
            "hire-a-hall.yml:48:5: error F098 you stands before hall in `sections:`",
            "    People read the sections in one order: that of their pages.",
        ],
    ),
    Case(
        "a question shown by a sum on its page",
        FORM,
        "        optional: yes\n",
        "        optional: yes\n        when: guests > 3\n",
        [
            "hire-a-hall.yml:32:9: error F050 a question can be revealed only by one choice on its page",
            '    Write it like request == "other", or move the question to a page of its own.',
        ],
    ),
    Case(
        "a choice that depends on its own page",
        FORM,
        "          small: The small hall\n",
        '          small: {label: The small hall, when: hall == "big"}\n',
        [
            "hire-a-hall.yml:17:42: error F046 a choice can depend only on earlier pages",
            "    Put this question on a page after the one it depends on.",
            "hire-a-hall.yml:17:48: error C003 hall is asked later",
            "    A condition reads only earlier answers.",
        ],
    ),
    Case(
        "computed values in a circle",
        FORM,
        "fee:\n",
        "computed:\n  - {value: a, is: b + 1}\n  - {value: b, is: a + 1}\nfee:\n",
        [
            "hire-a-hall.yml:45:16: error C004 a is worked out from itself: a → b → a",
            "    Break the circle: a computed value may not read itself, by whatever way round.",
        ],
    ),
    Case(
        "a computed list",
        FORM,
        "fee:\n",
        'computed:\n  - {value: a, is: "[guests]"}\nfee:\n',
        [
            "hire-a-hall.yml:45:16: error C005 a computed value is a number, a text, a date or a yes or no",
            "    Reduce a list with size(), sum(), exists() or all().",
        ],
    ),
    Case(
        "a computed value called like a question",
        FORM,
        "fee:\n",
        "computed:\n  - {value: hall, is: guests + 1}\nfee:\n",
        [
            "hire-a-hall.yml:45:6: error F054 hall is a question, a list or another computed value",
        ],
    ),
    Case(
        "a computed value called like a word of conditions",
        FORM,
        "fee:\n",
        "computed:\n  - {value: size_of, is: guests + 1}\n  - {value: today, is: guests + 1}\nfee:\n",
        [
            "hire-a-hall.yml:46:6: error F053 a computed value cannot be called today",
        ],
    ),
    Case(
        "a shared list of choices that is not there",
        FORM,
        """        options:
          big: The big hall
          small: The small hall
""",
        "        options: {use: halls}\n",
        [
            "hire-a-hall.yml:15:19: error F060 _shared.yml has no list of choices called halls",
            "    It has: none.",
        ],
    ),
    Case(
        "a shared list without choices",
        SHARED,
        "pages:\n",
        "options: {halls: {}}\npages:\n",
        [
            "_shared.yml:1:11: error F061 halls lists no choice",
            "    Write `value: Label` lines under it.",
        ],
    ),
    Case(
        "an opening day in words",
        FORM,
        "fee:\n",
        "open: {from: tomorrow}\nfee:\n",
        [
            "hire-a-hall.yml:44:8: error F070 'tomorrow' is not a day, or a day and a time",
            "    Write it like 2026-12-01 or 2026-12-01 09:00.",
        ],
    ),
    Case(
        "an hour the clocks leave out",
        FORM,
        "fee:\n",
        "open: {until: 2027-03-28 01:30}\nfee:\n",
        [
            "hire-a-hall.yml:44:8: error F071 there is no 01:30 on that day",
            "    The clocks go forward in that hour: choose the hour before or after.",
        ],
    ),
    Case(
        "closing before opening",
        FORM,
        "fee:\n",
        "open: {from: 2026-12-02, until: 2026-12-01}\nfee:\n",
        [
            "hire-a-hall.yml:44:26: error F072 the form would close before it opens",
        ],
    ),
    Case(
        "a grace that ends too early",
        FORM,
        "fee:\n",
        "open: {until: 2026-12-02, grace: 2026-12-01}\nfee:\n",
        [
            "hire-a-hall.yml:44:27: error F073 the grace would end before the form closes",
        ],
    ),
    Case(
        "a grace without an end",
        FORM,
        "fee:\n",
        "open: {from: 2026-12-02, grace: 2026-12-03}\nfee:\n",
        [
            "hire-a-hall.yml:44:26: error F074 grace needs until",
            "    It says how long after the end.",
        ],
    ),
    Case(
        "room for nobody",
        FORM,
        "fee:\n",
        "open: {at_most: 0}\nfee:\n",
        [
            "hire-a-hall.yml:44:8: error F075 at_most must be 1 or more",
        ],
    ),
    Case(
        "an opening that never closes",
        FORM,
        "fee:\n",
        "open: {closed: Come back}\nfee:\n",
        [
            "hire-a-hall.yml:44:1: error F076 nothing here ever closes the form",
            "    Add from, until or at_most.",
        ],
    ),
    Case(
        "a link that fills nothing there is",
        FORM,
        "declaration: It is true.\n",
        "declaration: It is true.\nprefill: [hall, garden]\n",
        [
            "hire-a-hall.yml:44:17: error F039 there is no question called garden",
        ],
    ),
    Case(
        "a link that answers what only a person can",
        FORM,
        "pages:\n",
        "prefill: [agree, colour]\npages:\n"
        "  - page: agree\n    questions:\n      - {question: agree, ask: Agree, type: declaration, says: I agree}\n"
        "  - repeat: bins\n    title: Bins\n    each: bin\n    pages:\n"
        "      - page: bin\n        questions:\n          - {question: colour, ask: Colour, type: text}\n",
        [
            "hire-a-hall.yml:9:11: error F078 no link may fill a question of type declaration",
            "    Only the person can answer it.",
            "hire-a-hall.yml:9:18: error F077 colour is asked of each of several things: a link cannot fill it",
        ],
    ),
    Case(
        "a calendar with a capital",
        CALENDARS,
        "  visits:\n",
        "  Visits:\n",
        [
            "_calendars.yml:2:3: error A001 'Visits' cannot be the name of a calendar",
            "    Use small letters, digits and hyphens, beginning with a letter.",
        ],
    ),
    Case(
        "a slot of a wrong length",
        CALENDARS,
        "slot: 30 minutes",
        "slot: half an hour",
        [
            "_calendars.yml:4:5: error A002 'half an hour' is not the length of a slot",
            "    Write it like 30 minutes, 2 hours or whole day.",
            "_calendars.yml:5:12: error A005 '09:00 to 12:00, 13:00 to 16:00' does not open a whole day",
            "    Write all day, or give `slot:` a length such as 30 minutes.",
            "_calendars.yml:5:66: error A005 '09:00 to 12:00' does not open a whole day",
            "    Write all day, or give `slot:` a length such as 30 minutes.",
            "_calendars.yml:11:26: error A005 '09:00 to 12:00' does not open a whole day",
            "    Write all day, or give `slot:` a length such as 30 minutes.",
        ],
    ),
    Case(
        "a weekday spelt wrong",
        CALENDARS,
        'friday: "09:00 to 12:00"}',
        'fryday: "09:00 to 12:00"}',
        [
            "_calendars.yml:5:66: error A003 'fryday' is not a day of the week",
            "    Did you mean friday?",
        ],
    ),
    Case(
        "a week that runs backwards",
        CALENDARS,
        '{monday to thursday: "09',
        '{thursday to monday: "09',
        [
            "_calendars.yml:5:12: error A003 'thursday to monday' runs backwards",
            "    The week begins on monday.",
        ],
    ),
    Case(
        "a weekday opened twice",
        CALENDARS,
        'friday: "09:00 to 12:00"}',
        'monday: "09:00 to 12:00", friday: "09:00 to 12:00"}',
        [
            "_calendars.yml:5:66: error A003 monday is opened twice",
        ],
    ),
    Case(
        "places for nobody",
        CALENDARS,
        "capacity: {monday to thursday: 2, friday: 1}",
        "capacity: 0",
        [
            "_calendars.yml:6:5: error A004 capacity must be from 1 to 10,000",
        ],
    ),
    Case(
        "places for nobody on one day",
        CALENDARS,
        "friday: 1}",
        "friday: 0}",
        [
            "_calendars.yml:6:39: error A004 capacity must be from 1 to 10,000",
        ],
    ),
    Case(
        "places left out on one day",
        CALENDARS,
        "{monday to thursday: 2, friday: 1}",
        "{monday to thursday: 2}",
        [
            "_calendars.yml:6:5: error A004 capacity says nothing of friday",
            "    Say how many there are on every open day.",
        ],
    ),
    Case(
        "an extra day without places",
        CALENDARS,
        ", capacity: 1}",
        "}",
        [
            "_calendars.yml:11:9: error A004 there is no capacity for 2026-12-19",
            "    Add capacity: 1, or more.",
        ],
    ),
    Case(
        "hours for a whole day",
        CALENDARS,
        "slot: 30 minutes",
        "slot: whole day",
        [
            "_calendars.yml:5:12: error A005 '09:00 to 12:00, 13:00 to 16:00' does not open a whole day",
            "    Write all day, or give `slot:` a length such as 30 minutes.",
            "_calendars.yml:5:66: error A005 '09:00 to 12:00' does not open a whole day",
            "    Write all day, or give `slot:` a length such as 30 minutes.",
            "_calendars.yml:11:26: error A005 '09:00 to 12:00' does not open a whole day",
            "    Write all day, or give `slot:` a length such as 30 minutes.",
        ],
    ),
    Case(
        "hours that are none",
        CALENDARS,
        'friday: "09:00 to 12:00"',
        'friday: "9 to 12"',
        [
            "_calendars.yml:5:66: error A006 '9 to 12' is not opening hours",
            "    Write them like 09:00 to 12:30, 13:30 to 17:00.",
        ],
    ),
    Case(
        "hours that overlap",
        CALENDARS,
        "12:00, 13:00",
        "12:00, 11:00",
        [
            "_calendars.yml:5:12: error A006 11:00 to 16:00 begins before the hours before it end",
        ],
    ),
    Case(
        "hours too short for a slot",
        CALENDARS,
        "13:00 to 16:00",
        "13:00 to 13:20",
        [
            "_calendars.yml:5:12: error A006 13:00 to 13:20 is too short for one slot",
        ],
    ),
    Case(
        "a closed day that is none",
        CALENDARS,
        "[2026-12-24]",
        "[24 December]",
        [
            "_calendars.yml:9:14: error A007 '24 December' is not a day, or days",
            "    Write it like 2026-12-24, or 2026-12-24 to 2027-01-01.",
        ],
    ),
    Case(
        "closed days that are no list",
        CALENDARS,
        "[2026-12-24]",
        "2026-12-24",
        [
            "_calendars.yml:9:5: error F010 closed must be a list of texts",
            "    Write it like [one, two].",
        ],
    ),
    Case(
        "an extra day that is closed",
        CALENDARS,
        "[2026-12-24]",
        "[2026-12-18 to 2026-12-20]",
        [
            "_calendars.yml:11:10: error A008 2026-12-19 is listed twice",
            "    Keep one of the two.",
        ],
    ),
    Case(
        "a notice beyond the horizon",
        CALENDARS,
        "notice: 2 days",
        "notice: 90 days",
        [
            "_calendars.yml:7:5: error A009 the notice is longer than one can book ahead",
        ],
    ),
    Case(
        "a notice that is no length of time",
        CALENDARS,
        "notice: 2 days",
        "notice: soon",
        [
            "_calendars.yml:7:5: error A011 'soon' is not a length of time",
            "    Write it like 3 working days, 2 days or 24 hours.",
        ],
    ),
    Case(
        "a horizon in hours",
        CALENDARS,
        "horizon: 60 days",
        "horizon: 60 hours",
        [
            "_calendars.yml:8:5: error A012 horizon must be a number of days or weeks",
            "    Write it like 60 days or 8 weeks; 400 days are the most.",
        ],
    ),
    Case(
        "a hold for ever",
        CALENDARS,
        "notice: 2 days",
        "hold: 3 days",
        [
            "_calendars.yml:7:5: error A013 a hold must be a number of minutes or hours",
            "    Write it like 30 minutes; 24 hours are the most.",
        ],
    ),
    Case(
        "an appointment in a calendar there is not",
        FORM,
        "  - page: your-details\n",
        '  - page: visit\n    questions:\n      - {question: visit, ask: "When?", type: appointment, calendar: visit}\n  - page: your-details\n',
        [
            "hire-a-hall.yml:43:60: error A010 _calendars.yml has no calendar called visit",
            "    Did you mean visits?",
        ],
    ),
    Case(
        "an appointment in a calendar nothing is like",
        FORM,
        "  - page: your-details\n",
        '  - page: visit\n    questions:\n      - {question: visit, ask: "When?", type: appointment, calendar: zoo}\n  - page: your-details\n',
        [
            "hire-a-hall.yml:43:60: error A010 _calendars.yml has no calendar called zoo",
            "    It has: visits.",
        ],
    ),
    Case(
        "an appointment without a calendar",
        FORM,
        "  - page: your-details\n",
        '  - page: visit\n    questions:\n      - {question: visit, ask: "When?", type: appointment}\n  - page: your-details\n',
        [
            "hire-a-hall.yml:43:9: error F030 calendar is missing",
            "    The calendar of _calendars.yml whose slots are offered.",
        ],
    ),
]
