#!/usr/bin/python3
"""check.py FORMAT TRAIL OUTPUT: is OUTPUT what TRAIL is in this format?

  ecs ocsf   every line against test/convert/FORMAT.schema.json, no key twice,
             combinations that the schema cannot say, and no value of the record
             lost
  cef        read by a parser that knows the format's escapes: each value is the
             record's, none has become another field
  csv        the columns, and each cell the record's value; no formula

check.py make: records of each event, bare and with every key of the schema and
hostile text in each; on standard output.

Prints what is wrong; exit status 0 when nothing is.
"""
import csv
import io
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
RECORD = os.path.join(HERE, "..", "..", "docs", "secaudit-record-1.schema.json")

HOSTILE = [
    "=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "'", "'=1", "a|b", "a=b act=evil",
    "back\\slash\\", "line\nbreak\r\n", '"quoted", and more', "\x1b[31m\x07\x7f",
    "\u202eright\u2028left\u0085", "\u00fc\u4f60\U0001f600", " blank ", "", "x" * 5000,
    '{"a":1}', "<script>", "]]>", "\\u0041\\n", "|cs1=x\\|", "=",
]
# ECS: event.type that is expected of each event.category.
EXPECTED = {
    "authentication": {"start", "end", "info"},
    "configuration": {"access", "change", "creation", "deletion", "info"},
    "database": {"access", "change", "info", "error"},
    "iam": {"admin", "change", "creation", "deletion", "group", "info", "user"},
    "intrusion_detection": {"allowed", "denied", "info"},
    "session": {"start", "end", "info"},
}
faults = []


def fault(record, text):
    faults.append(text)
    if len(faults) <= 20:
        print(f"seq {record.get('seq')}: {text[:500]}")


def unique(pairs):
    result = {}
    for key, value in pairs:
        if key in result:
            raise ValueError(f'key "{key}" twice')
        result[key] = value
    return result


def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def lines_of(path):
    with open(path, "rb") as f:
        return f.read().decode("utf-8").split("\n")[:-1]


# ---- records to try ----------------------------------------------------------------

SAMPLES = [
    "b0112233aabbccdd", "2026-01-31T23:59:59.123456Z", "42501", "6a1b2c3d.1f4e", "4711", "ab" * 32,
    "A" * 32, "pii", "literal", "0/15A", "T1059", "secaudit-20260131T235959Z-000001.jsonl", "x",
]


def value_of(spec, schema, text):
    """A value that fits the schema's, with the text where any will do."""
    while "$ref" in spec:
        part = schema
        for step in spec["$ref"][2:].split("/"):
            part = part[step]
        spec = part
    if "const" in spec:
        return spec["const"]
    if "enum" in spec:
        return spec["enum"][0]
    kind = spec.get("type")
    if kind == "integer":
        return max(spec.get("minimum", 0), 7)
    if kind == "boolean":
        return False
    if kind == "array":
        return [value_of(spec.get("items", {"type": "string"}), schema, text)]
    if kind == "object":
        return {k: value_of(v, schema, text) for k, v in spec.get("properties", {}).items()}
    if "pattern" in spec:
        return next((s for s in SAMPLES if re.search(spec["pattern"], s)), "x")
    return text or "x"


def make():
    schema = load(RECORD)
    keys = schema["properties"]
    seq = 0

    def put(record):
        nonlocal seq
        seq += 1
        record["seq"] = seq
        line = {k: record[k] for k in keys if k in record}
        print(json.dumps(line, separators=(",", ":"), ensure_ascii=seq % 2 == 0))

    for event in keys["event"]["enum"]:
        bare = {"v": 1, "log": "b0112233aabbccdd", "ts": "2026-01-31T23:59:59.123456Z",
                "event": event, "class": "misc", "node": "db7"}
        put(dict(bare))
        every = event in ("statement", "alert", "session.auth", "audit.start")
        for text in HOSTILE if every else HOSTILE[9:11]:
            full = {k: value_of(spec, schema, text) for k, spec in keys.items()}
            full.update({**bare, "node": text or "x", "custom_detail": {"=a": [text]}, "client_addr": text or "fe80::1%eth0"})
            full["params"] = [{"type": "integer", "value": 7}, {"type": "text", "value": text},
                              {"type": "boolean", "value": True}, {"type": "text", "null": True}]
            put(full)
        commands = ["SELECT", "CREATE ROLE", "DROP ROLE", "ALTER ROLE", "GRANT ROLE", "REVOKE", "COPY", "ALTER SYSTEM"]
        classes = schema["$defs"]["class"]["enum"]
        few = event != "statement"
        for outcome in ("success", "failure", "partial", "unknown"):
            for name in classes[:1] if few else classes:
                for command in commands[:1] if few else commands:
                    put({**bare, "outcome": outcome, "class": name, "command": command, "user": "u", "target_role": "r",
                         "members": ["m"], "client_addr": "2001:db8::1", "client_port": 5, "db": "d"})
    for severity in ("low", "medium", "high", "critical"):
        put({**bare, "event": "alert", "class": "alert", "outcome": "failure", "reason": "refused",
             "rule": "r|=", "severity": severity})


# ---- JSON ----------------------------------------------------------------------------


def leaves(value):
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    else:
        yield value
        if isinstance(value, str) and value[:1] in ("{", "["):
            try:
                yield from leaves(json.loads(value))
            except ValueError:
                pass


def as_text(value):
    return value if isinstance(value, str) else json.dumps(value)


# Keys whose value has another form there.
OTHER_FORM = {"ecs": {"v", "duration_us", "tls_version", "outcome"}, "ocsf": {"v"}}


def nothing_is_lost(name, record, out):
    there = {as_text(v) for v in leaves(out)}
    for key, value in record.items():
        if key in OTHER_FORM[name]:
            continue
        for leaf in leaves(value):
            # the name of the trail may stand in the record's identity only
            if as_text(leaf) not in there and not (key == "log" and f"{leaf}:{record['seq']}" in there):
                fault(record, f"{key} is lost: {as_text(leaf)[:100]!r}")


def check_ecs(record, out):
    event = out["event"]
    for kind in event["type"]:
        if not any(kind in EXPECTED[category] for category in event["category"]):
            fault(record, f"type {kind} is not expected of {event['category']}")
    if "duration_us" in record and event.get("duration") != 1000 * record["duration_us"]:
        fault(record, "duration")
    want = {"partial": "success"}.get(record.get("outcome"), record.get("outcome"))
    if event.get("outcome") != want:
        fault(record, f"outcome {event.get('outcome')}")
    if record.get("outcome") == "partial" and out["secaudit"].get("outcome") != "partial":
        fault(record, "partial is lost")


def check_ocsf(record, out):
    if out["type_uid"] != out["class_uid"] * 100 + out["activity_id"]:
        fault(record, "type_uid")
    if out["activity_id"] == 99 and "activity_name" not in out:
        fault(record, "an activity without a name")
    if out["time"] != 1769903999123 and record["ts"].startswith("2026-01-31T23:59:59.123"):
        fault(record, f"time {out['time']}")


def check_json(name, trail, output):
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(load(os.path.join(HERE, name + ".schema.json")))
    for line, text in zip(trail, output):
        record = json.loads(line)
        try:
            out = json.loads(text, object_pairs_hook=unique)
        except ValueError as e:
            fault(record, str(e))
            continue
        for error in validator.iter_errors(out):
            fault(record, f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
        nothing_is_lost(name, record, out)
        {"ecs": check_ecs, "ocsf": check_ocsf}[name](record, out)


# ---- CEF ------------------------------------------------------------------------------

MISLEADING = "\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
CONTROL = re.compile(f"[\x00-\x1f{MISLEADING}]")
FIELDS = {"suser": "user", "outcome": "outcome", "msg": "error", "dvchost": "node", "act": "command",
          "duser": "target_role", "sproc": "app", "cs1": "db", "cs3": "query", "cs6": "current_user",
          "reason": "reason", "cat": "class", "fname": "file"}
LIMITS = {"dvchost": 100, "act": 63, "outcome": 63, "cs1": 4000, "cs3": 4000, "cs6": 4000}
KNOWN = {"rt", "externalId", "src", "c6a2", "c6a2Label", "spt", "dvcpid", "cnt", *FIELDS}
KNOWN |= {f"{kind}{i}{label}" for kind in ("cs", "cn") for i in range(1, 7) for label in ("", "Label")}


def parse_cef(text):
    """The seven fields of the header, and the extension as a dict."""
    header, field, i = [], "", 0
    while len(header) < 7:
        if text[i] == "\\":
            i += 1
            field += text[i]
        elif text[i] == "|":
            header.append(field)
            field = ""
        else:
            field += text[i]
        i += 1
    extension, rest = {}, text[i:]
    starts = list(re.finditer(r"(?:^| )([A-Za-z0-9]+)=", rest))
    for n, m in enumerate(starts):
        end = starts[n + 1].start() if n + 1 < len(starts) else len(rest)
        value = rest[m.end():end]
        if m.group(1) in extension:
            raise ValueError(f"{m.group(1)} twice")
        if "=" in re.sub(r"\\.", "", value):
            raise ValueError(f"a = in {m.group(1)} is not escaped")
        extension[m.group(1)] = re.sub(r"\\(.)", lambda e: {"n": "\n", "r": "\r"}.get(e.group(1), e.group(1)), value)
    return header, extension


def visible(value, limit):
    value = value.encode()[:limit].decode(errors="ignore")
    return re.sub(f"[\x00-\x09\x0b\x0c\x0e-\x1f{MISLEADING}]", lambda m: "\\u%04x" % ord(m.group()), value)


def check_cef(trail, output):
    for line, text in zip(trail, output):
        record = json.loads(line)
        if CONTROL.search(text):
            fault(record, "a control character")
        try:
            header, extension = parse_cef(text)
        except ValueError as e:
            fault(record, f"{e}: {text[:300]}")
            continue
        if header[0] not in ("CEF:0", "CEF:1") or header[1:3] != ["secaudit", "secaudit"] or not re.fullmatch("[0-9]|10", header[6]):
            fault(record, f"header {header}")
        if extension["externalId"] != f"{record['log']}:{record['seq']}":
            fault(record, extension["externalId"])
        for name, key in FIELDS.items():
            want = visible(record[key], LIMITS.get(name, 1023)) if key in record else None
            if extension.get(name) != want:
                fault(record, f"{name} is {extension.get(name)!r:.100}, {want!r:.100} expected")
        if header[0] == "CEF:0" and ":" in extension.get("src", ""):
            fault(record, "IPv6 in src")
        if record.get("client_addr") == "2001:db8::1" and record["client_addr"] not in (extension.get("src"), extension.get("c6a2")):
            fault(record, "the address is lost")
        if not set(extension) <= KNOWN:
            fault(record, f"unknown fields {set(extension) - KNOWN}")


# ---- CSV ------------------------------------------------------------------------------


def check_csv(trail, path):
    csv.field_size_limit(1 << 24)
    with open(path, encoding="utf-8", newline="") as f:
        rows = list(csv.reader(io.StringIO(f.read(), newline="")))
    keys = rows[0][:-1]
    schema = list(load(RECORD)["properties"])
    if [key for key in keys if key in schema] != schema or rows[0][-1] != "more":
        fault({}, "the columns are not the keys of the schema")
    if len(rows) != len(trail) + 1:
        fault({}, f"{len(rows)} rows for {len(trail)} records")
    for line, row in zip(trail, rows[1:]):
        record = json.loads(line)
        if len(row) != len(rows[0]):
            fault(record, f"{len(row)} cells")
            continue
        for key, cell in zip(keys, row):
            if cell[:1] and cell[0] in "=+-@\t\r\n":
                fault(record, f"{key} is a formula: {cell[:50]!r}")
            value = record.get(key)
            got = cell[1:] if cell[:1] == "'" else cell
            want = "" if value is None else as_text(value)
            if isinstance(value, (list, dict)):
                got, want = json.loads(got), value
            if got != want:
                fault(record, f"{key} is {got!r:.100}, {want!r:.100} expected")


def main(name, trail, path):
    trail = lines_of(trail)
    if name == "csv":
        check_csv(trail, path)
    else:
        output = lines_of(path)
        if len(output) != len(trail):
            fault({}, f"{len(output)} lines for {len(trail)} records")
        if name == "cef":
            check_cef(trail, output)
        else:
            check_json(name, trail, output)
    print(f"{len(trail)} records, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["make"]:
        sys.exit(make())
    if len(sys.argv) != 4 or sys.argv[1] not in ("ecs", "ocsf", "cef", "csv"):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
