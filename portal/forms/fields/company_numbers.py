"""Company numbers as Companies House writes them, for the field types that ask for one.

Eight characters: eight digits for England and Wales, or two letters that say which register and
six more. The letters: Companies House, "Uniform Resource Identifiers customer guide", and the
newer registers (CE, CS charitable incorporated organisations, OE overseas entities).
"""

import re

EXAMPLE = "01234567"
_LENGTH = 8
_REGISTERS = (
    "AC|CE|CS|FC|FE|GE|GN|GS|IC|IP|LP|NA|NC|NF|NI|NL|NO|NP|NR|NV|NZ|OC|OE|PC|RC|RS|SA|SC|SE|SF"
    "|SG|SI|SL|SO|SP|SR|SZ|ZC"
)
_PLAIN = re.compile(r"\d{1,8}", re.ASCII)
_LETTERED = re.compile(rf"(?P<register>{_REGISTERS}|R(?=0))(?P<number>\d{{1,7}})", re.ASCII)
# Registered societies may end in R, or RS in Scotland; some older limited partnerships in A.
_SOCIETY = re.compile(r"(?:IP|NP)\d{5}R|SP\d{4}RS|(?:IP|SP|RS)\d{6}|SL\d{5}A", re.ASCII)


def as_company_number(typed: str) -> str | None:
    """A company number of eight characters; zeros people leave out in front are put back.

    `typed` is already in capitals without spaces. None when it is no company number.
    """
    if _PLAIN.fullmatch(typed):
        return typed.zfill(_LENGTH) if int(typed) else None
    if _SOCIETY.fullmatch(typed):
        return typed
    match = _LETTERED.fullmatch(typed)
    if match is None or not int(match["number"]):
        return None
    register = match["register"]
    number = match["number"].zfill(_LENGTH - len(register))
    return f"{register}{number}" if len(number) == _LENGTH - len(register) else None
