"""Cases as the portal sends them, and as a stranger with bad intentions would."""

from io import BytesIO
from typing import Any

from PIL import Image

HOSTILE = """<script>alert('x')</script>"'&<b>"""
"""What a stranger may type anywhere."""


def a_case(**changes: Any) -> dict[str, Any]:
    """A whole case: every field there is."""
    return {
        "external_reference": "HM-7K3M-9QX2",
        "type": "street-naming",
        "queue": "gis",
        "priority": "high",
        "subject": "Number new properties: land east of Mill Lane, Shoreham",
        "description": "Eleven dwellings on the former nursery.\nAccess is from Mill Lane only.",
        "target_date": "2026-12-22",
        "submitted_at": "2026-11-24T15:05:00Z",
        "channel": "telephone",
        "officer": "Priya Shah",
        "customer": {
            "kind": "organisation",
            "name": "Fernleigh Homes Ltd",
            "contact_name": "Siân Ŵyn-Jones",
            "email": "sian@fernleigh.example",
            "phone": "+44 1732 227000",
            "address": "4 Station Parade\nSevenoaks\nTN13 1DL",
            "uprn": "100062075123",
        },
        "location": {
            "uprn": "100062075999",
            "usrn": "20900161",
            "easting": 534846.0,
            "northing": 186763.5,
            "lat": 51.272345,
            "lon": 0.190812,
            "address": "Land east of Mill Lane, Shoreham, TN14 7RX",
        },
        "answers": [
            {
                "page": "what-you-need",
                "question": "request",
                "label": "What do you need?",
                "value": "Number new properties",
                "typed": "number-new",
            },
            {
                "page": "plots",
                "page_title": "The new properties",
                "question": "plots",
                "label": "How many plots will be numbered?",
                "value": "11",
                "typed": 11,
            },
            {
                "page": "plots",
                "page_title": "The new properties",
                "question": "names",
                "label": "Which street names do you suggest?",
                "value": "Nursery Close\nDarent Row",
                "typed": ["Nursery Close", "Darent Row"],
            },
            {
                "page": "plots",
                "page_title": "The new properties",
                "question": "naming-date",
                "label": "When will the first property be occupied?",
                "value": "",
                "typed": None,
            },
        ],
        "payment": {
            "status": "paid",
            "provider": "Stripe",
            "reference": "PAY-20261124-0001",
            "receipt": "R-000451",
            "paid_at": "2026-11-24T15:04:10Z",
            "total_pence": 123_450,
            "lines": [
                {
                    "label": "Numbering of 11 plots",
                    "amount_pence": 120_450,
                    "vat": "outside the scope",
                    "income_code": "GIS-4412",
                },
                {
                    "label": "Printed plan",
                    "amount_pence": 3_000,
                    "vat": "standard",
                    "vat_pence": 500,
                    "income_code": "GIS-4415",
                },
            ],
        },
        "consent": [
            {
                "purpose": "Sharing with Royal Mail",
                "wording": "You may tell Royal Mail and the emergency services.",
                "given_at": "2026-11-24T15:03:00Z",
            }
        ],
        "related": ["HM-2P4T-6RWV"],
        **changes,
    }


def a_small_case(**changes: Any) -> dict[str, Any]:
    """The least a case can be."""
    return {
        "external_reference": "HM-1111-1111",
        "type": "fly-tipping",
        "queue": "street-scene",
        "subject": "A mattress in Oak Lane",
        **changes,
    }


def a_hostile_case(**changes: Any) -> dict[str, Any]:
    """A whole case with markup in every field that takes words."""
    tops = ("external_reference", "type", "subject", "description", "channel", "officer")
    case = a_case(**dict.fromkeys(tops, HOSTILE))
    case["customer"].update(
        dict.fromkeys(("name", "contact_name", "email", "phone", "address"), HOSTILE)
    )
    case["location"]["address"] = HOSTILE
    for answer in case["answers"]:
        answer.update(dict.fromkeys(("page", "page_title", "question", "label", "value"), HOSTILE))
    case["payment"].update(dict.fromkeys(("status", "provider", "reference", "receipt"), HOSTILE))
    for line in case["payment"]["lines"]:
        line.update(dict.fromkeys(("label", "vat", "income_code"), HOSTILE))
    case["consent"][0].update(dict.fromkeys(("purpose", "wording"), HOSTILE))
    return {**case, "related": [HOSTILE], **changes}


def a_photograph(width: int = 1200, height: int = 900) -> bytes:
    """A PNG with something on it."""
    picture = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    picture.paste("darkgreen", (0, height // 2, width // 2, height))
    kept = BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()
