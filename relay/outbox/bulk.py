"""Sending many: texts to thousands in batches, so that the rate of the sender is used to the full.

A batch is claimed and committed, handed over all at once with no database session held, and recorded in one
transaction. The rate is leased before the claim, so that a refused lease leaves every row as it was. Mail goes out
beside it, by ``sender.drain("bulk", "mail")``: it takes nothing of the rate, and neither waits for the other.
"""

import time
from datetime import timedelta

import structlog

from relay import clock
from relay.channels import registry
from relay.channels.base import NotNow
from relay.outbox import claims, records, rules

log = structlog.get_logger(__name__)

#: One task run sends for so long, then makes room; the next tick goes on.
RUN_SECONDS = 20
#: As many as the provider is asked at the same time: so all of a batch begin at once, and end well before their claim.
BATCH = 50
#: The longest sleep between two looks at the rate, so that a run ends about when it should.
LONGEST_SLEEP = 1.0


def drain() -> int:
    """Send the texts that are due in the bulk lane until nothing is left. Returns how many were handed over."""
    began, sent = time.monotonic(), 0
    with registry.SMS.reused():
        while (left := RUN_SECONDS - (time.monotonic() - began)) > 0:
            batch = claims.batch("bulk", registry.SMS.name, at_most=BATCH)
            if batch.wait > 0:
                time.sleep(min(batch.wait, LONGEST_SLEEP, left))
                continue
            if not batch.claims:
                if batch.settled:
                    continue
                break
            # Whoever finds the claim later than this asks the provider first.
            before = clock.now() + timedelta(seconds=rules.START_WITHIN_SECONDS)
            outcomes = registry.SMS.send_many([claim.outgoing for claim in batch.claims], before=before)
            taken = records.record(list(zip(batch.claims, outcomes, strict=True)))
            log.info("sent_many", taken=taken, of=len(outcomes))
            sent += taken
            if any(isinstance(outcome, NotNow) for outcome in outcomes):
                break  # more at once would only be refused again; the next tick is soon enough
    return sent
