"""The rooms of src/ include one another only as the picture in src/README.md says, and the picture has no arrow too many."""

import pathlib
import re
import unittest

SRC = pathlib.Path(__file__).resolve().parents[1] / "src"


def drawn():
    """Room: the rooms that it may include."""
    picture = (SRC / "README.md").read_text().split("```")[1]
    return {room: set(others.split()) for room, others in re.findall(r"^(\w+) *->(.*)$", picture, re.MULTILINE)}


def included():
    """Room: {other room: a file that includes it}."""
    rooms = {folder.name: {} for folder in SRC.iterdir() if folder.is_dir()}
    for file in sorted(SRC.rglob("*.?pp")):
        room = file.relative_to(SRC).parts[0]
        for other in re.findall(r'^#include ["<](\w+)/[^">]+[">]', file.read_text(), re.MULTILINE):
            if other in rooms and other != room:
                rooms[room].setdefault(other, file.relative_to(SRC))
    return rooms


class Rooms(unittest.TestCase):
    def test_every_room_is_drawn(self):
        self.assertEqual(set(drawn()), set(included()))

    def test_every_include_is_an_arrow(self):
        arrows = drawn()
        for room, others in included().items():
            for other, file in others.items():
                self.assertIn(other, arrows[room], f"{file} includes {other}/: not an arrow of src/README.md")

    def test_every_arrow_is_an_include(self):
        found = included()
        for room, others in drawn().items():
            for other in others:
                self.assertIn(other, found[room], f"src/README.md draws {room} -> {other}, and no file has it")

    def test_arrows_point_down(self):
        order = list(drawn())
        for room, others in drawn().items():
            for other in others:
                self.assertLess(order.index(room), order.index(other), f"{room} -> {other}")

    def test_the_border_includes_nothing_else(self):
        for file in (SRC / "sibyl").rglob("*.hpp"):
            for name in re.findall(r'^#include "([^"]+)"', file.read_text(), re.MULTILINE):
                self.assertTrue(name.startswith("sibyl/"), f"{file.name} includes {name}")

    def test_rooms_are_small(self):
        """At most 16 things a folder, a header and its source being one."""
        for folder in [SRC, *[each for each in SRC.rglob("*") if each.is_dir()]]:
            things = {file.stem for file in folder.iterdir() if file.suffix in (".cpp", ".hpp")}
            self.assertLessEqual(len(things), 16, folder)

    def test_the_page_names_files_that_exist(self):
        for name in re.findall(r"`((?:\w+/)+\w+\.\w+)`", (SRC / "README.md").read_text()):
            self.assertTrue((SRC / name).exists() or (SRC.parent / name).exists(), name)


if __name__ == "__main__":
    unittest.main()
