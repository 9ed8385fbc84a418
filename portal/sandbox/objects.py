"""The shape of each Stripe object, every field present, as of the API version we speak.

Pure: ids and the time (`now`, seconds since 1970) are given. The fields are those of Stripe's
OpenAPI description; `tests/sandbox` validates every answer against it. Amounts are pence.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from portal.sandbox.cards import Card
from portal.sandbox.settings import API_VERSION

Json: TypeAlias = dict[str, Any]

SETTLEMENT_SECONDS = 2 * 24 * 60 * 60
"""Money becomes available two days after it is taken."""

_FEES = {"card": (15, 20), "paypal": (29, 30)}
"""Tenths of a per cent, and pence: 1.5% + 20p for a card; PayPal's is a stand-in."""


def session(*, id_: str, now: int, url: str, parameters: Json, method_types: list[str]) -> Json:
    """Build an open Checkout Session from checked parameters."""
    total = amount_of(parameters["line_items"])
    configuration = parameters.get("payment_method_configuration")
    return {
        "id": id_,
        "object": "checkout.session",
        "adaptive_pricing": parameters.get("adaptive_pricing", {"enabled": False}),
        "after_expiration": None,
        "allow_promotion_codes": parameters.get("allow_promotion_codes"),
        "allowed_payment_method_types": parameters.get("allowed_payment_method_types"),
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": parameters.get("billing_address_collection"),
        "cancel_url": parameters.get("cancel_url"),
        "client_reference_id": parameters.get("client_reference_id"),
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "created": now,
        "currency": "gbp",
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "customer": None,
        "customer_account": None,
        "customer_creation": parameters.get("customer_creation", "if_required"),
        "customer_details": _customer_details(parameters.get("customer_email"), None, None),
        "customer_email": parameters.get("customer_email"),
        "discounts": [],
        "excluded_payment_method_types": parameters.get("excluded_payment_method_types", []),
        "expires_at": parameters["expires_at"],
        "integration_identifier": None,
        "invoice": None,
        "invoice_creation": None,
        "livemode": False,
        "locale": parameters.get("locale"),
        "managed_payments": None,
        "metadata": parameters.get("metadata", {}),
        "mode": "payment",
        "optional_items": None,
        "origin_context": None,
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "if_required",
        "payment_method_configuration_details": {"id": configuration, "parent": None}
        if configuration
        else None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": method_types,
        "payment_status": "unpaid",
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": parameters.get("submit_type"),
        "subscription": None,
        "success_url": parameters["success_url"],
        "tax_id_collection": {"enabled": False, "required": "never"},
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": url,
        "wallet_options": None,
    }


def _customer_details(email: str | None, name: str | None, postcode: str | None) -> Json | None:
    if email is None and name is None:
        return None
    return {
        "address": _address(postcode) if name else None,
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": None,
    }


def _address(postcode: str | None) -> Json:
    return {
        "city": None,
        "country": "GB",
        "line1": None,
        "line2": None,
        "postal_code": postcode,
        "state": None,
    }


def amount_of(lines: Iterable[Mapping[str, Any]]) -> int:
    """Add up the lines of a call, in pence."""
    return sum(line["price_data"]["unit_amount"] * line.get("quantity", 1) for line in lines)


def line_item(*, id_: str, price_id: str, product_id: str, now: int, line: Json) -> Json:
    """Build one line of a session, its price made for the occasion."""
    price = line["price_data"]
    total = amount_of([line])
    return {
        "id": id_,
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": "gbp",
        "description": price["product_data"]["name"],
        "metadata": line.get("metadata", {}),
        "price": {
            "id": price_id,
            "object": "price",
            "active": False,
            "billing_scheme": "per_unit",
            "created": now,
            "currency": "gbp",
            "custom_unit_amount": None,
            "livemode": False,
            "lookup_key": None,
            "metadata": {},
            "nickname": None,
            "product": product_id,
            "recurring": None,
            "tax_behavior": price.get("tax_behavior", "unspecified"),
            "tiers_mode": None,
            "transform_quantity": None,
            "type": "one_time",
            "unit_amount": price["unit_amount"],
            "unit_amount_decimal": str(price["unit_amount"]),
        },
        "quantity": line.get("quantity", 1),
    }


def payment_intent(*, id_: str, now: int, session: Json, data: Json) -> Json:
    """Build the intent of a session at its first attempt, waiting for a way to pay."""
    return {
        "id": id_,
        "object": "payment_intent",
        "amount": session["amount_total"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": f"{id_}_secret_sandbox",
        "confirmation_method": "automatic",
        "created": now,
        "currency": session["currency"],
        "customer": None,
        "customer_account": None,
        "description": data.get("description"),
        "excluded_payment_method_types": session["excluded_payment_method_types"] or None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": data.get("metadata", {}),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": session["payment_method_configuration_details"],
        "payment_method_options": {
            "card": {
                "installments": None,
                "mandate_options": None,
                "network": None,
                "request_three_d_secure": "automatic",
            }
        },
        "payment_method_types": session["payment_method_types"],
        "processing": None,
        "receipt_email": data.get("receipt_email"),
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "statement_descriptor": data.get("statement_descriptor"),
        "statement_descriptor_suffix": data.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }


def payment_method(*, id_: str, now: int, kind: str, card: Json | None, billing: Json) -> Json:
    """Build what the payer paid with; of a card only the last four digits."""
    details = {"card": card} if card else {kind: {"country": "GB", "payer_email": billing["email"]}}
    return {
        "id": id_,
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": billing,
        "created": now,
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": kind,
        **details,
    }


def card_details(card: Card, *, expiry: tuple[int, int], wallet: str | None) -> Json:
    """Describe a test card as a charge does."""
    return {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": "pass",
            "cvc_check": "fail" if card.code == "incorrect_cvc" else "pass",
        },
        "country": "US",
        "exp_month": expiry[0],
        "exp_year": expiry[1],
        "fingerprint": f"sandbox{card.last4}",
        "funding": "credit",
        "last4": card.last4,
        "wallet": {"type": wallet, wallet: {}, "dynamic_last4": None} if wallet else None,
    }


def billing_details(email: str | None, name: str | None, postcode: str | None) -> Json:
    """Who paid, as they said."""
    return {
        "address": _address(postcode),
        "email": email,
        "name": name,
        "phone": None,
        "tax_id": None,
    }


def customer_details(billing: Json) -> Json | None:
    """Repeat who paid on the session."""
    postcode = billing["address"]["postal_code"]
    return _customer_details(billing["email"], billing["name"], postcode)


def event(*, id_: str, now: int, type_: str, object_: Json, request: Json) -> Json:
    """Build the news of a change, with the object as it stood then."""
    return {
        "id": id_,
        "object": "event",
        "api_version": API_VERSION,
        "created": now,
        "data": {"object": object_},
        "livemode": False,
        "pending_webhooks": 0,
        "request": request,
        "type": type_,
    }


def page(items: list[Json], *, url: str, has_more: bool) -> Json:
    """Wrap one page of a list (https://docs.stripe.com/api/pagination)."""
    return {"object": "list", "data": items, "has_more": has_more, "url": url}


def fee_of(amount: int, kind: str) -> int:
    """What the provider keeps of a payment, in pence, halves up."""
    tenths, fixed = _FEES[kind]
    return (amount * tenths + 500) // 1000 + fixed


def origin_of(address: str) -> str:
    """The scheme and host of an address, as a Content-Security-Policy names it."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
