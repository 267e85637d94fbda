"""What JSON Schema can't say of requests that are meant to be taken."""

import datetime
import random
import uuid

import schemathesis
from hypothesis import strategies as st

WEIGHTS = (1, 4, 3, 7, 5, 8, 6, 9, 10)


def tax_file_number(digits):
    """Nine digits whose weighted sum is a multiple of 11; None where the last one would have two digits."""
    rest = sum(weight * digit for weight, digit in zip(WEIGHTS, digits)) % 11
    return None if rest == 10 else "".join(map(str, digits)) + str(rest)


digits = st.lists(st.integers(0, 9), min_size=8, max_size=8).filter(any)
schemathesis.openapi.format("tax-file-number", digits.map(tax_file_number).filter(bool))


@schemathesis.hook
def before_call(context, case, kwargs):
    """A key is used for one request; dates of a history lie in an order, and few candles apart."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    headers = case.headers or {}
    if headers.get("Idempotency-Key"):
        headers["Idempotency-Key"] = str(uuid.uuid4())
