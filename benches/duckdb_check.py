"""Value and width checks of a score file with DuckDB, as a peer to measure against.

Usage: duckdb_check.py FILE LAYOUT.json   (the layout as `scorelint layout YEAR --format json` prints it)
"""

import json
import resource
import sys
import time

import duckdb


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def conditions(field):
    column = '"' + field["column"].replace('"', '""') + '"'
    codes = [code["code"] for code in field.get("codes") or []]
    if codes:
        listed = ", ".join(quoted(code.upper()) for code in codes)
        yield f"{column} IS NOT NULL AND upper(trim({column})) NOT IN ({listed})"
    if field.get("length"):
        yield f"length({column}) > {int(field['length'])}"
    if field.get("type") == "date":
        yield f"{column} IS NOT NULL AND try_strptime({column}, '%Y-%m-%d') IS NULL"
    if field.get("type") == "digits":
        yield f"{column} IS NOT NULL AND NOT regexp_full_match({column}, '[0-9]+')"


def main():
    path, layout_path = sys.argv[1:3]
    layout = json.load(open(layout_path, encoding="utf-8"))
    checks = [one for field in layout["fields"] if field.get("column") for one in conditions(field)]
    counts = ", ".join(f"count(*) FILTER (WHERE {one})" for one in checks)
    database = duckdb.connect()
    database.execute("SET threads TO 2")
    source = f"read_csv({quoted(path)}, delim='^', header=true, all_varchar=true, quote='', escape='')"
    begin = time.perf_counter()
    database.execute(f"SELECT count(*), {counts} FROM {source}").fetchall()
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"DuckDB {duckdb.__version__}, {len(checks)} checks, 2 threads {seconds:7.3f} s  peak {peak} MiB")


main()
