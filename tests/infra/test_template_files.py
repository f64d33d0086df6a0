"""The stack's own template, from its files."""

from pathlib import Path

import pytest

from infra.errors import StackError
from infra.package import ROOT
from infra.template import FOLDER, files, whole


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / FOLDER
    made.mkdir(parents=True)
    return made


def test_every_file_adds_its_part(folder: Path) -> None:
    (folder / "one.yaml").write_text("Resources: {Queue: {Properties: {A: !Ref B}}}")
    (folder / "two.yaml").write_text("Resources: {Queue: {Properties: {C: !GetAtt D.Arn}}, Other: {Type: T}}")
    properties = {"A": {"Ref": "B"}, "C": {"Fn::GetAtt": ["D", "Arn"]}}
    assert whole(folder.parents[1]) == {"Resources": {"Queue": {"Properties": properties}, "Other": {"Type": "T"}}}


def test_two_files_that_contradict_each_other_are_refused_by_the_place(folder: Path) -> None:
    (folder / "one.yaml").write_text("Resources: {Queue: {Properties: {A: 1}}}")
    (folder / "two.yaml").write_text("Resources: {Queue: {Properties: {A: 2}}}")
    with pytest.raises(StackError, match=r"say different things of Resources\.Queue\.Properties\.A$"):
        whole(folder.parents[1])


def test_the_stack_has_files_and_none_is_large() -> None:
    lengths = {path.name: len(path.read_text().splitlines()) for path in files(ROOT)}
    assert {name for name, lines in lengths.items() if lines > 350} == set()
    assert len(lengths) > 5
