"""Sending rates, leased in SMS parts per lane from Redis, so that all workers together keep the sender's rate.

The duty lane is counted but never refused: an alert does not wait for a rate, the provider queues it. Without Redis
every lane sends: a search that is a little too fast is better than one that stands still.
"""

from functools import cache

import redis
import structlog

from relay import city, settings

log = structlog.get_logger(__name__)

#: A token bucket: KEYS[1] the lane; ARGV parts wanted, parts a second, parts that may be saved up. Time is Redis' own,
#: so that machines whose clocks differ share one bucket. Answers milliseconds to wait; 0 means taken.
BUCKET = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local rate, most = tonumber(ARGV[2]), tonumber(ARGV[3])
local b = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = tonumber(b[1]) or most
left = math.min(most, left + (now - (tonumber(b[2]) or now)) * rate / 1000)
local want = math.min(tonumber(ARGV[1]), most)
local wait = 0
if left >= want then left = left - want else wait = math.ceil((want - left) * 1000 / rate) end
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


def take(lane: str, segments: int) -> float:
    """Lease ``segments`` parts for ``lane``. Returns 0 when they are ours, else the seconds to wait."""
    if lane == "duty":
        return 0.0
    rate = city.current().segments_per_second[lane]
    most = max(rate * SAVED_UP_SECONDS, 1.0)
    try:
        wait = _redis().eval(BUCKET, 1, f"lease:{lane}", str(segments), str(rate), str(most))
    except redis.RedisError as error:
        log.warning("lease_without_redis", why=type(error).__name__)
        return 0.0
    return int(str(wait)) / 1000
