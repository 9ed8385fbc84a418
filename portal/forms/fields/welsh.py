"""The Welsh of everything a field type says: errors, what a search found, parts of an answer.

Keyed by the English sentence, whose variable parts stand in braces. A question cannot be turned
into the middle of a Welsh sentence by rule (its words would mutate), so it is quoted: "{q}" is
the question itself. An English sentence that is not here becomes a plain Welsh one that quotes
the question: no English is ever shown. A test finds such sentences.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from portal.core.languages import in_welsh_months

UNKNOWN = "{q}: gwiriwch eich ateb"
"""What is said where the sentence is not known."""

_SENTENCES: Mapping[str, str] = {
    # Whole sentences first: they are more exact than those that name the question.
    "Enter address line 1, typically the building and street": (
        "Rhowch linell gyntaf y cyfeiriad, sef yr adeilad a’r stryd fel arfer"
    ),
    "Enter town or city": "Rhowch enw’r dref neu’r ddinas",
    "Enter postcode": "Rhowch y cod post",
    "Enter a full UK postcode, like AA3 1AB": (
        "Rhowch god post llawn yn y Deyrnas Unedig, er enghraifft AA3 1AB"
    ),
    "Enter a postcode or the first line of the address": (
        "Rhowch god post neu linell gyntaf y cyfeiriad"
    ),
    "We could not find that address. Check it or enter the address yourself": (
        "Ni allem ddod o hyd i’r cyfeiriad hwnnw. Gwiriwch ef neu rhowch y cyfeiriad eich hun"
    ),
    "We could not find that address. Check it": (
        "Ni allem ddod o hyd i’r cyfeiriad hwnnw. Gwiriwch ef"
    ),
    "We could not find that address. Search again and select it from the list": (
        "Ni allem ddod o hyd i’r cyfeiriad hwnnw. Chwiliwch eto a’i ddewis o’r rhestr"
    ),
    "1 address found": "Cafwyd hyd i 1 cyfeiriad",
    "{n} addresses found": "Nifer y cyfeiriadau a ganfuwyd: {n}",
    "Enter a sort code": "Rhowch god didoli",
    "Enter an account number": "Rhowch rif cyfrif",
    "Enter the name on the account": "Rhowch yr enw sydd ar y cyfrif",
    "Enter a valid sort code like 309430": "Rhowch god didoli dilys, er enghraifft 309430",
    "Account number must be between 6 and 8 digits": (
        "Rhaid i rif y cyfrif fod rhwng 6 ac 8 digid"
    ),
    "Roll number must be 18 characters or less, and only letters, numbers, spaces and . / -": (
        "Rhaid i’r rhif rôl fod yn 18 o nodau neu lai, gan gynnwys dim ond llythrennau, rhifau, "
        "bylchau a . / -"
    ),
    "Check the sort code and account number: there is no account with both of them": (
        "Gwiriwch y cod didoli a rhif y cyfrif: nid oes cyfrif â’r ddau ohonynt"
    ),
    "Enter a charity number in the correct format, like {eg} or {or}": (
        "Rhowch rif elusen yn y fformat cywir, er enghraifft {eg} neu {or}"
    ),
    "Enter a company number in the correct format, like {eg} or {or}": (
        "Rhowch rif cwmni yn y fformat cywir, er enghraifft {eg} neu {or}"
    ),
    "Enter the company number": "Rhowch rif y cwmni",
    "Enter the name of the organisation": "Rhowch enw’r sefydliad",
    "Enter an email address in the correct format, like {eg}": (
        "Rhowch gyfeiriad e-bost yn y fformat cywir, er enghraifft {eg}"
    ),
    "Enter a phone number, like {eg} or {or}": "Rhowch rif ffôn, er enghraifft {eg} neu {or}",
    "Enter a National Insurance number in the correct format, like {eg}": (
        "Rhowch rif Yswiriant Gwladol yn y fformat cywir, er enghraifft {eg}"
    ),
    "Enter a vehicle registration in the correct format, like {eg}": (
        "Rhowch rif cofrestru cerbyd yn y fformat cywir, er enghraifft {eg}"
    ),
    "Enter a property reference number (UPRN) of up to 12 digits": (
        "Rhowch gyfeirnod eiddo (UPRN) o hyd at 12 digid"
    ),
    "We could not find a property with that reference number (UPRN). Check it": (
        "Ni allem ddod o hyd i eiddo â’r cyfeirnod hwnnw (UPRN). Gwiriwch ef"
    ),
    "Enter a street reference number (USRN) of up to 8 digits": (
        "Rhowch gyfeirnod stryd (USRN) o hyd at 8 digid"
    ),
    "Enter the reference on the bill, not a payment card number": (
        "Rhowch y cyfeirnod sydd ar y bil, nid rhif cerdyn talu"
    ),
    "Select a time": "Dewiswch amser",
    "{when} is no longer free. Choose another day": (
        "Nid yw {when} ar gael mwyach. Dewiswch ddiwrnod arall"
    ),
    "{when} at {time} is no longer free. Choose another time": (
        "Nid yw {when} am {time} ar gael mwyach. Dewiswch amser arall"
    ),
    "There is nothing free to book at the moment. Try again later, or ring us": (
        "Nid oes dim ar gael i’w drefnu ar hyn o bryd. Rhowch gynnig arall arni yn nes ymlaen, "
        "neu ffoniwch ni"
    ),
    "Select a country": "Dewiswch wlad",
    "Select a country from the list": "Dewiswch wlad o’r rhestr",
    "Select the box to confirm that you agree": "Ticiwch y blwch i gadarnhau eich bod yn cytuno",
    "Select yes or no": "{q}: dewiswch ‘Ie’ neu ‘Na’",
    "Select yes if {it}": "{q}: dewiswch ‘Ie’ neu ‘Na’",
    "The selected file could not be uploaded. Try again": (
        "Ni ellid uwchlwytho’r ffeil a ddewiswyd. Rhowch gynnig arall arni"
    ),
    "The selected file is empty": "Mae’r ffeil a ddewiswyd yn wag",
    "The selected file must be smaller than {size}": (
        "Rhaid i’r ffeil a ddewiswyd fod yn llai na {size}"
    ),
    "The selected file must be {kinds}": (
        "Rhaid i’r ffeil a ddewiswyd fod o un o’r mathau hyn: {kinds}"
    ),
    "The selected file is damaged and cannot be opened": (
        "Mae’r ffeil a ddewiswyd wedi’i difrodi ac ni ellir ei hagor"
    ),
    "{name} is damaged and cannot be opened": "Mae {name} wedi’i difrodi ac ni ellir ei hagor",
    "{name} could not be uploaded. Try again in a few minutes": (
        "Ni ellid uwchlwytho {name}. Rhowch gynnig arall arni ymhen ychydig funudau"
    ),
    "You have uploaded too many files. Wait an hour and try again. Your answers are kept": (
        "Rydych wedi uwchlwytho gormod o ffeiliau. Arhoswch am awr a rhowch gynnig arall arni. "
        "Mae eich atebion wedi’u cadw"
    ),
    "What you sent is too large to read. Shorten your answer, or choose a smaller file": (
        "Mae’r hyn a anfonwyd gennych yn rhy fawr i’w ddarllen. Byrhewch eich ateb, neu "
        "dewiswch ffeil lai"
    ),
    "You can only select 1 file": "1 ffeil yn unig y gallwch ei dewis",
    "You can only select up to {n} files": "Gallwch ddewis hyd at {n} o ffeiliau yn unig",
    "Select one of the matches, or search again": (
        "Dewiswch un o’r canlyniadau, neu chwiliwch eto"
    ),
    "We could not read your position. Search for the place instead": (
        "Ni allem ddarllen eich lleoliad. Chwiliwch am y lle yn lle hynny"
    ),
    "We could not find that place. Check it or describe where it is": (
        "Ni allem ddod o hyd i’r lle hwnnw. Gwiriwch ef neu disgrifiwch ble mae"
    ),
    "We could not find that place. Check it": "Ni allem ddod o hyd i’r lle hwnnw. Gwiriwch ef",
    "Search for the place and select it from the list": "Chwiliwch am y lle a’i ddewis o’r rhestr",
    "Enter a street or a postcode, or describe where it is": (
        "Rhowch stryd neu god post, neu disgrifiwch ble mae"
    ),
    "Enter a street, a postcode or a grid reference": "Rhowch stryd, cod post neu gyfeirnod grid",
    "Describe where it is": "Disgrifiwch ble mae",
    "The place must be inside the council area": "Rhaid i’r lle fod o fewn ardal y cyngor",
    "1 place found": "Cafwyd hyd i 1 lle",
    "{n} places found": "Nifer y lleoedd a ganfuwyd: {n}",
    "1 choice found": "Cafwyd hyd i 1 dewis",
    "{n} choices found": "Nifer y dewisiadau a ganfuwyd: {n}",
    "We could not find “{query}”. Check the spelling, or choose from the whole list": (
        "Ni allem ddod o hyd i “{query}”. Gwiriwch y sillafu, neu dewiswch o’r rhestr gyfan"
    ),
    "Choose a number from {first} to {last}": "Dewiswch rif o {first} i {last}",
    "Choose an answer for “{statement}” from the list": (
        "Dewiswch ateb i “{statement}” o’r rhestr"
    ),
    "Select an answer for “{statement}”": "Dewiswch ateb i “{statement}”",
    "Select at least {n} choices": "{q}: dewiswch o leiaf {n}",
    "Select no more than {n} choice": "{q}: dewiswch ddim mwy nag {n}",
    "Select no more than {n} choices": "{q}: dewiswch ddim mwy na {n}",
    "Select {it}, or select “{none}”": "{q}: dewiswch ateb, neu dewiswch “{none}”",
    "Choose {it} from the list": "{q}: dewiswch ateb o’r rhestr",
    "Year must include 4 numbers": "{q}: rhaid i’r flwyddyn gynnwys 4 rhif",
    "Year must be between {first} and {last}": "{q}: rhaid i’r flwyddyn fod rhwng {first} a {last}",
    "Enter your first name": "Rhowch eich enw cyntaf",
    "Enter your last name": "Rhowch eich cyfenw",
    "Enter first name": "Rhowch yr enw cyntaf",
    "Enter last name": "Rhowch y cyfenw",
    # Then those about the question, or about one part of it.
    "Check {it}: one of its figures does not fit the others": (
        "{q}: gwiriwch y cyfeirnod, nid yw un o’i ffigurau’n cyd-fynd â’r lleill"
    ),
    "Enter {it} in the correct format, like {eg}": (
        "{q}: rhowch y cyfeirnod yn y fformat cywir, er enghraifft {eg}"
    ),
    "Enter {it} in the correct format": "{q}: rhowch y cyfeirnod yn y fformat cywir",
    "{it} must not contain characters we cannot store: remove {bad}": (
        "{q}: ni chaniateir nodau na allwn eu cadw, tynnwch nhw ({bad})"
    ),
    "{it} must not contain a payment card number: remove it": (
        "{q}: ni chaniateir rhif cerdyn talu, tynnwch ef"
    ),
    "{it} was sent more than once: enter it again": (
        "{q}: anfonwyd mwy nag un ateb, rhowch ef eto"
    ),
    "{it} must be {n} characters or less": "{q}: rhaid i’r ateb fod yn {n} o nodau neu lai",
    "{it} must be {n} characters or more": "{q}: rhaid i’r ateb fod yn {n} o nodau neu fwy",
    "{it} must be {n} words or less": "{q}: rhaid i’r ateb fod yn {n} o eiriau neu lai",
    "{it} must be in the format asked for": (
        "{q}: rhaid i’r ateb fod yn y fformat y gofynnir amdano"
    ),
    "{it} must include a {parts}": "{q}: rhaid cynnwys {parts}",
    "{it} must be a real date": "{q}: rhaid rhoi dyddiad go iawn",
    "{it} must be a real month, like 3 or March": (
        "{q}: rhaid rhoi mis go iawn, er enghraifft 3 neu Mawrth"
    ),
    "{it} must be today or in the past": "{q}: rhaid i’r dyddiad fod heddiw neu yn y gorffennol",
    "{it} must be today or in the future": "{q}: rhaid i’r dyddiad fod heddiw neu yn y dyfodol",
    "{it} must be in the past": "{q}: rhaid i’r dyddiad fod yn y gorffennol",
    "{it} must be in the future": "{q}: rhaid i’r dyddiad fod yn y dyfodol",
    "{it} must be this month or later": "{q}: rhaid rhoi’r mis hwn neu fis diweddarach",
    "{it} must be this month or earlier": "{q}: rhaid rhoi’r mis hwn neu fis cynharach",
    "{it} must be the same as or after the {start}": (
        "{q}: rhaid iddo fod yr un peth â “{start}” neu ar ei ôl"
    ),
    "{it} must be the same as or after {day}": "{q}: rhaid rhoi {day} neu ddyddiad ar ôl hynny",
    "{it} must be the same as or before {day}": "{q}: rhaid rhoi {day} neu ddyddiad cyn hynny",
    "{it} must be {month} or later": "{q}: rhaid rhoi {month} neu fis diweddarach",
    "{it} must be {month} or earlier": "{q}: rhaid rhoi {month} neu fis cynharach",
    "{it} must be 1 day or less": "{q}: rhaid i’r cyfnod fod yn 1 diwrnod neu lai",
    "{it} must be 1 day or more": "{q}: rhaid i’r cyfnod fod yn 1 diwrnod neu fwy",
    "{it} must be {n} days or less": "{q}: rhaid i’r cyfnod fod yn {n} o ddiwrnodau neu lai",
    "{it} must be {n} days or more": "{q}: rhaid i’r cyfnod fod yn {n} o ddiwrnodau neu fwy",
    "{it} must be an amount of money, like {eg} or {or}": (
        "{q}: rhaid rhoi swm o arian, er enghraifft {eg} neu {or}"
    ),
    "{it} must be a number, like {eg}": "{q}: rhaid rhoi rhif, er enghraifft {eg}",
    "{it} must be a whole number": "{q}: rhaid rhoi rhif cyfan",
    "{it} must be a time, like {eg} or {or}": (
        "{q}: rhaid rhoi amser, er enghraifft {eg} neu {or}"
    ),
    "{it} must have {n} decimal place or fewer": "{q}: {n} lle degol neu lai a ganiateir",
    "{it} must have {n} decimal places or fewer": "{q}: {n} o leoedd degol neu lai a ganiateir",
    "{it} must be between {least} and {most}": ("{q}: rhaid rhoi rhif o {least} hyd at {most}"),
    "{it} must be {n} or more": "{q}: rhaid rhoi {n} neu fwy",
    "{it} must be {n} or less": "{q}: rhaid rhoi {n} neu lai",
    "Enter {it}": "{q}: rhowch ateb",
    "Select {it}": "{q}: dewiswch ateb",
    # Lists of things.
    "Add at least {n} before you continue": "Ychwanegwch o leiaf {n} cyn i chi barhau",
    # Parts of answers, where they are shown again.
    "Account number ending {n}": "Rhif cyfrif sy’n gorffen â {n}",
    "Company number {n}": "Rhif cwmni {n}",
    "Ends {n}": "Yn gorffen â {n}",
    "{first} to {last}": "{first} i {last}",
    "{n} out of {most}": "{n} allan o {most}",
    "In {unit}": "Mewn {unit}",
    "File removed": "Ffeil wedi’i thynnu",
}

_WORDS: Mapping[str, str] = {
    "the piled-up accents": "yr acenion wedi’u pentyrru",
    "the tab": "y tab",
    "the line break": "y toriad llinell",
    "day": "diwrnod",
    "month": "mis",
    "year": "blwyddyn",
    "day and month": "diwrnod a mis",
    "day and year": "diwrnod a blwyddyn",
    "month and year": "mis a blwyddyn",
}

PARTS: Mapping[str, str] = {
    "First name": "Enw cyntaf",
    "Last name": "Cyfenw",
    "Address line 1": "Llinell gyntaf y cyfeiriad",
    "Address line 2": "Ail linell y cyfeiriad",
    "Town or city": "Tref neu ddinas",
    "Postcode": "Cod post",
    "Postal code": "Cod post",
    "State, province or region": "Talaith neu ranbarth",
    "Country": "Gwlad",
    "Name on the account": "Enw ar y cyfrif",
    "Sort code": "Cod didoli",
    "Account number": "Rhif y cyfrif",
    "Roll number": "Rhif rôl",
    "Name of the organisation": "Enw’r sefydliad",
    "Company number": "Rhif y cwmni",
    "What you search for": "Yr hyn rydych yn chwilio amdano",
    "Description": "Disgrifiad",
}
"""The inputs a field type names itself: an error about one of them says so."""


def in_welsh(said: str, ask: str, about: str = "", own_names: tuple[str, ...] = ()) -> str:
    """One English sentence in Welsh; `ask` is the question, to be quoted.

    `about` is how the designer's own Welsh goes on after "Rhowch"; `own_names` are Welsh names
    of parts that the sentence may be about, such as the two labels of a range of dates.
    """
    quoted = f"“{' '.join(ask.split())}”" if ask else "Eich ateb"
    for pattern, sentence in _patterns():
        match = pattern.fullmatch(said)
        if match is None:
            continue
        parts = {name: _part(words) for name, words in match.groupdict().items()}
        named = _named(match.groupdict().get("it") or "", own_names)
        if sentence == "{q}: rhowch ateb" and about and not named:
            return f"Rhowch {about}"
        return sentence.format_map({**parts, "q": f"“{named}”" if named else quoted})
    return UNKNOWN.format(q=quoted)


def is_known(said: str) -> bool:
    """Whether the Welsh of a sentence is here."""
    return any(pattern.fullmatch(said) for pattern, _ in _patterns())


def _named(it: str, own_names: tuple[str, ...]) -> str:
    """The part of the question a sentence is about, in Welsh; empty for the whole question."""
    plain = it.removeprefix("the ").casefold()
    for name in own_names:
        if name.casefold() == plain:
            return name
    return next((cy for en, cy in PARTS.items() if en.casefold() == plain), "")


def _part(words: str) -> str:
    if words.startswith(("a ", "an ")) and words.rpartition(" ")[2].isupper():
        words = words.partition(" ")[2].replace(" or ", " neu ")
    hidden = words.replace("the hidden character", "y nod cudd")
    return _WORDS.get(words) or in_welsh_months(hidden)


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((_pattern(said), sentence) for said, sentence in _SENTENCES.items())


def _pattern(said: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", said)
    words = (
        f"(?P<{part}>.+?)" if number % 2 else re.escape(part) for number, part in enumerate(parts)
    )
    return re.compile("".join(words), re.DOTALL)
