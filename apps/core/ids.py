"""Identifiers that sort by time, so that indexes grow at one end and lists have a stable second key."""

import secrets
import time
from uuid import UUID


def uuid7() -> UUID:
    """Return a UUID version 7: 48 bits of Unix time in milliseconds, then randomness. Source: RFC 9562, section 5.7."""
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
