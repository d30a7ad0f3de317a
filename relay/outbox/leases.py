"""Sending rates, leased in SMS parts per lane from Redis, so that all workers together keep the sender's rate.

The duty lane is never refused: an alert does not wait for a rate, the provider queues it. Without Redis each process
keeps the rate by itself: a search that is a little too fast is better than one that stands still.
"""

import threading
import time
from functools import cache

import redis
import structlog

from relay import city, settings

log = structlog.get_logger(__name__)

#: A token bucket: KEYS[1] the lane; ARGV parts wanted, parts a second, parts that may be saved up. Time is Redis' own,
#: so that machines whose clocks differ share one bucket. What is larger than the bucket empties it below zero, and the
#: next wait longer. Answers milliseconds to wait; 0 means taken.
BUCKET = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local want, rate, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local b = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = tonumber(b[1]) or most
left = math.min(most, left + (now - (tonumber(b[2]) or now)) * rate / 1000)
local need = math.min(want, most)
local wait = 0
if left >= need then left = left - want else wait = math.ceil((need - left) * 1000 / rate) end
redis.call('HSET', KEYS[1], 'left', left, 'at', now)
redis.call('PEXPIRE', KEYS[1], 60000)
return wait
"""
#: Parts that a quiet lane may send at once: a few seconds' worth.
SAVED_UP_SECONDS = 3


@cache
def _redis() -> "redis.Redis":
    return redis.Redis.from_url(
        settings.current().redis_url, socket_timeout=0.3, socket_connect_timeout=0.3, retry=None
    )


class Bucket:
    """The same bucket in this process alone."""

    def __init__(self) -> None:
        self._left: float | None = None
        self._at = time.monotonic()
        self._lock = threading.Lock()

    def take(self, want: float, rate: float, most: float) -> float:
        """Seconds to wait; 0 means taken."""
        with self._lock:
            now = time.monotonic()
            left = most if self._left is None else min(most, self._left + (now - self._at) * rate)
            need = min(want, most)
            taken = left >= need
            self._left, self._at = (left - want if taken else left), now
            return 0.0 if taken else (need - left) / rate


@cache
def _own(lane: str) -> Bucket:
    del lane  # one bucket each
    return Bucket()


def take(lane: str, segments: int) -> float:
    """Lease ``segments`` parts for ``lane``. Returns 0 when they are ours, else the seconds to wait."""
    if lane == "duty" or not segments:
        return 0.0
    rate = city.current().segments_per_second[lane]
    most = max(rate * SAVED_UP_SECONDS, 1.0)
    try:
        wait = _redis().eval(BUCKET, 1, f"lease:{lane}", str(segments), str(rate), str(most))
    except redis.RedisError as error:
        log.warning("lease_without_redis", why=type(error).__name__)
        return _own(lane).take(segments, rate, most)
    return int(str(wait)) / 1000
