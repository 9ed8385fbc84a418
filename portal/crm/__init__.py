"""The reference CRM: what a council's in-house case system offers, small but real.

Reached only over HTTP, so that the portal's adapters meet it as they would any other CRM. Imports
nothing of the portal outside this package.
"""
