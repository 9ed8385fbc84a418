"""The prover: what is true of every journey through a form, decided by a solver.

Pure: a definition and a day in, verdicts out. Only this package imports z3, and nothing imports
this package until somebody asks for a proof.
"""
