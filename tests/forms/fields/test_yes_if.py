"""What a person reads who left a yes-no question unanswered."""

from dataclasses import replace

from portal.forms.fields.base import Question
from portal.forms.fields.wording import yes_if

QUESTION = Question("owns", "Do you own it?", "yes-no")


def test_a_designers_whether_does_not_follow_an_if():
    told = replace(QUESTION, about="whether you own the land")

    assert yes_if(told) == "Select yes if you own the land"


def test_what_a_designer_wrote_after_if_stays_as_it_is():
    assert yes_if(replace(QUESTION, about="you own the land")) == "Select yes if you own the land"
