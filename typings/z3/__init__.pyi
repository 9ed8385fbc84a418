# z3's own types say nothing a strict checker takes: see portal/forms/proofs/terms.py.

from typing import Any

class ExprRef:
    def __getattr__(self, name: str) -> Any: ...

class ModelRef:
    def __getattr__(self, name: str) -> Any: ...

class Solver:
    def __getattr__(self, name: str) -> Any: ...

def __getattr__(name: str) -> Any: ...
