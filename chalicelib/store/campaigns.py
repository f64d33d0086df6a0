"""Campaigns, in the objects table.

pk <organization>   sk campaign#<number>   a campaign
"""

from collections.abc import Collection, Iterator

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.core.campaigns import Campaign
from chalicelib.store import numbered
from chalicelib.store.numbered import sort_key
from chalicelib.store.tables import Record, refused
from chalicelib.store.versions import Held, new_version, unchanged


class CampaignItem(Record):
    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    version = NumberAttribute()
    name = UnicodeAttribute()
    created = NumberAttribute()
    updated = NumberAttribute(null=True)
    client = NumberAttribute(null=True)
    description = UnicodeAttribute(null=True)
    first_day = NumberAttribute(null=True)
    last_day = NumberAttribute(null=True)


def read(organization: int, number: int) -> Held[Campaign] | None:
    """A campaign as it is now, consistently; None when there is none."""
    try:
        found = CampaignItem.get(*_address(organization, number), consistent_read=True)
    except CampaignItem.DoesNotExist:
        return None
    return Held(_campaign(found), int(found.version))


def known(organization: int, numbers: Collection[int]) -> set[int]:
    """Which of these numbers are campaigns', consistently."""
    found = CampaignItem.batch_get([_address(organization, number) for number in numbers], consistent_read=True)
    return {_campaign(item).number for item in found}


def newest_first(organization: int, before: int | None = None) -> Iterator[Campaign]:
    """An organization's campaigns with numbers below `before`, newest first."""
    for found in numbered.newest_first(CampaignItem, "campaign", organization, before, None):
        yield _campaign(found)


def write(campaign: Campaign, version: int | None) -> bool:
    """Write a campaign that is still of that version, or absent; False when it is not."""
    item = CampaignItem(
        *_address(campaign.organization, campaign.number),
        version=new_version(),
        name=campaign.name,
        created=campaign.created_ms,
        updated=campaign.updated_ms or None,
        client=campaign.client or None,
        description=campaign.description or None,
        first_day=campaign.first_day or None,
        last_day=campaign.last_day or None,
    )
    return not refused(lambda: item.save(condition=unchanged(CampaignItem.version, version)))


def delete(organization: int, number: int) -> bool:
    """Remove a campaign; False when there is none."""
    item = CampaignItem(*_address(organization, number))
    return not refused(lambda: item.delete(condition=CampaignItem.pk.exists()))


def _address(organization: int, number: int) -> tuple[str, str]:
    return str(organization), sort_key("campaign", number)


def _campaign(found: CampaignItem) -> Campaign:
    return Campaign(
        organization=int(found.pk),
        number=int(found.sk.removeprefix("campaign#")),
        name=found.name,
        created_ms=int(found.created),
        updated_ms=int(found.updated or 0),
        client=int(found.client or 0),
        description=found.description or "",
        first_day=int(found.first_day or 0),
        last_day=int(found.last_day or 0),
    )
