"""One module per payment provider; each fits `portal.payments.provider.PaymentProvider`."""
