"""What goes into production's zip."""

from infra.package import ROOT, deployed_requirements


def test_production_brings_every_requirement_but_chalice_which_the_packager_adds_by_itself() -> None:
    named = [line.split("==")[0] for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line]
    deployed = [line.split("==")[0] for line in deployed_requirements(ROOT).splitlines() if "==" in line]
    assert "chalice" in named
    assert deployed == [name for name in named if name != "chalice"]
