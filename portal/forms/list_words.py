"""What the list of a repeating group asks, and what is said when it is not answered."""

from portal.forms.definition import Repeat
from portal.forms.fields.wording import with_article


def ask_for_another(repeat: Repeat, language: str, *, has_some: bool) -> str:
    """Do you need to add another item?"""
    if language == "cy":
        return f"A oes angen i chi ychwanegu {_in_welsh(repeat, has_some=has_some)}?"
    return f"Do you need to add {_in_english(repeat, has_some=has_some)}?"


def select_yes_for_another(repeat: Repeat, language: str, *, has_some: bool) -> str:
    """Select yes if you need to add another item."""
    if language == "cy":
        another = _in_welsh(repeat, has_some=has_some)
        return f"Dewiswch ‘Ie’ os oes angen i chi ychwanegu {another}"
    return f"Select yes if you need to add {_in_english(repeat, has_some=has_some)}"


def too_few(repeat: Repeat, language: str) -> str:
    """Add at least 2 before you continue."""
    if language == "cy":
        return f"Ychwanegwch o leiaf {repeat.min} cyn i chi barhau"
    return f"Add at least {repeat.min} before you continue"


def _in_english(repeat: Repeat, *, has_some: bool) -> str:
    return f"another {repeat.each}" if has_some else with_article(repeat.each)


def _in_welsh(repeat: Repeat, *, has_some: bool) -> str:
    # Welsh has no indefinite article, and nothing mutates after "ychwanegu".
    return f"{repeat.each} arall" if has_some else repeat.each
