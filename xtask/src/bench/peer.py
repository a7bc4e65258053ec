"""The peer: the same counts in DuckDB, in the form that an expert would write (speed.md, part 5).

Explicit columns and dialect, two threads, no insertion order, person ids as integers, 25 files at a time, and no reordering of joins,
which would take the accounts as build side.
"""
import glob
import json
import sys

import duckdb

people, accounts = sys.argv[1:3]
db = duckdb.connect()
db.execute("SET threads = 2")
db.execute("SET preserve_insertion_order = false")
db.execute("SET disabled_optimizers = 'build_side_probe_side,join_order'")
db.execute(f"""
CREATE TEMP TABLE p AS
SELECT (row_number() OVER ())::INTEGER AS id, trim(employee_number) AS number, email, alias, lower(trim(status)) = 'terminated' AS gone
FROM read_csv('{people}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
  columns = {{'employee_number': 'VARCHAR', 'email': 'VARCHAR', 'alias': 'VARCHAR', 'name': 'VARCHAR', 'status': 'VARCHAR'}})
""")
db.execute("""
CREATE TEMP TABLE address AS
WITH claim AS (
  SELECT DISTINCT nfc_normalize(lower(trim(value))) AS key, id, gone
  FROM (SELECT email AS value, id, gone FROM p UNION ALL SELECT alias, id, gone FROM p)
  WHERE contains(value, '@'))
SELECT key, count(*)::INTEGER AS claims, min(id) AS id, any_value(gone) AS gone,
  CASE WHEN count(*) > 1 THEN list(id) END AS ids
FROM claim GROUP BY key
""")
db.execute("CREATE TEMP TABLE number AS SELECT number, id, gone FROM p WHERE number <> ''")
persons = db.execute("SELECT count(*) FROM p").fetchone()[0]
db.execute("DROP TABLE p")

QUERY = """
WITH a AS (
  SELECT filename, lower(status) = 'active' AS open, kind = 'human' AS human,
    CASE WHEN kind = 'human' THEN trim(employee_number) END AS number,
    CASE WHEN kind = 'human' AND contains(email, '@') THEN nfc_normalize(lower(trim(email))) END AS mail
  FROM read_csv(?, filename = true, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
    columns = {'id': 'VARCHAR', 'employee_number': 'VARCHAR', 'email': 'VARCHAR', 'user_name': 'VARCHAR', 'display_name': 'VARCHAR',
      'kind': 'VARCHAR', 'status': 'VARCHAR', 'last_login': 'VARCHAR'})),
j AS (
  SELECT a.filename, a.open, a.human, n.id AS named, n.gone AS named_gone, m.claims, m.id AS mailed, m.gone AS mailed_gone, m.ids
  FROM a LEFT JOIN number n ON a.number = n.number LEFT JOIN address m ON a.mail = m.key),
o AS (
  SELECT filename, open, human,
    CASE WHEN named IS NOT NULL
      THEN CASE WHEN claims IS NULL OR (claims = 1 AND mailed = named) OR (claims > 1 AND list_contains(ids, named)) THEN named END
      ELSE CASE WHEN claims = 1 THEN mailed END END AS owner,
    CASE WHEN named IS NOT NULL THEN named_gone ELSE mailed_gone END AS gone,
    named IS NOT NULL OR claims IS NOT NULL AS keyed
  FROM j),
g AS (
  SELECT filename, owner, count(*) AS n, count(*) FILTER (open AND gone) AS leavers, count(*) FILTER (keyed) AS keyed,
    count(*) FILTER (NOT keyed AND human AND open) AS nobodys
  FROM o GROUP BY filename, owner)
SELECT sum(n), coalesce(sum(n) FILTER (owner IS NOT NULL), 0), coalesce(sum(keyed) FILTER (owner IS NULL), 0),
  coalesce(sum(leavers) FILTER (owner IS NOT NULL), 0), coalesce(sum(nobodys) FILTER (owner IS NULL), 0),
  count(*) FILTER (owner IS NOT NULL AND n > 1)
FROM g
"""
files = sorted(glob.glob(accounts + "/*.csv"))
total = [0] * 6
for i in range(0, len(files), 25):
    row = db.execute(QUERY, [files[i : i + 25]]).fetchone()
    total = [t + int(r) for t, r in zip(total, row)]
n, linked, disputed, leavers, nobodys, duplicates = total
print(json.dumps({"people": persons, "accounts": n,
    "by_situation": {"linked": linked, "unmatched": n - linked - disputed, "disputed": disputed},
    "by_rule": {"leaver_account": leavers, "unmatched_account": nobodys, "duplicate_account": duplicates, "disputed_account": disputed}}))
