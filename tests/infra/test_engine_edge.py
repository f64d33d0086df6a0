"""The embedded AWS knows every kind of resource that the stack may consist of."""

from typing import Any

import pytest
from ministack.services.cloudformation import provisioners

from infra.embedded.edge import KINDS, know_policies
from infra.package import ROOT
from infra.template import load
from tests.infra.conftest import Resources


@pytest.fixture(autouse=True)
def _of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provisioners, "_RESOURCE_HANDLERS", dict(provisioners._RESOURCE_HANDLERS))
    know_policies()


def test_no_resource_is_of_a_kind_that_it_would_refuse(resources: Resources) -> None:
    companion: dict[str, Any] = load(ROOT / "infra/global.yaml")["Resources"]
    kinds = {it["Type"] for it in (*resources.values(), *companion.values())}
    assert kinds <= set(provisioners._RESOURCE_HANDLERS)
    assert set(KINDS) <= kinds, "nothing is taught that no stack needs"


@pytest.mark.parametrize("kind", KINDS)
def test_a_policy_is_made_under_its_stacks_name_and_deleted(kind: str) -> None:
    name, attributes = provisioners._provision_resource(kind, "Policy", {}, "quietzone")
    assert (name, attributes) == ("quietzone-Policy", {"Id": "quietzone-Policy"})
    provisioners._delete_resource(kind, name, {})
