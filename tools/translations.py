"""Keeps the Chinese catalogue equal to the texts in the code; with `--check` it only looks."""

from __future__ import annotations

import argparse
import io
import string
import sys
from collections.abc import Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "src/haloop/core/translations/zh_Hant.po"
KEYWORDS = {"t": None, "tn": (1, 2), "msg": None}


def extract() -> Catalog:
    """Every text marked with t(…), tn(…, …) or msg(…) in Python, templates and TypeScript, with its files."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as settings:
        methods, options = parse_mapping_cfg(settings)  # type: ignore[no-untyped-call]
    template = Catalog()
    found = extract_from_dir(ROOT, methods, options, KEYWORDS)
    for file, _line, text, comments, context in sorted(found, key=lambda entry: (entry[0], entry[1])):
        template.add(text, locations=[(file, 0)], auto_comments=comments, context=context)
    return template


def stored() -> Catalog:
    with CATALOGUE.open("rb") as source:
        return read_po(source, locale="zh_Hant")


def updated() -> Catalog:
    """The stored catalogue with exactly the texts of the code; new ones are untranslated."""
    catalog = stored()
    catalog.update(extract(), no_fuzzy_matching=True, update_creation_date=False)
    return catalog


def render(catalog: Catalog) -> bytes:
    """The file's bytes: in the order of files, without dates and line numbers: it changes with its texts alone."""
    for entry in catalog:
        entry.locations = sorted({(file, 0) for file, _ in entry.locations})
    output = io.BytesIO()
    write_po(output, catalog, width=0, omit_header=True, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
    header = (
        'msgid ""\nmsgstr ""\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Language: zh_Hant\\n"\n'
        '"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    )
    return header.encode() + output.getvalue().lstrip()


def forms(text: str | Sequence[str] | None) -> Sequence[str]:
    """The forms of a text: one, or singular and plural."""
    return [text] if isinstance(text, str) else text or [""]


def places(text: str) -> set[str]:
    """The `{named}` places of a text; raises ValueError for a lone brace."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def faults(entry: Message) -> list[str]:
    """What is wrong with one translated text."""
    english, chinese = forms(entry.id)[-1], forms(entry.string)[0]
    where = ", ".join(sorted({file for file, _ in entry.locations}))
    if not chinese:
        return [f"missing: {english!r} ({where})"]
    if entry.fuzzy:
        return [f"fuzzy: {english!r} ({where})"]
    try:
        wrong = places(english) != places(chinese)
    except ValueError as error:
        return [f"braces: {english!r} → {chinese!r}: {error}"]
    return [f"places: {english!r} → {chinese!r}"] if wrong else []


def check() -> list[str]:
    """Every fault: missing, fuzzy and unused texts, wrong places, and a file that an update would change."""
    catalog = updated()
    found = [f"unused: {entry.id!r}" for entry in catalog.obsolete.values()]
    for entry in catalog:
        if entry.id:
            found.extend(faults(entry))
    if not found and render(catalog) != CATALOGUE.read_bytes():
        found.append("out of date: run tools/translations.py")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, fail where something is missing")
    if not parser.parse_args().check:
        CATALOGUE.write_bytes(render(updated()))
    found = check()
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
