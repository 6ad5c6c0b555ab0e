#!/usr/bin/env python3
"""Fails when two things of one program have one name: a linker keeps either of them, silently, and calls it for both.

    odr_check.py names FOLDER...                  types by their qualified names, as the sources define them
    odr_check.py objects compile_commands.json    what the objects of an unoptimised build define: inline functions,
                                                  members, tables of virtual functions; byte by byte

Optimised objects can't be compared: how a function is compiled depends on what else its source holds.
"""

import collections
import hashlib
import json
import pathlib
import re
import struct
import sys

TYPE = re.compile(r"(?:template <.*> )?(?:class|struct|union|enum(?: class)?) (\w+)(?: final)?(?: :.*)?(?: \{|$)")
NAMESPACE = re.compile(r"(?:inline )?namespace ?([\w:]*) \{")


def type_definitions(text):
    """(qualified name, line) of the types at namespace scope that other sources can see. clang-format wrote the text:
    what stands at namespace scope begins its line, and namespaces have a comment where they end."""
    namespaces = []
    for number, line in enumerate(text.splitlines(), 1):
        if opened := NAMESPACE.match(line):
            namespaces.append(opened[1])
        elif line.startswith("}  // namespace"):
            namespaces.pop()
        elif (defined := TYPE.match(line)) and "" not in namespaces and not line.endswith(";"):
            yield "::".join([*namespaces, defined[1]]), number


def check_names(folders):
    places = collections.defaultdict(list)
    for folder in map(pathlib.Path, folders):
        for file in sorted(folder.rglob("*.[ch]pp")):
            for name, line in type_definitions(file.read_text()):
                places[name].append(f"{file}:{line}")
    return {name: where for name, where in places.items() if len(where) > 1}, len(places)


# A section of one function or table of namespace sibyl, of which the linker keeps one (a COMDAT).
SHARED = re.compile(r"\.(?:text|rodata|data|data\.rel\.ro|bss)\.(_Z[A-Z]{0,3}N[KVR]{0,2}5sibyl\w*)$")
SHF_GROUP, SHT_RELA, SHT_SYMTAB, SHT_NOBITS = 0x200, 4, 2, 8
X86_64, COMPUTED, LOADED = 62, 2, (9, 41, 42)  # R_X86_64_PC32; GOTPCREL, GOTPCRELX, REX_GOTPCRELX
LEA, MOV = 0x8D, 0x8B


def text_at(table, offset):
    return table[offset : table.index(b"\0", offset)].decode()


def address_taken(machine, code, place, kind):
    """The kind of a reference. An address of a function is loaded from a table (mov), or, where the function stands in
    the same source, computed (lea): that is one thing, and `code` is made to say the second."""
    if machine == X86_64 and kind in LOADED and code[place - 2] == MOV:
        code[place - 2] = LEA
        return COMPUTED
    return kind


def shared_sections(file):
    """(symbol, digest) of each such section: of its bytes, and of the names that it refers to."""
    image = file.read_bytes()
    if image[:5] != b"\x7fELF\x02":
        return
    machine = struct.unpack_from("<H", image, 0x12)[0]
    offset, size, count, names = *struct.unpack_from("<Q", image, 0x28), *struct.unpack_from("<HHH", image, 0x3A)
    headers = [struct.unpack_from("<IIQQQQIIQQ", image, offset + size * i) for i in range(count or 1)]
    if count == 0:  # more than 65,279 sections
        headers = [struct.unpack_from("<IIQQQQIIQQ", image, offset + size * i) for i in range(headers[0][5])]
        names = headers[0][6] if names == 0xFFFF else names
    content = lambda header: image[header[4] : header[4] + (0 if header[1] == SHT_NOBITS else header[5])]
    section_names = content(headers[names])
    found = {}
    for index, header in enumerate(headers):
        if header[2] & SHF_GROUP and (shared := SHARED.match(text_at(section_names, header[0]))):
            found[index] = (shared[1], bytearray(content(header)), [header[5]])
    for header in headers:
        if header[1] == SHT_RELA and header[7] in found:
            symbols, strings = headers[header[6]], content(headers[headers[header[6]][6]])
            for place, info, _ in struct.iter_unpack("<QQq", content(header)):
                symbol = struct.unpack_from("<IB", image, symbols[4] + 24 * (info >> 32))
                local = symbol[1] >> 4 == 0  # a text or a lambda of this source: its name says nothing
                name = "" if local else text_at(strings, symbol[0])
                _, code, references = found[header[7]]
                references.append((place, address_taken(machine, code, place, info & 0xFFFFFFFF), name))
    for symbol, code, references in found.values():
        yield symbol, hashlib.sha256(code + str(references).encode()).hexdigest()


def check_objects(compile_commands):
    places = collections.defaultdict(dict)
    for command in json.loads(pathlib.Path(*compile_commands).read_text()):
        file = pathlib.Path(command["directory"], re.search(r" -o (\S+)", command["command"])[1])
        if file.exists():  # a target may not be built; objects of sources that went may lie about
            for symbol, digest in shared_sections(file):
                places[symbol].setdefault(digest, str(file))
    return {symbol: list(where.values()) for symbol, where in places.items() if len(where) > 1}, len(places)


def main(kind, *where):
    check = {"names": check_names, "objects": check_objects}[kind]
    twice, looked_at = check(where)
    for name, places in twice.items():
        print(f"{name} is defined differently in\n    " + "\n    ".join(places))
    print(f"{looked_at} symbols, {len(twice)} of them more than one thing")
    if not looked_at:
        sys.exit("nothing was looked at: is this the right place?")
    sys.exit(1 if twice else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
