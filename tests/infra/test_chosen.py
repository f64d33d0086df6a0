"""Which organization a command works on."""

import pytest

from chalicelib import ids
from chalicelib.services import accounts
from infra import chosen
from infra.errors import StackError
from tests.world import World


def organization(name: str) -> int:
    made, owner = accounts.create_organization(name, f"{name}@example.com", 1_700_000_000_000)
    accounts.create_key(made.number, owner.number, 1_700_000_000_000, "qz_test_")  # and with it a test twin
    return made.number


def test_the_only_one_need_not_be_named(world: World) -> None:
    acme = organization("Acme")
    assert chosen.organization() == acme


def test_it_may_be_named_in_any_spelling(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    organization("Acme")
    wanted = organization("Bolt")
    for spelled in (ids.spell("org", wanted), str(wanted)):
        monkeypatch.setenv("ORGANIZATION", spelled)
        assert chosen.organization() == wanted


def test_one_of_several_must_be_named(world: World) -> None:
    acme, bolt = organization("Acme"), organization("Bolt")
    with pytest.raises(StackError) as refused:
        chosen.organization()
    listed = f"{ids.spell('org', acme)} (Acme), {ids.spell('org', bolt)} (Bolt)"
    assert str(refused.value) == f"ORGANIZATION= must say which; there are: {listed}"


def test_one_that_is_not_there_is_not_guessed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    organization("Acme")
    monkeypatch.setenv("ORGANIZATION", "org_7")
    with pytest.raises(StackError, match=r"ORGANIZATION=org_7: is not there; there are: org_.* \(Acme\)"):
        chosen.organization()


def test_none_at_all(world: World) -> None:
    with pytest.raises(StackError, match="there are: none"):
        chosen.organization()
