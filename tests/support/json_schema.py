"""Says of each JSON file whether a schema accepts it, one line each: 'ok', or 'wrong: ' and the first complaint.

json_schema.py SCHEMA FILE...    Exit status 3: this Python has no jsonschema; 4: the schema itself is wrong.
"""

import json
import sys

try:
    import jsonschema
except ImportError:
    sys.exit(3)


def load(name):
    with open(name, encoding="utf-8") as stream:
        return json.load(stream)


def main():
    schema = load(sys.argv[1])
    try:
        jsonschema.Draft7Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        print(error.message)
        sys.exit(4)
    validator = jsonschema.Draft7Validator(schema)
    for name in sys.argv[2:]:
        error = jsonschema.exceptions.best_match(validator.iter_errors(load(name)))
        if error is None:
            print("ok")
        else:
            where = "/".join(str(part) for part in error.absolute_path)
            print("wrong: " + " ".join(f"{where}: {error.message}".split()))


main()
