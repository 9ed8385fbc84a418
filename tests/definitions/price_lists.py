"""What every shipped form costs by somebody else's reckoning: the council's printed lists."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.definitions.test_fees_of_bulky_waste import price_list as bulky_waste
from tests.definitions.test_fees_of_halls import price_list as halls
from tests.definitions.test_fees_of_land_charge_searches import price_list as searches
from tests.definitions.test_fees_of_premises_licences import regulations

Answered = Mapping[str, Any]


def streets(answers: Answered) -> float:
    """Pounds."""
    if answers["request"] != "number-new":
        return {"rename-house": 45, "rename-street": 395}[answers["request"]]
    plots = int(answers["plots"])
    return 100 if plots < 2 else 200 if plots < 11 else 300 if plots < 20 else 400


def waste(answers: Answered) -> float:
    """Pounds."""
    basket = [(each["item_kind"], int(each["how_many"])) for each in answers["items"]]
    return bulky_waste(basket, benefits=answers["benefit"] != "no-benefit")


def hall(answers: Answered) -> float:
    """Pounds."""
    days = [(_minutes(day["start_time"]), _minutes(day["end_time"])) for day in answers["days"]]
    return halls(days, answers["who"], answers["event_kind"], answers["alcohol"])


def land(answers: Answered) -> float:
    """Pounds, VAT and all."""
    parcels = len(answers["parcels"]) if answers["is_several"] == "yes" else 0
    asked = answers["own_questions"] if answers.get("has_questions") == "yes" else []
    kind, wanted = answers["property_kind"], answers["searches"]
    return float(searches(kind, parcels, wanted, answers.get("enquiries", []), len(asked)))


def premises(answers: Answered) -> float:
    """Pounds."""
    named = {"not-rated": "none", "being-built": "building"}
    value = named.get(answers.get("rated", "not-rated")) or int(answers["rateable_value"])
    return regulations(
        value,
        answers["activities"],
        int(answers["people"]),
        mainly=answers.get("mainly_alcohol") == "yes",
        built=answers.get("purpose_built") == "yes",
        hall=answers.get("free_hall", "not-free") != "not-free",
    )


def driver(answers: Answered) -> float:
    """Pounds."""
    licence = 240 + 45 if answers["request"] == "new" else 204
    return licence + (0 if answers["dbs"] == "yes" else 49.50)


def scrap(answers: Answered) -> float:
    """Pounds."""
    if answers["licence_kind"] == "collector":
        return 285
    return 415 + 210 * (len(answers["sites"]) - 1)


def nothing(_answers: Answered) -> float:
    """It is free."""
    return 0


POUNDS: Mapping[str, Callable[[Answered], float]] = {
    "book-hall": hall,
    "bulky-waste-collection": waste,
    "council-tax-moving": nothing,
    "local-land-charge-search": land,
    "make-a-complaint": nothing,
    "premises-licence-new": premises,
    "report-fly-tipping": nothing,
    "scrap-metal-dealer-licence": scrap,
    "street-naming-and-numbering": streets,
    "taxi-driver-licence": driver,
    "temporary-event-notice": lambda _: 21,
    "tree-survey": nothing,
}


def _minutes(clock: str) -> int:
    """Of the day, for "8am", "8:01am", "midday" or "midnight"."""
    if clock in ("midday", "midnight"):
        return 12 * 60 if clock == "midday" else 0
    hours, _, minutes = clock[:-2].partition(":")
    return (int(hours) % 12 + (12 if clock.endswith("pm") else 0)) * 60 + int(minutes or 0)
