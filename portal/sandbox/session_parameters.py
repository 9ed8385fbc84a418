"""Every parameter of the routes that change something, as docs.stripe.com/api lists them.

Only what the portal may send is here; anything else is refused by name, so that a call Stripe
would ignore or refuse cannot pass unnoticed. `payment_method_types` left the API in 2026-09-30.
"""

from portal.sandbox.parameters import (
    Reader,
    array,
    boolean,
    choice,
    email,
    group,
    metadata,
    text,
    url,
    whole,
)

_PRICE = group(
    {
        "currency": choice("gbp"),
        "unit_amount": whole(at_least=0, at_most=99_999_999),
        "tax_behavior": choice("inclusive", "exclusive", "unspecified"),
        "product_data": group(
            {
                "name": text(250),
                "description": text(),
                "metadata": metadata,
                "tax_code": text(),
                "unit_label": text(12),
            },
            required=("name",),
        ),
    },
    required=("currency", "product_data", "unit_amount"),
)
_LINE = group(
    {"price_data": _PRICE, "quantity": whole(at_least=1, at_most=999_999), "metadata": metadata},
    required=("price_data", "quantity"),
)
_INTENT = group(
    {
        "description": text(1000),
        "metadata": metadata,
        "receipt_email": email,
        "statement_descriptor": text(22),
        "statement_descriptor_suffix": text(22),
    }
)

CREATE_SESSION: dict[str, Reader] = {
    "adaptive_pricing": group({"enabled": boolean}),
    "allow_promotion_codes": boolean,
    "allowed_payment_method_types": array(text(50)),
    "billing_address_collection": choice("auto", "required"),
    "cancel_url": url,
    "client_reference_id": text(200),
    "currency": choice("gbp"),
    "customer_creation": choice("always", "if_required"),
    "customer_email": email,
    "excluded_payment_method_types": array(text(50)),
    "expires_at": whole(at_least=0),
    "line_items": array(_LINE),
    "locale": choice("auto", "en", "en-GB"),
    "metadata": metadata,
    "mode": choice("payment"),
    "payment_intent_data": _INTENT,
    "payment_method_configuration": text(100),
    "submit_type": choice("auto", "book", "donate", "pay"),
    "success_url": url,
    "ui_mode": choice("hosted_page"),
}
"""`POST /v1/checkout/sessions`: hosted page, one payment, pounds sterling."""

CREATE_SESSION_REQUIRED = ("line_items", "mode", "success_url")

CREATE_REFUND: dict[str, Reader] = {
    "amount": whole(at_least=1),
    "charge": text(),
    "metadata": metadata,
    "payment_intent": text(),
    "reason": choice("duplicate", "fraudulent", "requested_by_customer"),
}
"""`POST /v1/refunds`."""
