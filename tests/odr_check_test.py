#!/usr/bin/env python3
"""odr_check.py finds what is planted: odr_check_test.py CXX"""

import json
import pathlib
import subprocess
import sys
import tempfile

import odr_check
import unity_check

HEADER = "#include <string>\nnamespace sibyl {\n%s\n}  // namespace sibyl\n"
TABLES = {
    "alike": ("struct Table {\n  std::string name;\n};", "struct Table {\n  std::string name;\n};"),
    "different": ("struct Table {\n  std::string name;\n};", "struct Table {\n  std::string name, note;\n};"),
    "of one size": (
        "class Table {\n public:\n  ~Table() { name = \"a\"; }\n  std::string name;\n};",
        "class Table {\n public:\n  ~Table() { name += \"a\"; }\n  std::string name;\n};",
    ),
    # The address of `free`, which the first source defines: computed there, loaded in the second one.
    "beside what it names": (
        "void free();\nclass Table {\n public:\n  ~Table() { kept = free; }\n  void (*kept)();\n};\nvoid free() {}",
        "void free();\nclass Table {\n public:\n  ~Table() { kept = free; }\n  void (*kept)();\n};",
    ),
    "apart": ("namespace {\nstruct Table {\n  std::string name;\n};\n}  // namespace", "struct Table;"),
}
USE = "void use_%s() { sibyl::Table table; }\n"


def plant(compiler, folder, definitions):
    commands = []
    for name, definition in zip(("first", "second"), definitions):
        (folder / f"{name}.cpp").write_text(HEADER % definition + (USE % name if "{" in definition else ""))
        command = f"{compiler} -std=c++20 -O0 -o {name}.o -c {name}.cpp"
        subprocess.run(command.split(), cwd=folder, check=True)
        commands.append({"directory": str(folder), "command": command})
    file = folder / "compile_commands.json"
    file.write_text(json.dumps(commands))
    return [sorted(odr_check.check_names([folder])[0]), sorted(odr_check.check_objects([file])[0])]


def main(compiler):
    found = {}
    for name, definitions in TABLES.items():
        with tempfile.TemporaryDirectory() as folder:
            found[name] = plant(compiler, pathlib.Path(folder), definitions)
    destructors = ["_ZN5sibyl5TableD2Ev"]
    assert found["alike"] == [["sibyl::Table"], []], found  # one thing, written twice
    assert found["different"][0] == ["sibyl::Table"] and destructors[0] in found["different"][1], found
    assert found["of one size"] == [["sibyl::Table"], destructors], found
    assert found["beside what it names"] == [["sibyl::Table"], []], found
    assert found["apart"] == [[], []], found

    def kept_twice(one, other):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in (("one", one), ("other", other)):
                text = f"namespace {{\n{text}\n}}  // namespace\n"
                pathlib.Path(folder, f"{name}.cpp").write_text(text, encoding="utf-8")
            return sorted(unity_check.check(folder)[0])

    assert kept_twice("constexpr int most = 1;", "constexpr std::uint64_t most{2};") == ["most"]
    assert kept_twice("struct Row {", "class Row {") == ["Row"]
    assert kept_twice("double share(int of) {", "float share(int parts) {") == ["share(int)"]
    assert kept_twice("double share(int of) {", "double share(double of) {") == []
    assert kept_twice("using Clock = A;", "using Clock = A;") == []
    assert kept_twice("using Clock = A;", "using Clock = B;") == ["Clock"]


if __name__ == "__main__":
    main(sys.argv[1])
