"""The form of docs/tutorial.md, published and paid: step 6, over HTTP."""

import shutil
from pathlib import Path

from tests.docs.fitting import ROOT
from tests.docs.test_tutorial import NAME, taken
from tests.support.portal_house import Neighbours, PreparedDatabases, open_portal
from tests.support.resident import pay_by_card


def test_the_readers_form_is_filled_paid_and_becomes_a_case_in_the_queue_they_named(
    databases: PreparedDatabases, neighbours: Neighbours, tmp_path: Path
) -> None:
    forms = tmp_path / "form_definitions"
    shutil.copytree(ROOT / "form_definitions", forms)
    for _step in taken(forms):
        pass
    with open_portal(
        databases.copy("sqlite"), tmp_path / "portal", neighbours, forms=forms
    ) as portal:
        resident = portal.resident()
        resident.fill(NAME, "A double garage")
        assert "£840.00" in resident.read(f"/forms/{NAME}/check-answers")
        hosted = resident.press_pay(resident.send(NAME))
        resident.come_back(pay_by_card(hosted))
        portal.do_the_work()
        (case,) = portal.rows("crm_case")
        assert case["published"]["queue"] == "housing"
        assert case["published"]["subject"] == "Garage: A double garage, 12 months"
        assert case["published"]["payment"]["total"] == 840_00
        assert case["case_id"]
