#!/usr/bin/env python3
"""Fails when two sources of a room keep things of one name to themselves, which compiled at once (SIBYL_UNITY) they can't.

    unity_check.py FOLDER...    each folder is a room
"""

import collections
import pathlib
import re
import sys

from odr_check import NAMESPACE, TYPE

SPECIFIERS = r"(?:(?:static|inline|constexpr|const|thread_local|volatile|unsigned) )*"
VARIABLE = re.compile(SPECIFIERS + r"[\w:]+(?:<.*>)?(?: const)?[ *&]+(\w+)(?:\[\w*\])*(?: = .*|\{.*|;)$")
ALIAS = re.compile(r"(?:using|namespace) (\w+) = ")
FUNCTION = re.compile(SPECIFIERS + r"[\w:]+(?:<.*>)?[ *&]+(\w+)\((.*)")


def kept_names(text):
    """(name, line, alias) of what stands in a namespace without a name, or is a short name for something. clang-format
    wrote the text: what stands at namespace scope begins its line. Functions of one name are told apart by the types of
    their parameters, and a short name may be given twice to the same thing."""
    namespaces, lines = [], text.splitlines()
    for number, line in enumerate(lines, 1):
        if alias := ALIAS.match(line):
            yield alias[1], number, line
        elif opened := NAMESPACE.match(line):
            namespaces.append(opened[1])
        elif line.startswith("}  // namespace"):
            namespaces.pop()
        elif "" not in namespaces:
            continue
        elif (defined := TYPE.match(line)) and not line.endswith(";"):
            yield defined[1], number, None
        elif function := FUNCTION.match(line):
            rest = " ".join([function[2], *map(str.strip, lines[number : number + 6])])
            parameters = re.split(r"\)(?: const)?(?: noexcept)? \{|\);", rest)[0]
            types = [re.sub(r"(?<=[ *&])\w+$", "", each.split(" = ")[0].strip()).strip() for each in parameters.split(",")]
            yield f"{function[1]}({', '.join(types)})", number, None
        elif variable := VARIABLE.match(line):
            yield variable[1], number, None


def check(room):
    places = collections.defaultdict(dict)  # name: {file: (line, alias)}
    for file in sorted(pathlib.Path(room).rglob("*.cpp")):
        for name, line, alias in kept_names(file.read_text(encoding="utf-8")):
            places[name][file] = line, alias
    twice = {}
    for name, where in places.items():
        aliases = {alias for _, alias in where.values()}
        if len(where) > 1 and (len(aliases) > 1 or None in aliases):
            twice[name] = [f"{file}:{line}" for file, (line, _) in where.items()]
    return twice, len(places)


def main(rooms):
    looked_at, bad = 0, 0
    for twice, count in map(check, rooms):
        looked_at, bad = looked_at + count, bad + len(twice)
        for name, places in twice.items():
            print(f"{name} is kept to themselves by\n    " + "\n    ".join(places))
    print(f"{looked_at} names, {bad} of them twice in a room")
    if not looked_at:
        sys.exit("nothing was looked at: is this the right place?")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
