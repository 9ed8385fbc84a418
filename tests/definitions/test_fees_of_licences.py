"""Driver licences and scrap metal licences: what the council's lists and the DBS say."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.definitions.pricing import CONTACT, charged, pounds


def driver(request: str, *, born: str = "1985-03-27", dbs: bool = False) -> dict[str, Any]:
    return {
        "request": request,
        "licence_kind": "both",
        "badge_number": "HC0042",
        "ends_on": "2027-06-01",
        "born": born,
        "driver_number": "EXAMP803275A99AB",
        "full_since": "2005-06-01",
        "dvla_code": "aB3dE6gH",
        "may_work": "citizen",
        "work_document": "passport.jpg",
        "addresses": [{"lived_at": "999000000001", "lived_from": "2010-05-01"}],
        "offences": "no",
        "refused_before": "no",
        "dbs": "yes" if dbs else "no",
        "dbs_number": "001234567890",
        "last_medical": "2026-05-01",
        "medical": "medical.pdf",
        "photo": "photo.jpg",
        "tax_code": "2B3C4D5E6",
        "tax_understood": "yes",
        **CONTACT,
    }


BIRTHS = st.dates(date(1940, 1, 1), date(2000, 1, 1)).map(date.isoformat)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(["new", "renew"]), BIRTHS, st.booleans())
def test_a_driver_licence_costs_the_same_at_every_age(request_: str, born: str, dbs: bool):
    listed = 240 + 45 if request_ == "new" else 204
    wanted = listed + (0 if dbs else 49.50)
    assert pounds("taxi-driver-licence", driver(request_, born=born, dbs=dbs)) == wanted


@pytest.mark.parametrize("on", [date(2026, 4, 1), date(2027, 3, 31)])
def test_the_fees_are_there_for_the_whole_financial_year(on: date):
    assert charged("taxi-driver-licence", driver("new"), on).total > 0


def dealer(kind: str, sites: int) -> dict[str, Any]:
    return {
        "request": "new",
        "has_licence": "no",
        "tax_understood": "yes",
        "licence_kind": kind,
        "applicant": "individual",
        "trading_name": "Example Metals",
        "dealers": [
            {
                "dealer_name": "Ann Example",
                "dealer_born": "1985-03-27",
                "dealer_address": "999000000002",
                "dealer_offence": "no",
                "disclosure": "disclosure.pdf",
            }
        ],
        "sites": [
            {
                "site": "999000000001",
                "manager_name": "Sam Sample",
                "manager_born": "1979-08-02",
                "manager_address": "999000000003",
                "manager_offence": "no",
                "manager_disclosure": "disclosure.pdf",
            }
        ]
        * sites,
        "vehicles": "AB12 CDE",
        "carrier_number": "CBDU123456",
        "other_licences": "no",
        "bank": {
            "name": "Ann Example",
            "sort_code": "00-01-00",
            "account_number": "12345676",
        },
        **CONTACT,
    }


@pytest.mark.parametrize("sites", [1, 2, 3, 10, 30])
def test_the_first_site_costs_415_pounds_and_each_other_one_210(sites: int):
    assert pounds("scrap-metal-dealer-licence", dealer("site", sites)) == 415 + 210 * (sites - 1)


def test_a_collector_pays_285_pounds_whatever_sites_were_named_before():
    assert pounds("scrap-metal-dealer-licence", dealer("collector", 3)) == 285
