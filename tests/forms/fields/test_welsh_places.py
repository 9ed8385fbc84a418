"""A place found by its grid reference reads in the language of the page, and is kept once."""

import pytest

from portal.forms.fields import FIELD_TYPES
from portal.forms.fields.base import Place, Unfinished
from tests.forms.fields.village import answer, question

ENGLISH = question("location", {})
WELSH = question("location", {}, language="cy")
TYPED = "TQ 5312 5512"


@pytest.mark.parametrize(
    ("asked", "begins", "near"),
    [(ENGLISH, "Grid reference TQ", "(near "), (WELSH, "Cyfeirnod grid TQ", "(ger ")],
)
def test_a_grid_reference_is_offered_in_the_language_of_the_page(asked, begins, near) -> None:
    found = answer(asked, query=TYPED, find="yes")
    assert isinstance(found, Unfinished)
    (match,) = found.found
    assert match.label.startswith(begins)
    assert near in match.label


def test_what_was_chosen_in_welsh_is_kept_in_english_and_found_again_in_both() -> None:
    offered = answer(WELSH, query=TYPED, find="yes")
    assert isinstance(offered, Unfinished)
    chosen = answer(WELSH, query=TYPED, _=offered.found[0].value, description="Wrth y bont")
    assert isinstance(chosen, Place)
    assert chosen.description.startswith("Grid reference TQ")
    kind = FIELD_TYPES["location"]
    assert kind.show(WELSH, chosen)[0].startswith("Cyfeirnod grid TQ")
    assert kind.show(WELSH, chosen)[1] == "Wrth y bont"
    assert kind.show(ENGLISH, chosen)[0].startswith("Grid reference TQ")
    for asked in (ENGLISH, WELSH):
        raw = kind.as_raw(asked, chosen)
        posted = {name.removeprefix("q-") if name != "q" else "_": v for name, v in raw.items()}
        assert answer(WELSH, **posted) == chosen
        assert answer(ENGLISH, **posted) == chosen


def test_words_that_only_look_like_a_found_place_stay_as_they_were_typed() -> None:
    kept = Place("Mill Lane\nGrid reference TQ 1 1 (near the pub)")
    assert FIELD_TYPES["location"].show(WELSH, kept)[1] == "Grid reference TQ 1 1 (near the pub)"
