"""What the language has gained since the first proofs: each claim of it, both ways."""

from portal.forms.proofs.proving import prove
from tests.forms.proofs.small_forms import TODAY, small_form

REPEATING = """
- repeat: items
  title: Items
  each: item
  max: 3
  pages:
    - page: kind
      questions:
        - {question: kind, ask: Kind, type: radios, options: {a: A, b: B, c: C}}
"""


def test_a_form_that_no_proof_knows_the_whole_of_is_not_said_to_be_proven() -> None:
    proof = prove(small_form(REPEATING), TODAY)
    assert not proof.proven
    assert not proof.refuted
    assert proof.undecided
    assert "repeating groups" in proof.undecided[0].reason
