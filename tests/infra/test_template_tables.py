"""Tables: keys, indexes, streams, and that nothing in them is lost or open."""

import pytest

from tests.infra.conftest import Resources
from tests.infra.translated import of_type

PK, SK = {"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}
TABLES = {
    "ObjectsTable": ([PK, SK], "expires"),
    "ScansTable": ([PK, SK], "expires"),
    "RollupsTable": ([PK, SK], None),
    "VisitorsTable": ([PK], "expires"),
    "DeliveriesTable": ([PK, SK], "expires"),
}


@pytest.mark.parametrize("table", TABLES)
def test_tables_are_kept_protected_encrypted_recoverable_and_paid_by_request(resources: Resources, table: str) -> None:
    found = resources[table]
    keys, expiry = TABLES[table]
    assert (found["DeletionPolicy"], found["UpdateReplacePolicy"]) == ("Retain", "Retain")
    properties = found["Properties"]
    assert "TableName" not in properties
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["DeletionProtectionEnabled"] is True
    assert properties["KeySchema"] == keys
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["SSESpecification"] == {"SSEEnabled": True}
    assert properties.get("TimeToLiveSpecification", {}).get("AttributeName") == expiry


def test_what_events_are_made_of_has_a_stream_with_both_images(resources: Resources) -> None:
    tables = of_type(resources, "AWS::DynamoDB::Table")
    streams = {name: it["StreamSpecification"] for name, it in tables.items() if "StreamSpecification" in it}
    both = {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert streams == {"ScansTable": both, "ObjectsTable": both, "RollupsTable": both}


def test_only_scans_and_deliveries_have_an_index_of_keys(resources: Resources) -> None:
    tables = of_type(resources, "AWS::DynamoDB::Table")
    indexes = {name: it["GlobalSecondaryIndexes"] for name, it in tables.items() if "GlobalSecondaryIndexes" in it}
    found = {
        name: [(it["IndexName"], it["KeySchema"], it["Projection"]) for it in many] for name, many in indexes.items()
    }
    keys = {"ProjectionType": "KEYS_ONLY"}
    assert found == {
        "ScansTable": [("by_day", [{"AttributeName": "day", "KeyType": "HASH"}, SK], keys)],
        "DeliveriesTable": [("by_wait", [{"AttributeName": "wait", "KeyType": "HASH"}, SK], keys)],
    }


def test_there_is_no_table_but_these(resources: Resources) -> None:
    assert set(of_type(resources, "AWS::DynamoDB::Table")) == set(TABLES)
