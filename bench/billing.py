"""From what is used to dollars: pure reckoning, by AWS's rules of billing.

Lambda bills every millisecond that an invocation takes, begun ones whole, times its memory, and gives it as much of a
core as its memory is of 1,769 MB (docs.aws.amazon.com/lambda, "Configuring function memory"). DynamoDB stores 100 bytes
with every item, and with every entry of an index (docs.aws.amazon.com/amazondynamodb, "Item sizes").
"""

from collections.abc import Mapping
from math import ceil
from typing import Final

from bench.prices import SERVICES, Item, Prices

Usage = Mapping[Item, float]

GB: Final = 2**30
CORE_MB: Final = 1769
STORED_WITH: Final = 100  # bytes
HOUR_SECONDS: Final = 3600


def added(*usages: Usage) -> dict[Item, float]:
    """What several use together."""
    total: dict[Item, float] = {}
    for usage in usages:
        for item, amount in usage.items():
            total[item] = total.get(item, 0.0) + amount
    return total


def times(usage: Usage, factor: float) -> dict[Item, float]:
    """The same so many times."""
    return {item: amount * factor for item, amount in usage.items()}


def bill(usage: Usage, prices: Prices) -> dict[str, float]:
    """Dollars by service, in the order of SERVICES; those that are not used are left out."""
    found: dict[str, float] = {}
    for item, amount in usage.items():
        service = prices[item].service
        found[service] = found.get(service, 0.0) + prices[item].dollars(amount)
    return {service: found[service] for service in SERVICES if service in found}


def total(usage: Usage, prices: Prices) -> float:
    """Dollars."""
    return sum(bill(usage, prices).values())


def beyond_free(usage: Usage, prices: Prices) -> dict[Item, float]:
    """What is left to pay of a month when nothing else in the account uses AWS's standing allowances."""
    return {item: max(0.0, amount - prices[item].free) for item, amount in usage.items()}


def invocations(number: float, milliseconds: float, megabytes: int) -> dict[Item, float]:
    """So many invocations of so many milliseconds each, in a function of so much memory."""
    return {
        Item.INVOCATIONS: number,
        Item.GB_SECONDS: number * ceil(milliseconds) / 1000 * megabytes / 1024,
    }


def duration_ms(cpu_ms: float, megabytes: int, waits_ms: float) -> float:
    """How long an invocation takes that needs so much of a whole core, and waits for others for so long."""
    return cpu_ms * max(1.0, CORE_MB / megabytes) + waits_ms


def stored(items: float, bytes_each: float) -> float:
    """The gigabytes that items are stored as."""
    return items * (bytes_each + STORED_WITH) / GB


def capacity_hours(units: float, utilised: float) -> float:
    """The provisioned unit-hours that so many request units want, when so much of what is provisioned is used."""
    return units / HOUR_SECONDS / utilised
