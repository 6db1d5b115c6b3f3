"""Reads the rows of a release and groups them as the release's figures want them: FOLDER OUT.json."""

import json
import sys
import time

import duckdb

folder, out = sys.argv[1:]
TABLES = ["children", "classes", "administrations", "scores", "referrals", "contacts", "responses"]
WHO = """administrations a join children c on c.id = a.child_id join classes k on k.id = a.class_id
left join scores s on s.administration_id = a.id"""
BY = ["a.school_id", "a.school_id, k.grade", "k.grade", "c.sex", "c.language", "k.grade, c.sex"]


def questions():
    for by in BY:
        yield f"""select {by}, count(*), count(a.started_at), count(a.submitted_at), count(s.value), sum(s.value),
            count(*) filter (s.positive) from {WHO} group by {by}"""
        yield f"select {by}, s.band, count(*) from {WHO} where s.band is not null group by {by}, s.band"
        yield f"""select {by}, r.state, r.outcome, count(*), median(r.closed_at - r.opened_at), median(f.begun - r.opened_at)
            from referrals r join administrations a on a.child_id = r.child_id join children c on c.id = a.child_id
            join classes k on k.id = a.class_id
            left join (select referral_id, min("at") as begun from contacts group by 1) f on f.referral_id = r.id
            group by {by}, r.state, r.outcome"""
    yield "select item, code, count(*) from responses group by 1, 2"


def grouped(kind):
    begun = time.perf_counter()
    con = duckdb.connect()
    for table in TABLES:
        con.execute(f"create table {table} as from '{folder}/{table}.{kind}'")
    read = time.perf_counter()
    rows = sum(len(con.execute(q).fetchall()) for q in questions())
    return read - begun, time.perf_counter() - read, rows


con = duckdb.connect()
csv = grouped("csv")
for table in TABLES:
    con.execute(f"copy (from '{folder}/{table}.csv') to '{folder}/{table}.parquet'")
parquet = grouped("parquet")
with open(out, "w") as file:
    json.dump({
        "database": "DuckDB", "version": duckdb.__version__,
        "screenings": con.execute(f"select count(*) from '{folder}/administrations.csv'").fetchall()[0][0],
        "csv_read_s": csv[0], "csv_group_s": csv[1], "parquet_read_s": parquet[0], "parquet_group_s": parquet[1],
        "groups": csv[2],
    }, file)
