"""What a receipt costs to draw."""

import statistics
import time

from portal.payments.receipt_pdf import render_document
from tests.bench.figures import Figure
from tests.payments.council import a_line
from tests.payments.test_receipt import a_receipt
from tests.payments.test_receipt_pdf import assets, paper

_RECEIPTS = 25


def figures() -> list[Figure]:
    """CPU and number per second, after the first, which imports and reads the fonts."""
    page, used = paper(a_receipt(a_line(), a_line(24_00))), assets()
    render_document(page, used)
    took: list[float] = []
    begun = time.perf_counter()
    for _ in range(_RECEIPTS):
        before = time.process_time()
        drawn = render_document(page, used)
        took.append((time.process_time() - before) * 1000)
    seconds = time.perf_counter() - begun
    return [
        Figure("receipt", statistics.median(took), "CPU ms", 130),
        Figure("receipts a second, one after another", _RECEIPTS / seconds, "1/s"),
        Figure("receipt", len(drawn) / 1024, "KB", 2048, True),
    ]
