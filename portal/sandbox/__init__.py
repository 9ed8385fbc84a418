"""A stand-in payment service: speaks the Stripe routes we use, and takes no money.

Reached only over HTTP, so that the same adapter and the real SDK run in the demo, in the tests
and in production. Imports nothing of the portal outside this package.
"""
